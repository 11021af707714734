#pragma once
// What memory a question needs, apart for the device that computes and for the host.

#include <cstdint>

#include "core/device/compute_target.h"
#include "core/spec/model_config.h"

namespace reelquery {

/// What of a question decides its memory, beside the video's tokens.
struct MemoryWish {
    std::int64_t weightBytes = 0;   ///< on the target
    std::int64_t towerBytes = 0;    ///< of these, the vision tower's
    std::int64_t tableBytes = 0;    ///< of an embedding that lies on the host beside a card
    std::int64_t otherTokens = 0;   ///< of prompt and answer, video left out
    std::int64_t narrowLayers = 0;  ///< layers whose keys and values are kept in 8 bits
    std::int64_t decodeBytes =
        0;                     ///< of the decoders, which are the machine's wherever the model is
    bool evidence = false;     ///< the answer's rows are read once more
    bool shownFrames = false;  ///< the frames are kept for the eye
};

/// Memory as a function of the number of video tokens. Plain values.
struct MemoryNeed {
    bool onCard = false;  ///< else the device's memory is the host's
    /// The tower's rows lie on the host, and a chunk's come back with the chunk: the first thing
    /// that a small card does without, as it costs some hundredths of a second.
    bool rowsOnHost = false;
    /// The tower gives its memory back before the prompt is read: what a small
    /// card is short of. Nothing is read along then, and another video waits for
    /// the tower's file.
    bool isTowerReleased = false;
    std::int64_t weightBytes = 0;
    std::int64_t towerBytes = 0;            ///< as MemoryWish's
    std::int64_t tableBytes = 0;            ///< as MemoryWish's
    std::int64_t cacheBytesPerToken = 0;    ///< keys and values
    std::int64_t featureBytesPerToken = 0;  ///< rows of the vision tower
    std::int64_t frameBytesPerToken = 0;    ///< pixels of the frames shown, on the host
    std::int64_t fixedBytes = 0;            ///< libraries, the tower's and decoder's buffers
    std::int64_t chunkBytes = 0;            ///< activations of one prefill chunk
    std::int64_t chunkTokens = 0;           ///< of the longest
    std::int64_t evidenceBytes = 0;         ///< of the pass over the answer; 0 without it
    std::int64_t evidenceBytesPerKey = 0;   ///< and what of it grows with the keys
    std::int64_t otherTokens = 0;           ///< as MemoryWish's
    std::int64_t decodeBytes = 0;           ///< as MemoryWish's

    std::int64_t cacheBytes(std::int64_t videoTokens) const;

    /// The tower's rows on the device that computes.
    std::int64_t rowBytes(std::int64_t videoTokens) const;

    /// Activations: reading the prompt and looking for evidence follow each other, so the larger of
    /// the two counts; with the features and, where the device is the host, the frames.
    std::int64_t workBytes(std::int64_t videoTokens) const;

    /// Of deviceBytes, what is no cache and no work: the weights, without a
    /// released tower unless encoding beside it needs more than reading does.
    std::int64_t heldWeightBytes(std::int64_t videoTokens) const;

    /// All that the device that computes has to hold.
    std::int64_t deviceBytes(std::int64_t videoTokens) const;

    /// What the host has to hold beside a card; 0 where the device is the host.
    std::int64_t hostBytes(std::int64_t videoTokens) const;

    /// Does without what a card can do without, in turn and no more than needed, until
    /// `videoTokens` fit into `bytes`, or all is done without.
    void squeezeInto(std::int64_t bytes, std::int64_t videoTokens);

    /// The most video tokens whose deviceBytes fit into `bytes`; 0 when none do.
    std::int64_t tokensFitting(std::int64_t bytes) const;
};

/// What of a card's memory a plan may use of `freeBytes`: gaps between tensors
/// take the rest, which grow while prompts of other lengths are read.
std::int64_t plannableCardBytes(std::int64_t freeBytes);

/// Works a question's need out of the model's sizes.
MemoryNeed memoryNeed(const ModelConfig& config, const ComputeTarget& target,
                      const MemoryWish& wish);

}  // namespace reelquery
