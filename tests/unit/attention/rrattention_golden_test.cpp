// RRAttention against its authors' own kernels: rrattention_golden.json holds what two of them
// (rrattn_v1_gemm_qchunk_gqa_kernel and rrattn_v1_nomask_softmax_reduce_kernel of
// PaddlePaddle/PaddleFleet, Research/RRAttention at 032d37f, Apache-2.0) gave in float32 under
// Triton 3.6's interpreter, each row divided by its sum. Nothing of them is in this tree. Inputs
// are those of unit/kernels/make_upstream_golden.py, recomputed here.
//
// The masses are theirs, the rule is XAttention's: the sink and the own block count first. The
// authors' second version takes the largest blocks until the threshold and adds these two.

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/attention/attention_kernels.h"
#include "core/attention/selector_table.h"
#include "core/attention/torch_bridge.h"
#include "kernels/reference/selection_reference.h"
#include "random_call.h"

namespace reelquery::test {

namespace {

/// 16 bits of a hash, in [-1, 1).
double hashed(std::uint32_t seed, std::uint32_t index) {
    std::uint32_t x = index * 2654435761U + seed * 40503U + 12345U;
    x = (x ^ (x >> 15)) * 2246822519U;
    return ((x ^ (x >> 13)) >> 16) / 32768.0 - 1;
}

/// [heads, tokens, dim]; `keys`: blocks of them differ in size.
at::Tensor inputs(int heads, std::int64_t tokens, std::int64_t dim, bool keys) {
    at::Tensor made = at::empty({heads, tokens, dim});
    float* to = made.mutable_data_ptr<float>();
    for (std::int64_t i = 0; i < made.numel(); ++i) {
        const double size = keys ? 1 + static_cast<double>(i / dim % tokens / 128 * 7 % 5) / 2 : 4;
        to[i] = static_cast<float>(hashed(keys ? 2 : 1, static_cast<std::uint32_t>(i)) * size);
    }
    return made;
}

}  // namespace

TEST_CASE("RRAttention keeps what its authors' masses tell it to keep") {
    std::ifstream in(REELQUERY_RRATTENTION_GOLDEN);
    const nlohmann::json cases = nlohmann::json::parse(in);
    REQUIRE(cases.size() == 3);
    const auto kernels =
        std::shared_ptr<const AttentionKernels>(makeAttentionKernels(DeviceKind::kCpu));
    for (const auto& one : cases) {
        const int heads = one["heads"], stride = one["stride"];
        const std::int64_t dim = one["head_dim"];
        const at::Tensor q = inputs(heads, one["queries"], dim, false);
        const at::Tensor k = inputs(one["kv_heads"], one["keys"], dim, true);
        const AttentionCall call{
            .q = q, .k = k, .v = k, .scale = 1.0F / std::sqrt(static_cast<float>(dim))};
        const kernels::AttentionShape shape = attentionInputs(call).shape;
        kernels::reference::BlockMass mass{
            kernels::queryBlocks(shape), kernels::keyBlocks(shape), {}};
        for (const auto& row : one["mass"])
            for (const auto& value : row) mass.values.push_back(value);
        REQUIRE(std::ssize(mass.values) == heads * mass.rows * mass.columns);
        std::int64_t kept = 0;
        for (const double threshold : {0.4, 0.6, 0.8}) {
            SelectorOptions options;
            options.name = "rrattention";
            options.stride = stride;
            options.threshold = threshold;
            const auto blocks =
                makeBlockSelector({options, 1, heads, kernels})->select(call, 1 << 30);
            kernels::SelectionParams params;
            params.threshold = static_cast<float>(threshold);
            const auto want = kernels::reference::selectBlocks(mass, shape, params);
            for (std::int64_t row = 0; row < heads * mass.rows; ++row) {
                INFO("S=" << stride << ", threshold " << threshold << ", row " << row);
                const auto at = static_cast<std::size_t>(row);
                const int count = blocks.counts.flatten()[row].item<int>();
                REQUIRE(count == want.counts[at]);
                const auto* list =
                    static_cast<const std::uint16_t*>(blocks.columns.const_data_ptr()) +
                    row * mass.columns;
                double share = 0;
                for (int n = 0; n < count; ++n) {
                    const auto column = want.columns[at * static_cast<std::size_t>(want.pitch) +
                                                     static_cast<std::size_t>(n)];
                    CHECK(list[n] == column);
                    share += mass.values[at * static_cast<std::size_t>(mass.columns) + column];
                }
                // The share is of the estimated mass: the estimates agree, not only the choice.
                CHECK(blocks.keptShare.flatten()[row].item<double>() == Approx(share).margin(1e-6));
                kept += count;
            }
        }
        CHECK(kept > 3 * heads * mass.rows);
    }
}

}  // namespace reelquery::test
