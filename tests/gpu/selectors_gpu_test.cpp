// Every way to choose blocks but XAttention's own on a card, against the same on the processor,
// which unit/attention/selectors_test.cpp holds to the definitions.

#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "core/attention/selector_table.h"
#include "core/attention/torch_bridge.h"
#include "core/device/cuda_libraries.h"
#include "kernels/block_layout.h"

namespace reelquery {

namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

at::Device card() {
    return {at::kCUDA, static_cast<c10::DeviceIndex>(cudaLibraries().usable()->card.index)};
}

/// [Hq * NQ] sets of blocks.
std::vector<std::set<int>> listsOf(const SelectedBlocks& blocks) {
    const at::Tensor columns = blocks.columns.cpu(), counts = blocks.counts.cpu();
    const std::int64_t pitch = columns.size(2);
    const auto* column = static_cast<const std::uint16_t*>(columns.const_data_ptr());
    std::vector<std::set<int>> lists;
    for (std::int64_t row = 0; row < counts.numel(); ++row) {
        const std::int32_t count = counts.const_data_ptr<std::int32_t>()[row];
        lists.emplace_back(column + row * pitch, column + row * pitch + count);
    }
    return lists;
}

}  // namespace

TEST_CASE("Other ways to choose blocks choose on a card what they choose on the processor") {
    at::manual_seed(2);
    const auto chunk = GENERATE(3000, 1300);  // whole, and the last chunk of a prompt
    CAPTURE(chunk);
    const at::Tensor k = at::randn({2, 3000, 64}).to(at::kBFloat16), v = at::randn_like(k);
    // Queries that look at some places far back, so that there is something to choose.
    const at::Tensor places = at::randint(3000, {chunk / 50});
    at::Tensor q = at::randn({4, chunk, 64});
    q.slice(1, 0, (chunk / 50) * 50, 50)
        .add_(k.index_select(1, places).to(at::kFloat).repeat_interleave(2, 0).mul_(2));
    q = q.to(at::kBFloat16);
    const at::Tensor cardQ = q.to(card()), cardK = k.to(card()), cardV = v.to(card());
    const AttentionCall onHost{.q = q, .k = k, .v = v, .scale = 0.125f};
    const AttentionCall onCard{.q = cardQ, .k = cardK, .v = cardV, .scale = 0.125f};
    for (const std::string& name : selectorNames()) {
        if (name == "xattention") continue;  // its own kernels: attention_gpu_test
        for (const double threshold : {0.3, 0.8}) {
            CAPTURE(name, threshold);
            SelectorOptions options;
            options.name = name;
            options.threshold = threshold;
            const auto chosenBy = [&](DeviceKind kind, const AttentionCall& call) {
                const auto selector =
                    makeBlockSelector({options, 1, 4, makeAttentionKernels(kind)});
                REQUIRE(selector->whyNot(true, 64).empty());
                return selector->select(call, kNever);
            };
            const SelectedBlocks got = chosenBy(DeviceKind::kCuda, onCard);
            CHECK(got.columns.is_cuda());
            CHECK(got.counts.is_cuda());
            const auto there = listsOf(got), here = listsOf(chosenBy(DeviceKind::kCpu, onHost));
            REQUIRE(there.size() == here.size());
            // Sums in another order: the block at which a row's threshold is reached may differ.
            std::size_t different = 0;
            for (std::size_t row = 0; row < here.size(); ++row)
                different += there[row] != here[row];
            CHECK(different <= here.size() / 50);
            if (threshold > 0.5) continue;
            std::size_t kept = 0;
            for (const auto& row : here) kept += row.size();
            const kernels::AttentionShape shape = attentionInputs(onHost).shape;
            const std::int64_t rows = kernels::queryBlocks(shape);
            const std::int64_t seen =
                rows * kernels::firstQueryBlock(shape) + rows * (rows + 1) / 2;
            CHECK(kept < static_cast<std::size_t>(shape.heads * seen));
        }
    }
}

}  // namespace reelquery
