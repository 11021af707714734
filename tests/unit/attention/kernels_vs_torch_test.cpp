// Our dense kernels may be at most twice as far from the truth as torch's own, in the same type.
#include <catch2/catch.hpp>

#include "core/attention/attention_kernels.h"
#include "core/attention/backend_factory.h"
#include "core/attention/relative_difference.h"
#include "core/attention/sdpa.h"
#include "core/attention/torch_bridge.h"
#include "kernels/reference/attention_reference.h"
#include "random_call.h"

namespace reelquery::test {

TEST_CASE("dense attention is at most twice as inexact as torch's") {
    const at::ScalarType type = GENERATE(at::kFloat, at::kBFloat16);
    const auto [heads, kvHeads, dim, queries, keys] =
        GENERATE(table<int, int, int, std::int64_t, std::int64_t>({{2, 1, 64, 1, 1},
                                                                   {2, 2, 64, 127, 127},
                                                                   {8, 2, 64, 128, 128},
                                                                   {7, 1, 128, 129, 129},
                                                                   {12, 2, 128, 1, 1500},
                                                                   {4, 1, 64, 131, 2047},
                                                                   {1, 1, 64, 2048, 2048},
                                                                   {1, 1, 128, 2049, 2049},
                                                                   {1, 1, 64, 4100, 4100},
                                                                   {6, 1, 80, 300, 333}}));
    INFO(heads << "/" << kvHeads << " heads, D " << dim << ", " << queries << " of " << keys << ", "
               << at::toString(type));
    const RandomTensors random(heads, kvHeads, dim, queries, keys, type);
    const AttentionCall call = random.call();
    const std::vector<double> loops = kernels::reference::denseAttention(attentionInputs(call));
    const at::Tensor truth =
        at::tensor(loops, at::kDouble).view({heads, queries, dim}).transpose(0, 1).flatten(1);
    const auto dense = makeAttentionBackend({}, {1, heads, DeviceKind::kCpu});
    const double ours = relativeDifference(dense->attend(call, nullptr), truth);
    const double theirs = relativeDifference(torchSdpa(call), truth);
    CHECK(ours <= 2 * theirs);
}

TEST_CASE("sparse attention is at most twice as inexact as torch's under the same mask") {
    const at::ScalarType type = GENERATE(at::kFloat, at::kBFloat16);
    const auto [heads, kvHeads, dim, queries, keys] =
        GENERATE(table<int, int, int, std::int64_t, std::int64_t>(
            {{8, 2, 64, 700, 700}, {7, 1, 128, 513, 900}, {1, 1, 64, 2049, 2049}}));
    INFO(heads << "/" << kvHeads << " heads, D " << dim << ", " << queries << " of " << keys << ", "
               << at::toString(type));
    const RandomTensors random(heads, kvHeads, dim, queries, keys, type);
    const AttentionCall call = random.call();
    const auto kernels = makeAttentionKernels(DeviceKind::kCpu);
    kernels::SelectionParams params;
    params.threshold = 0.4f;
    const SelectedBlocks blocks = kernels->select(call, params);

    const kernels::AttentionInputs inputs = attentionInputs(call);
    const std::vector<double> loops = kernels::reference::sparseAttention(
        inputs, {static_cast<const std::uint16_t*>(blocks.columns.const_data_ptr()),
                 blocks.counts.const_data_ptr<std::int32_t>(), blocks.columns.size(2)});
    const at::Tensor truth =
        at::tensor(loops, at::kDouble).view({heads, queries, dim}).transpose(0, 1).flatten(1);

    at::Tensor mask = at::zeros({heads, queries, keys}, at::kBool);
    const std::int64_t offset = keys - queries;
    for (int h = 0; h < heads; ++h) {
        for (std::int64_t i = 0; i < queries; ++i) {
            const std::int64_t row = (offset + i) / 128 - offset / 128;
            for (int n = 0; n < blocks.counts[h][row].item<int>(); ++n) {
                const std::int64_t first = blocks.columns[h][row][n].item<std::int64_t>() * 128;
                mask[h][i].slice(0, first, std::min(first + 128, offset + i + 1)).fill_(true);
            }
        }
    }
    CHECK_FALSE(mask.all().item<bool>());
    const std::int64_t ratio = heads / kvHeads;
    const at::Tensor torchs = at::scaled_dot_product_attention(
        random.q.unsqueeze(0), random.k.repeat_interleave(ratio, 0).unsqueeze(0),
        random.v.repeat_interleave(ratio, 0).unsqueeze(0), mask.unsqueeze(0), 0.0, false,
        call.scale);
    const double theirs = relativeDifference(torchs[0].transpose(0, 1).flatten(1), truth);
    CHECK(relativeDifference(kernels->sparse(call, blocks), truth) <= 2 * theirs);
}

}  // namespace reelquery::test
