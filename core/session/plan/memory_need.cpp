#include "core/session/plan/memory_need.h"

#include <algorithm>

namespace reelquery {

namespace {

/// Activations of one group of frame pairs, decoder buffers, and what the libraries keep for
/// themselves. Measured with random checkpoints of all four published shapes.
constexpr std::int64_t kFixedBytes = std::int64_t{400} << 20;
constexpr std::int64_t kChunkTokens = 1024;
/// On a GPU: CUDA's own context is not ours to count, but the libraries' workspaces and what the
/// allocator cannot use between tensors are; chunks are longer.
constexpr std::int64_t kFixedBytesCuda = std::int64_t{1} << 30;
constexpr std::int64_t kChunkTokensCuda = 4096;

/// The evidence pass reads kRowsAtOnce (64) rows over all keys, one key/value head at a time: per
/// query head of it, row and key a logit and a probability (float32), its sum up to the key
/// (float64) and that once more with a zero in front.
constexpr std::int64_t kEvidenceRows = 64;
constexpr std::int64_t kEvidenceBytesPerPair = 4 + 4 + 8 + 8;

constexpr std::int64_t kColours = 3;  // bytes of a pixel

}  // namespace

std::int64_t MemoryNeed::cacheBytes(std::int64_t videoTokens) const {
    return (videoTokens + otherTokens) * cacheBytesPerToken;
}

std::int64_t MemoryNeed::workBytes(std::int64_t videoTokens) const {
    const std::int64_t evidence = (videoTokens + otherTokens) * evidenceBytesPerKey;
    const std::int64_t frames = onCard ? 0 : videoTokens * frameBytesPerToken;
    return fixedBytes + std::max(chunkBytes, evidence) + videoTokens * featureBytesPerToken +
           frames;
}

std::int64_t MemoryNeed::deviceBytes(std::int64_t videoTokens) const {
    return weightBytes + cacheBytes(videoTokens) + workBytes(videoTokens);
}

std::int64_t MemoryNeed::hostBytes(std::int64_t videoTokens) const {
    return onCard ? kFixedBytes + videoTokens * frameBytesPerToken : 0;
}

std::int64_t MemoryNeed::tokensFitting(std::int64_t bytes) const {
    // deviceBytes grows with the tokens, by one slope and then by a steeper one.
    if (deviceBytes(0) > bytes) return 0;
    std::int64_t fits = 0, tooMany = bytes / std::max<std::int64_t>(cacheBytesPerToken, 1) + 1;
    while (tooMany - fits > 1) {
        const std::int64_t middle = fits + (tooMany - fits) / 2;
        (deviceBytes(middle) <= bytes ? fits : tooMany) = middle;
    }
    return fits;
}

MemoryNeed memoryNeed(const ModelConfig& config, const ComputeTarget& target,
                      const MemoryWish& wish) {
    const TextConfig& text = config.text;
    const VisionConfig& vision = config.vision;
    const std::int64_t valueBytes = target.bytesPerValue();
    MemoryNeed need;
    need.onCard = target.cudaDevice >= 0;
    need.weightBytes = wish.weightBytes;
    need.otherTokens = wish.otherTokens;
    need.cacheBytesPerToken = text.cacheBytesPerToken(valueBytes);
    need.featureBytesPerToken = text.hiddenSize * valueBytes;
    if (wish.shownFrames) {
        need.frameBytesPerToken =
            vision.temporalPatchSize * vision.pixelsPerToken() * vision.pixelsPerToken() * kColours;
    }
    need.fixedBytes = need.onCard ? kFixedBytesCuda : kFixedBytes;
    need.chunkBytes = (need.onCard ? kChunkTokensCuda : kChunkTokens) *
                      (6 * text.hiddenSize + 3 * text.intermediateSize) * valueBytes;
    if (wish.evidence) {
        need.evidenceBytesPerKey =
            kEvidenceBytesPerPair * kEvidenceRows * (text.heads / text.kvHeads);
    }
    return need;
}

}  // namespace reelquery
