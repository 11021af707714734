#pragma once
// Everything measured about one answer, as plain values.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/answer/evidence.h"

namespace reelquery {

enum class StopReason { kEndOfAnswer, kTokenLimit };

/// One layer's attention during prefill.
struct LayerAttention {
    int layer = 0;
    bool sparse = false;  ///< most of its (query, key) pairs were in sparse calls
    std::string why;      ///< the automatic choice's reason; empty where nothing was chosen
    double selectionS = 0;
    double attentionS = 0;
    std::vector<float> densityPerHead;   ///< share of the causal blocks computed
    std::vector<float> keptMassPerHead;  ///< share of the mass that the scores estimate, which
                                         ///< was kept; empty when dense
};

/// Seconds of a stage's workers: at work, and at a stand until others were ready.
struct StageTime {
    double busyS = 0, waitedS = 0;
};

/// Everything measured about one answer.
struct AnswerReport {
    std::string answer;
    StopReason stopReason = StopReason::kEndOfAnswer;
    int framesWanted = 0, frames = 0;
    int decodeErrors = 0;
    std::int64_t framesOnCard = 0;  ///< pictures that a card's engine decoded, wanted or on the way
    double firstFrameS = 0, lastFrameS = 0;
    std::string samplingUsed;         ///< "exact", "keyframes"
    std::vector<double> frameTimesS;  ///< real times of the frames seen
    int frameWidth = 0, frameHeight = 0;
    std::int64_t videoTokens = 0, promptTokens = 0, answerTokens = 0;
    std::int64_t reusedTokens = 0;  ///< prompt tokens whose keys and values were still in memory
    double waitedS = 0;  ///< for the end of a watching ahead that it went on from; in firstTokenS
    bool featuresFromCache = false;  ///< nothing was encoded
    int subtitleLines = 0;           ///< in the prompt
    std::vector<double> saidTimesS;  ///< when those begin, in order
    std::string subtitlesFrom;       ///< "film.srt", "track 3 (eng)", "speech, heard by ..."
    double loadS = 0;  ///< 0 when the model was in memory; with auto mode's one measurement
    /// Decoders work beside the one thread that encodes and reads in turn. That thread's times add
    /// up: firstTokenS is waitedS, decodeS, encodeS, prefillS and a little for planning and layout.
    double decodeS = 0;  ///< time it waited for frames, having nothing to encode or to read
    double encodeS = 0;
    double prefillS = 0, attentionS = 0, selectionS = 0;
    /// The stages side by side, so that these do not add up: a decoder in the mean of all, which
    /// waits for room; the tower, which waits for frames (decodeS); the language model, which
    /// waits for its video (decodeS and encodeS).
    StageTime decodeStage, encodeStage, prefillStage;
    double firstTokenS = 0;  ///< from the start of the request, model load left out
    double tokensPerS = 0;   ///< after the first token
    double density = 1;      ///< mean over layers and heads
    /// Largest resident size of the process while it answered, mapped files included; where the
    /// system cannot measure anew, since the process began.
    std::int64_t peakHostBytes = 0;
    /// Most that torch's allocator had in use on the card meanwhile; none on a CPU.
    std::optional<std::int64_t> peakDeviceBytes;
    std::string device, dtype, attention, model;
    std::string weights;  ///< number format of most of the language model: "bf16", "int4", "Q4_K"
    std::vector<LayerAttention> layers;
    double evidenceS = 0;               ///< spent on it after the answer
    Evidence evidence;                  ///< empty unless it was asked for
    std::vector<float> firstLogits;     ///< [V] of the first answer token, before any penalty;
                                        ///< empty unless asked for, and of a server's answer
    std::vector<TimeRange> zoomedInto;  ///< where a closer look was kept to; else empty
    std::vector<std::string> notes;     ///< what the person who asked should know, a line each
};

}  // namespace reelquery
