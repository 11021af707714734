#include "kernels/attn/attention_cuda.h"

#include <cuda_runtime.h>

#include <algorithm>
#include <cmath>

#include "kernels/attn/decode.h"
#include "kernels/attn/portable.h"
#include "kernels/attn/prefill_sm90.h"
#include "kernels/attn/score_sm90.h"
#include "kernels/attn/select.h"
#include "kernels/cuda/math.cuh"

namespace reelquery::kernels {

namespace {

using namespace cuda;

constexpr std::int64_t kMaxKeys = std::int64_t{65536} * kBlockSize;  // 16-bit block indices
constexpr std::size_t kCounterBytes =
    256;  // the tile counter, padded to the alignment of what follows
// For the partial sums of one batch of heads. A chunk of 4096 queries needs 2 MB a head at 256K
// keys (S = 16), so all heads go at once; a whole call of 256K queries 143 MB, so three do, which
// still fill a device. What is taken stays small beside the cache of a long video.
constexpr std::size_t kScoreBudget = std::size_t{512} << 20;

struct Device {
    bool hopper = false;
    int processors = 0;
    Status status;
};

// The current device, and whether `path` can run on it.
Device currentDevice(CudaPath path) {
    Device found;
    int index = 0, major = 0;
    if (cudaGetDevice(&index) != cudaSuccess ||
        cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, index) != cudaSuccess ||
        cudaDeviceGetAttribute(&found.processors, cudaDevAttrMultiProcessorCount, index) !=
            cudaSuccess) {
        found.status = {StatusCode::kDevice, "no CUDA device answers"};
        return found;
    }
    found.hopper = major == 9 && path != CudaPath::kPortable;
    if (major < 8)
        found.status = {StatusCode::kUnsupported, "the GPU is older than compute capability 8.0"};
    else if (path == CudaPath::kHopper && !found.hopper)
        found.status = {StatusCode::kUnsupported, "the GPU is not of compute capability 9.0"};
    return found;
}

Status checkShape(const AttentionShape& s) {
    if (s.dtype != Dtype::kBfloat16)
        return {StatusCode::kUnsupported, "the CUDA kernels take bf16 only"};
    if (s.headDim != 64 && s.headDim != 128)
        return {StatusCode::kUnsupported, "the CUDA kernels take head dimensions 64 and 128 only"};
    if (s.heads < 1 || s.kvHeads < 1 || s.heads % s.kvHeads != 0)
        return {StatusCode::kInvalidArgument, "heads must be a multiple of kvHeads"};
    if (s.queries < 0 || s.keys < 1 || (s.causal && s.queries > s.keys))
        return {StatusCode::kInvalidArgument, "queries must lie among the keys"};
    if (s.keys >= kMaxKeys || s.queries >= kMaxKeys)
        return {StatusCode::kUnsupported, "more than 8388607 tokens"};
    if (queryBlocks(s) * s.heads > INT32_MAX)
        return {StatusCode::kUnsupported, "too many query blocks for one call"};
    if (!(s.scale > 0) || !std::isfinite(s.scale))
        return {StatusCode::kInvalidArgument, "scale must be positive and finite"};
    return {};
}

bool isAligned(const void* data, std::int64_t headStride, std::int64_t tokenStride) {
    return data && reinterpret_cast<std::uintptr_t>(data) % 16 == 0 && headStride % 8 == 0 &&
           tokenStride % 8 == 0;
}

bool isAligned(const HeadsView& view) {
    return isAligned(view.data, view.headStride, view.tokenStride);
}

// How the partial sums of a call fit its workspace.
struct ScorePlan {
    int rows = 0;
    int tileColumns = 0;
    int tileCount = 0;
    int blockPitch = 0;
    int batchHeads = 0;
    std::size_t tilesOffset = 0;  // of the tile statistics in the workspace
    std::size_t bytes = 0;
};

ScorePlan planScores(const AttentionShape& s, int stride, bool hopper) {
    ScorePlan plan;
    plan.tileColumns = hopper ? scoreTileColumnsSm90() : scoreTileColumnsPortable();
    const std::int64_t keyGroups = (s.keys + stride - 1) / stride;
    plan.rows = static_cast<int>(queryBlocks(s) * (kBlockSize / stride));
    plan.tileCount = static_cast<int>((keyGroups + plan.tileColumns - 1) / plan.tileColumns);
    plan.blockPitch = plan.tileCount * (plan.tileColumns * stride / kBlockSize);
    const std::size_t blockBytes = std::size_t{4} * plan.rows * plan.blockPitch;
    const std::size_t tileBytes = std::size_t{8} * plan.rows * plan.tileCount;
    const auto fitting = static_cast<int>(std::clamp<std::size_t>(
        kScoreBudget / std::max<std::size_t>(1, blockBytes + tileBytes), 1, s.heads));
    const int ratio = s.heads / s.kvHeads;
    plan.batchHeads = fitting >= ratio ? fitting / ratio * ratio : fitting;
    plan.tilesOffset = (blockBytes * plan.batchHeads + 255) / 256 * 256;
    plan.bytes = plan.tilesOffset + (tileBytes * plan.batchHeads + 255) / 256 * 256;
    return plan;
}

std::size_t padded(std::size_t bytes) {
    return (bytes + 255) / 256 * 256;
}

// Blocks of threads of the portable kernel that a multiprocessor holds: 64 KB of shared memory and
// 255 registers a thread each (D = 128).
constexpr int kPortableBlocks = 2;

// How the parts of a short prefill fit its workspace, behind the counter.
struct ShortLayout {
    ShortPrefillPlan plan;
    std::size_t sumsOffset = 0;
    std::size_t topsOffset = 0;
    std::size_t bytes = 0;
};

// Requires isShortPrefill(s).
ShortLayout layOutShort(const AttentionShape& s, const Device& device) {
    ShortLayout layout;
    layout.plan = planShortPrefill(
        s, device.hopper ? device.processors : device.processors * kPortableBlocks);
    const std::size_t rows = static_cast<std::size_t>(s.heads) *
                             static_cast<std::size_t>(s.queries) *
                             static_cast<std::size_t>(layout.plan.slots);
    layout.sumsOffset = kCounterBytes;
    layout.topsOffset = layout.sumsOffset + padded(rows * s.headDim * sizeof(float));
    layout.bytes = layout.topsOffset + padded(rows * sizeof(float2));
    return layout;
}

Status mergeShort(const AttentionShape& s, const PrefillParams& p, cudaStream_t stream) {
    MergeParams merge;
    merge.parts = p.split.parts;
    merge.partCount = p.split.plan.slots;
    merge.rows = p.heads * p.queries;
    merge.queries = p.queries;
    merge.headsPerKv = p.headsPerKv;
    merge.headDim = s.headDim;
    merge.out = p.out;
    merge.outHeadStride = p.outHeadStride;
    merge.outTokenStride = p.outTokenStride;
    return launchMergeParts(merge, stream);
}

}  // namespace

std::size_t reelqueryCudaWorkspaceBytes(const AttentionShape* shape, const SelectionParams* params,
                                        CudaPath path) {
    if (!checkShape(*shape).ok()) return kCounterBytes;
    const Device device = currentDevice(path);
    std::size_t bytes = kCounterBytes;
    if (params && params->stride > 0)
        bytes = std::max(
            bytes, planScores(*shape, params->stride, device.status.ok() && device.hopper).bytes);
    if (isShortPrefill(*shape)) bytes = std::max(bytes, layOutShort(*shape, device).bytes);
    return bytes;
}

Status reelqueryCudaPrefill(const AttentionInputs* inputs, const BlockLists* lists,
                            const MutableHeadsView* out, CudaWorkspace workspace, CudaPath path,
                            CudaStream stream) {
    const AttentionShape& s = inputs->shape;
    if (const Status status = checkShape(s); !status.ok()) return status;
    if (s.queries == 0) return {};
    if (!isAligned(inputs->q) || !isAligned(inputs->k) || !isAligned(inputs->v) ||
        !isAligned(out->data, out->headStride, out->tokenStride))
        return {StatusCode::kInvalidArgument,
                "q, k, v and out must start on 16 bytes and have strides that are multiples of 8"};
    if (lists && (!lists->columns || !lists->counts || lists->pitch < keyBlocks(s)))
        return {StatusCode::kInvalidArgument, "block lists need columns, counts and a pitch >= NK"};
    const Device device = currentDevice(path);
    if (!device.status.ok()) return device.status;
    const bool isShort = !lists && isShortPrefill(s);
    const ShortLayout layout = isShort ? layOutShort(s, device) : ShortLayout{};
    if (!workspace.data || workspace.bytes < std::max(kCounterBytes, layout.bytes))
        return {StatusCode::kInvalidArgument, "the workspace is too small"};

    PrefillParams p;
    p.out = static_cast<__nv_bfloat16*>(out->data);
    p.outHeadStride = out->headStride;
    p.outTokenStride = out->tokenStride;
    if (lists) {
        p.columns = lists->columns;
        p.counts = lists->counts;
        p.pitch = lists->pitch;
    }
    p.heads = s.heads;
    p.headsPerKv = s.heads / s.kvHeads;
    p.queries = static_cast<int>(s.queries);
    p.keys = static_cast<int>(s.keys);
    p.queryBlocks = static_cast<int>(queryBlocks(s));
    p.keyBlocks = static_cast<int>(keyBlocks(s));
    p.firstBlock = static_cast<int>(firstQueryBlock(s));
    p.rowsBeforeQuery = static_cast<int>(s.queryOffset() % kBlockSize);
    p.causal = s.causal;
    p.scaleLog2 = s.scale * kLog2E;
    if (isShort) {
        auto* bytes = static_cast<char*>(workspace.data);
        p.split = {layout.plan,
                   {reinterpret_cast<float*>(bytes + layout.sumsOffset),
                    reinterpret_cast<float2*>(bytes + layout.topsOffset)}};
    }
    const auto merged = [&](const Status& status) {
        return status.ok() && isShort ? mergeShort(s, p, stream) : status;
    };
    if (!device.hopper) return merged(launchPrefillPortable(*inputs, p, stream));
    p.tileCounter = static_cast<int*>(workspace.data);
    if (cudaMemsetAsync(p.tileCounter, 0, sizeof(int), stream) != cudaSuccess)
        return {StatusCode::kDevice, "the workspace could not be cleared"};
    return merged(s.headDim == 128 ? launchPrefillSm90<128>(*inputs, p, device.processors, stream)
                                   : launchPrefillSm90<64>(*inputs, p, device.processors, stream));
}

Status reelqueryCudaSelect(const AttentionInputs* inputs, const SelectionParams* params,
                           const CudaSelection* selection, CudaWorkspace workspace, CudaPath path,
                           CudaStream stream) {
    const AttentionShape& s = inputs->shape;
    if (const Status status = checkShape(s); !status.ok()) return status;
    if (!isScoreStride(params->stride))
        return {StatusCode::kUnsupported, "the CUDA kernels score with strides 4, 8 and 16 only"};
    if (s.heads > kMaxHeads) return {StatusCode::kUnsupported, "more than 256 heads"};
    if (params->sinkBlocks < 1 || params->recentBlocks < 1)
        return {StatusCode::kInvalidArgument, "sinkBlocks and recentBlocks must be at least 1"};
    if (s.queries == 0) return {};
    if (!isAligned(inputs->q) || !isAligned(inputs->k))
        return {StatusCode::kInvalidArgument,
                "q and k must start on 16 bytes and have strides that are multiples of 8"};
    if (!selection->columns || !selection->counts || selection->pitch < keyBlocks(s))
        return {StatusCode::kInvalidArgument, "block lists need columns, counts and a pitch >= NK"};
    const Device device = currentDevice(path);
    if (!device.status.ok()) return device.status;
    const ScorePlan plan = planScores(s, params->stride, device.hopper);
    if (!workspace.data || workspace.bytes < plan.bytes)
        return {StatusCode::kInvalidArgument, "the workspace is too small"};

    const int perBlock = kBlockSize / params->stride;
    ScoreParams score;
    score.sums.blocks = static_cast<float*>(workspace.data);
    score.sums.tiles =
        reinterpret_cast<float2*>(static_cast<char*>(workspace.data) + plan.tilesOffset);
    score.sums.rows = plan.rows;
    score.sums.blockPitch = plan.blockPitch;
    score.sums.tileCount = plan.tileCount;
    score.sums.tileColumns = plan.tileColumns;
    score.headsPerKv = s.heads / s.kvHeads;
    score.headDim = s.headDim;
    score.queries = static_cast<int>(s.queries);
    score.keys = static_cast<int>(s.keys);
    score.queryOffset = static_cast<int>(s.queryOffset());
    score.firstRow = static_cast<int>(firstQueryBlock(s)) * perBlock;
    score.keyGroups = static_cast<int>((s.keys + params->stride - 1) / params->stride);
    score.causal = s.causal;
    score.scaleLog2 = s.scale * kLog2E / static_cast<float>(params->stride);
    const auto order = queryOrder(params->pattern, params->stride);
    for (int t = 0; t < params->stride; ++t) score.order[t] = static_cast<std::int8_t>(order[t]);

    SelectParams select;
    select.sums = score.sums;
    select.stride = params->stride;
    select.firstRow = score.firstRow;
    select.rowBegin = score.queryOffset / params->stride;
    select.rowEnd = (score.queryOffset + score.queries + params->stride - 1) / params->stride;
    select.queryBlocks = static_cast<int>(queryBlocks(s));
    select.keyBlocks = static_cast<int>(keyBlocks(s));
    select.firstBlock = static_cast<int>(firstQueryBlock(s));
    select.causal = s.causal;
    select.sinkBlocks = params->sinkBlocks;
    select.recentBlocks = params->recentBlocks;
    // A row keeps all where its last query lies at or past the limit.
    const std::int64_t lastQuery = s.queryOffset() + s.queries - 1;
    if (params->denseFromPosition <= lastQuery)
        select.denseFromBlock =
            static_cast<int>(std::max<std::int64_t>(params->denseFromPosition, 0) / kBlockSize);
    select.columns = selection->columns;
    select.counts = selection->counts;
    select.pitch = selection->pitch;
    select.keptShare = selection->keptShare;
    select.mass = selection->mass;
    for (int h = 0; h < s.heads; ++h)
        select.threshold[h] =
            params->thresholdPerHead ? params->thresholdPerHead[h] : params->threshold;

    for (int head = 0; head < s.heads; head += plan.batchHeads) {
        score.headBegin = select.headBegin = head;
        score.headCount = select.headCount = std::min(plan.batchHeads, s.heads - head);
        score.sliceHeads =
            plan.batchHeads % score.headsPerKv == 0 ? score.headsPerKv : score.headCount;
        const Status status =
            device.hopper
                ? launchScoreSm90(score, s, inputs->q, inputs->k, params->stride, device.processors,
                                  stream)
                : launchScorePortable(score, inputs->q, inputs->k, params->stride, stream);
        if (!status.ok()) return status;
        if (const Status chosen = launchSelect(select, stream); !chosen.ok()) return chosen;
    }
    return {};
}

std::size_t reelqueryCudaDecodeWorkspaceBytes(const AttentionShape* shape) {
    const Device device = currentDevice(CudaPath::kAuto);
    if (!device.status.ok() || shape->kvHeads < 1 || shape->heads < 1) return kCounterBytes;
    return planDecode(*shape, device.processors).bytes;
}

Status reelqueryCudaDecode(const CudaDecodeInputs* inputs, CudaWorkspace workspace,
                           CudaStream stream) {
    const AttentionShape& s = inputs->shape;
    if (const Status status = checkShape(s); !status.ok()) return status;
    if (s.queries != 1) return {StatusCode::kInvalidArgument, "decoding takes one query"};
    const auto isRow = [](const void* data) { return isAligned(data, 0, 0); };
    const auto isCache = [](const MutableHeadsView& view) {
        return isAligned(view.data, view.headStride, view.tokenStride);
    };
    if (!isRow(inputs->q) || !isRow(inputs->k) || !isRow(inputs->v) || !isRow(inputs->out) ||
        !isCache(inputs->keys) || !isCache(inputs->values))
        return {StatusCode::kInvalidArgument,
                "q, k, v, out and the cache must start on 16 bytes and have strides that are "
                "multiples of 8"};
    if (!inputs->cos || !inputs->sin || !inputs->held)
        return {StatusCode::kInvalidArgument, "decoding needs cos, sin and held"};
    const Device device = currentDevice(CudaPath::kAuto);
    if (!device.status.ok()) return device.status;
    const DecodePlan plan = planDecode(s, device.processors);
    if (!workspace.data || workspace.bytes < plan.bytes)
        return {StatusCode::kInvalidArgument, "the workspace is too small"};
    return launchDecode(*inputs, plan, workspace.data, stream);
}

}  // namespace reelquery::kernels
