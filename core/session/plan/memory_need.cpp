#include "core/session/plan/memory_need.h"

#include <algorithm>

#include "core/attention/mass_recorder.h"
#include "core/model/chunk_length.h"

namespace reelquery {

namespace {

/// Activations of one group of frame pairs, decoder buffers, and what the libraries keep for
/// themselves. Measured with random checkpoints of all four published shapes.
constexpr std::int64_t kFixedBytes = std::int64_t{400} << 20;
/// On a GPU, what the libraries' workspaces were seen to take beside all that
/// is counted: 0.24 GiB with 2B and 4B, 0.11 with 7B, 0.26 with 8B. CUDA's own
/// context is not ours to count.
constexpr std::int64_t kFixedBytesCuda = std::int64_t{352} << 20;

/// Bytes of a float32.
constexpr std::int64_t kFloatBytes = 4;

constexpr std::int64_t kColours = 3;  // bytes of a pixel

}  // namespace

std::int64_t MemoryNeed::cacheBytes(std::int64_t videoTokens) const {
    return (videoTokens + otherTokens) * cacheBytesPerToken;
}

std::int64_t MemoryNeed::rowBytes(std::int64_t videoTokens) const {
    // The next chunk's rows come while this one is read.
    const std::int64_t rows = rowsOnHost ? std::min(videoTokens, 2 * chunkTokens) : videoTokens;
    return rows * featureBytesPerToken;
}

std::int64_t MemoryNeed::workBytes(std::int64_t videoTokens) const {
    const std::int64_t evidence = evidenceBytes + (videoTokens + otherTokens) * evidenceBytesPerKey;
    const std::int64_t frames = onCard ? 0 : decodeBytes + videoTokens * frameBytesPerToken;
    return fixedBytes + std::max(chunkBytes, evidence) + rowBytes(videoTokens) + frames;
}

std::int64_t MemoryNeed::deviceBytes(std::int64_t videoTokens) const {
    return heldWeightBytes(videoTokens) + cacheBytes(videoTokens) + workBytes(videoTokens);
}

std::int64_t MemoryNeed::heldWeightBytes(std::int64_t videoTokens) const {
    if (!isTowerReleased) return weightBytes;
    const std::int64_t encoding = weightBytes + fixedBytes + rowBytes(videoTokens);
    return std::max(weightBytes - towerBytes,
                    encoding - cacheBytes(videoTokens) - workBytes(videoTokens));
}

void MemoryNeed::squeezeInto(std::int64_t bytes, std::int64_t videoTokens) {
    if (!onCard) return;
    rowsOnHost = isTowerReleased = false;  // of another number of tokens
    rowsOnHost = deviceBytes(videoTokens) > bytes;
    isTowerReleased = deviceBytes(videoTokens) > bytes;
}

std::int64_t MemoryNeed::hostBytes(std::int64_t videoTokens) const {
    if (!onCard) return 0;
    const std::int64_t perToken = frameBytesPerToken + (rowsOnHost ? featureBytesPerToken : 0);
    return kFixedBytes + tableBytes + decodeBytes + videoTokens * perToken;
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

std::int64_t plannableCardBytes(std::int64_t freeBytes) {
    constexpr std::int64_t kGaps = std::int64_t{672} << 20;
    return std::max<std::int64_t>(freeBytes - kGaps, 0);
}

MemoryNeed memoryNeed(const ModelConfig& config, const ComputeTarget& target,
                      const MemoryWish& wish) {
    const TextConfig& text = config.text;
    const VisionConfig& vision = config.vision;
    const std::int64_t valueBytes = target.bytesPerValue();
    MemoryNeed need;
    need.onCard = target.cudaDevice >= 0;
    need.weightBytes = wish.weightBytes;
    need.towerBytes = wish.towerBytes;
    need.tableBytes = wish.tableBytes;
    need.otherTokens = wish.otherTokens;
    need.decodeBytes = wish.decodeBytes;
    // Of a narrow layer: bytes and a float32 scale for each head, and one layer at a time is made
    // wide again while the prompt is read.
    const std::int64_t perLayer = text.cacheBytesPerToken(valueBytes) / text.layers;
    const std::int64_t narrow = 2 * text.kvHeads * (text.headDim + kFloatBytes);
    need.cacheBytesPerToken = (text.layers - wish.narrowLayers) * perLayer +
                              wish.narrowLayers * narrow + (wish.narrowLayers > 0 ? perLayer : 0);
    need.featureBytesPerToken = vision.featureValues() * valueBytes;
    if (wish.shownFrames) {
        need.frameBytesPerToken =
            vision.temporalPatchSize * vision.pixelsPerToken() * vision.pixelsPerToken() * kColours;
    }
    need.fixedBytes = need.onCard ? kFixedBytesCuda : kFixedBytes;
    // Queries and what attention makes of them are wider than the rows where heads are.
    const std::int64_t queryWidth = std::max(text.hiddenSize, text.heads * text.headDim);
    need.chunkTokens = longestChunk(target);
    need.chunkBytes = need.chunkTokens *
                      (4 * text.hiddenSize + 2 * queryWidth + 3 * text.intermediateSize) *
                      valueBytes;
    if (wish.evidence) {
        // A slice, and in bf16 the keys and values of a head once more in float32; see
        // massScratchBytes().
        need.evidenceBytes = kMassSliceBytes;
        need.evidenceBytesPerKey = target.bfloat16 ? 2 * text.headDim * kFloatBytes : 0;
    }
    return need;
}

}  // namespace reelquery
