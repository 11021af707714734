// Attention with torch's operations: right in slices of any size, and within its memory.
#include "core/attention/sdpa.h"

#include <ATen/Context.h>

#include <catch2/catch.hpp>

#include "core/attention/backend_factory.h"
#include "core/attention/cuda_kernels.h"
#include "core/attention/torch_bridge.h"
#include "tests/unit/attention/counted_memory.h"
#include "tests/unit/attention/random_call.h"

namespace reelquery::test {

namespace {

/// As on a card with float32: torch is left with the kernel that serves everything.
class MathKernelOnly {
  public:
    MathKernelOnly() { at::globalContext().setSDPUseFlash(false); }

    MathKernelOnly(const MathKernelOnly&) = delete;
    MathKernelOnly& operator=(const MathKernelOnly&) = delete;

    ~MathKernelOnly() { at::globalContext().setSDPUseFlash(true); }
};

double error(const at::Tensor& got, const at::Tensor& expected) {
    const at::Tensor difference = got.to(at::kDouble) - expected.to(at::kDouble);
    return (difference.norm() / expected.to(at::kDouble).norm()).item<double>();
}

/// softmax(scale q k^T) v in double without causality.
at::Tensor allByAll(const AttentionCall& call) {
    const std::int64_t ratio = call.q.size(0) / call.k.size(0);
    const at::Tensor k = call.k.to(at::kDouble).repeat_interleave(ratio, 0);
    const at::Tensor v = call.v.to(at::kDouble).repeat_interleave(ratio, 0);
    const at::Tensor logits =
        at::matmul(call.q.to(at::kDouble), k.transpose(1, 2)) * static_cast<double>(call.scale);
    return at::matmul(logits.softmax(-1), v).transpose(0, 1).flatten(1);
}

}  // namespace

TEST_CASE("attention in slices is attention, whatever the slices") {
    const at::ScalarType type = GENERATE(at::kFloat, at::kBFloat16);
    const bool causal = GENERATE(true, false);
    const auto [heads, kvHeads, dim, queries, keys] =
        GENERATE(table<int, int, int, std::int64_t, std::int64_t>({{1, 1, 64, 1, 1},
                                                                   {4, 2, 64, 1, 777},
                                                                   {7, 1, 128, 129, 129},
                                                                   {6, 2, 64, 131, 1027},
                                                                   {6, 1, 80, 300, 333},
                                                                   {3, 3, 17, 65, 66}}));
    const RandomTensors random(heads, kvHeads, dim, queries, keys, type);
    AttentionCall call = random.call();
    call.causal = causal;
    const at::Tensor expected = causal ? byMatrices(call) : allByAll(call);
    // One query at a time, a few with a shorter rest, all at once.
    const std::int64_t row = sdpaScratchBytes(attentionInputs(call).shape, 1);
    for (const std::int64_t sliceBytes : {std::int64_t{1}, 37 * row, std::int64_t{1} << 40}) {
        CAPTURE(heads, kvHeads, dim, queries, keys, causal, sliceBytes, at::toString(type));
        const at::Tensor out = sdpaAttention(call, sliceBytes);
        CHECK(out.sizes() == at::IntArrayRef({queries, std::int64_t{heads} * dim}));
        CHECK(out.is_contiguous());
        CHECK(out.scalar_type() == type);
        CHECK(error(out, expected) < (type == at::kFloat ? 2e-6 : 4e-3));
    }
}

TEST_CASE("what a card does without our kernels keeps to the memory that is planned for it") {
    const at::ScalarType type = GENERATE(at::kFloat, at::kBFloat16);
    const auto [heads, kvHeads, queries, keys] =
        GENERATE(table<int, int, std::int64_t, std::int64_t>(
            {{14, 2, 1024, 6144}, {6, 2, 1023, 9001}, {28, 4, 700, 700}}));
    const RandomTensors random(heads, kvHeads, 64, queries, keys, type);
    const AttentionCall call = random.call();
    const kernels::AttentionShape shape = attentionInputs(call).shape;
    const std::int64_t outputBytes =
        queries * heads * 64 * static_cast<std::int64_t>(c10::elementSize(type));
    const std::int64_t scores = std::int64_t{heads} * queries * keys * 4;
    const MathKernelOnly asOnACard;
    CAPTURE(heads, queries, keys, at::toString(type), scores);
    {
        const CudaKernels card({}, "no library of ours");
        const CountedMemory memory;
        const at::Tensor out = card.dense(call);
        CHECK(memory.peakBytes() <= sdpaScratchBytes(shape) + outputBytes);
    }
    {
        // Smaller slices, smaller memory.
        const CountedMemory memory;
        const at::Tensor out = sdpaAttention(call, std::int64_t{8} << 20);
        CHECK(memory.peakBytes() <= sdpaScratchBytes(shape, std::int64_t{8} << 20) + outputBytes);
        CHECK(memory.peakBytes() > std::int64_t{4} << 20);
    }
    CHECK(sdpaScratchBytes(shape) <= kSdpaSliceBytes + 2 * keys * 64 * 4);
    {
        // The counter sees what it is there to see.
        const CountedMemory memory;
        const at::Tensor out = torchSdpa(call);
        CHECK(memory.peakBytes() > 2 * scores);
    }
}

TEST_CASE("the memory planned for a long prompt on a card is no matrix of scores") {
    kernels::AttentionShape shape{28, 4, 128, 4096, 131072, true, 0.1F, kernels::Dtype::kFloat32};
    CHECK(sdpaScratchBytes(shape) <= kSdpaSliceBytes);
    CHECK(sdpaScratchBytes(shape) > kSdpaSliceBytes / 2);
    shape.dtype = kernels::Dtype::kBfloat16;
    CHECK(sdpaScratchBytes(shape) <= kSdpaSliceBytes + 2 * 131072 * 128 * 4);
    shape.queries = 1;
    CHECK(sdpaScratchBytes(shape) < 160 << 20);
    shape.keys = 1;
    CHECK(sdpaScratchBytes(shape) < 64 << 10);
}

TEST_CASE("on a CPU no plan has to count torch's attention") {
    CHECK_FALSE(attendsWithTorch({1, 4, DeviceKind::kCpu, 64, false}));
    CHECK_FALSE(attendsWithTorch({1, 4, DeviceKind::kCpu, 80, true}));
}

TEST_CASE("a stop ends attention in slices early") {
    const RandomTensors random(2, 1, 64, 500, 500);
    AttentionCall call = random.call();
    std::stop_source source;
    source.request_stop();
    call.stop = source.get_token();
    const CountedMemory poisoned;  // what nobody computes stays NaN
    const at::Tensor out = sdpaAttention(call);
    CHECK(out.sizes() == at::IntArrayRef({500, 128}));
    CHECK(out.isnan().all().item<bool>());
}

TEST_CASE("torch's attention as we call it is bottom-right causal") {
    const RandomTensors random(4, 2, 32, 9, 40);
    CHECK(error(torchSdpa(random.call()), byMatrices(random.call())) < 1e-6);
}

}  // namespace reelquery::test
