// The rules of split-KV: pure arithmetic, the same on host and device.

#include "kernels/attn/split_kv.h"

#include <catch2/catch.hpp>
#include <vector>

namespace reelquery::test {

using namespace kernels;
using namespace kernels::cuda;

namespace {

constexpr int kProcessors = 132;  // H100, H200

AttentionShape shapeOf(int heads, int kvHeads, std::int64_t queries, std::int64_t keys,
                       bool causal = true) {
    return {heads, kvHeads, 128, queries, keys, causal, 0.1f, Dtype::kBfloat16};
}

}  // namespace

TEST_CASE("Parts have every step once, none differs by more than one, none is empty in use") {
    for (const int most : {1, 2, 7, 99, 198, 512}) {
        for (int steps = 0; steps < 1500; steps += steps < 300 ? 1 : 37) {
            const int parts = partsInUse(steps, most);
            REQUIRE(parts >= 1);
            REQUIRE(parts <= most);
            int next = 0;
            for (int part = 0; part < parts; ++part) {
                const PartRange range = partOf(steps, parts, part);
                REQUIRE(range.begin == next);
                REQUIRE((range.count == steps / parts || range.count == steps / parts + 1));
                REQUIRE((range.count > 0 || steps == 0));
                next += range.count;
            }
            REQUIRE(next == steps);
        }
    }
}

TEST_CASE("Decoding cuts its keys by what is held, not by the room of the cache") {
    // 2B and 7B, at capacities that a fresh and a kept cache would have: 134 and 135 steps of 64.
    for (const auto& [heads, kvHeads] : {std::pair{12, 2}, std::pair{28, 4}}) {
        const int fresh = mostDecodeParts(shapeOf(heads, kvHeads, 1, 8550), kProcessors);
        CHECK(fresh == mostDecodeParts(shapeOf(heads, kvHeads, 1, 8612), kProcessors));
        CHECK(fresh == mostDecodeParts(shapeOf(heads, kvHeads, 1, 300), kProcessors));
    }
    // As many as run at a time: 3 blocks of threads on each of 132 processors, over the heads.
    CHECK(mostDecodeParts(shapeOf(28, 4, 1, 1000), kProcessors) == 99);
    CHECK(mostDecodeParts(shapeOf(12, 2, 1, 1000), kProcessors) == 198);
    CHECK(mostDecodeParts(shapeOf(20, 1, 1, 1000), kProcessors) == 198);  // two products of 16 rows
    CHECK(mostDecodeParts(shapeOf(1, 1, 1, 1000), 1000) == kMostParts);
}

TEST_CASE("Short prefill is few rows over many keys, whatever else differs") {
    CHECK(isShortPrefill(shapeOf(28, 4, 30, 131072)));
    CHECK(isShortPrefill(shapeOf(28, 4, 256, 2048)));
    CHECK(isShortPrefill(shapeOf(28, 4, 1, 2048, false)));
    CHECK_FALSE(isShortPrefill(shapeOf(28, 4, 257, 131072)));
    CHECK_FALSE(isShortPrefill(shapeOf(28, 4, 30, 2047)));
    CHECK_FALSE(isShortPrefill(shapeOf(28, 4, 0, 4096)));
    CHECK_FALSE(isShortPrefill(shapeOf(256, 1, 30, 4096)));  // a query's heads fill no tile
}

TEST_CASE("Every row of a short prefill meets each key that it sees in just one slot") {
    const auto heads = GENERATE(std::pair{1, 1}, std::pair{12, 2}, std::pair{7, 1}, std::pair{8, 1},
                                std::pair{9, 3}, std::pair{20, 1}, std::pair{128, 1});
    const std::int64_t queries = GENERATE(1, 2, 17, 18, 19, 30, 64, 127, 128, 129, 256);
    const std::int64_t keys = GENERATE(2048, 2049, 2175, 2177, 33001);
    const bool causal = GENERATE(true, false);
    const int blocksAtOnce = GENERATE(1, 108, 132, 264);
    const AttentionShape shape = shapeOf(heads.first, heads.second, queries, keys, causal);
    REQUIRE(isShortPrefill(shape));
    const ShortPrefillPlan plan = planShortPrefill(shape, blocksAtOnce);
    REQUIRE(plan.queriesPerTile * (heads.first / heads.second) <= kPackedRows);
    REQUIRE(plan.rowTiles * plan.queriesPerTile >= queries);
    REQUIRE((plan.rowTiles - 1) * plan.queriesPerTile < queries);
    REQUIRE(plan.slots <= kMostParts);
    for (int tile = 0; tile < plan.rowTiles; ++tile) {
        const std::int64_t first = std::int64_t{tile} * plan.queriesPerTile;
        const std::int64_t end = std::min(first + plan.queriesPerTile, queries);
        const TileKeys blocks = tileKeys(keys, shape.queryOffset(), causal, first, end);
        const auto limit = [&](std::int64_t query) {
            return causal ? shape.queryOffset() + query + 1 : keys;
        };
        std::vector<int> met(static_cast<std::size_t>(keys / kBlockSize + 1), 0);
        for (int slot = 0; slot < plan.slots; ++slot) {
            const PartRange range = slotBlocks(blocks, plan.parts, slot);
            for (std::int64_t block = range.begin; block < range.begin + range.count; ++block) {
                ++met.at(static_cast<std::size_t>(block));
                // The kernels hide keys in the first step of a slot only, its last block.
                const bool isLast = block == range.begin + range.count - 1;
                REQUIRE((isLast || (block + 1) * kBlockSize <= limit(first)));
            }
        }
        for (std::size_t block = 0; block < met.size(); ++block) {
            const bool isSeen = static_cast<std::int64_t>(block) * kBlockSize < limit(end - 1);
            REQUIRE(met[block] == (isSeen ? 1 : 0));
        }
    }
}

TEST_CASE("Packed rows are each of a call's rows once, in the order in which parts are merged") {
    const auto heads = GENERATE(std::pair{1, 1}, std::pair{12, 2}, std::pair{28, 4},
                                std::pair{9, 3}, std::pair{20, 1});
    const int queries = GENERATE(1, 2, 17, 18, 19, 30, 127, 128, 255, 256);
    const AttentionShape shape = shapeOf(heads.first, heads.second, queries, 4000);
    const int group = heads.first / heads.second;
    const ShortPrefillPlan plan = planShortPrefill(shape, kProcessors);
    std::vector<int> met(static_cast<std::size_t>(heads.first * queries), 0);
    bool placed = true;
    for (int kvHead = 0; kvHead < heads.second; ++kvHead) {
        for (int rowTile = 0; rowTile < plan.rowTiles; ++rowTile) {
            const PackedTile tile = packedTile(plan, queries, group, kvHead, rowTile);
            REQUIRE(tile.rows > 0);
            REQUIRE(tile.rows <= kPackedRows);
            for (int row = 0; row < tile.rows; ++row) {
                ++met.at(static_cast<std::size_t>(tile.firstRow + row));
                // As the kernels read the queries: row / group queries on, head row % group.
                const RowPlace place = rowPlace(tile.firstRow + row, queries, group);
                placed = placed && place.head == kvHead * group + row % group &&
                         place.query == tile.firstQuery + row / group;
            }
        }
    }
    CHECK(placed);
    CHECK(met == std::vector<int>(met.size(), 1));
}

TEST_CASE("A follow-up's question fills an H200") {
    // 30 rows over 128K: two tiles of packed rows a key/value head, in parts for 132 processors.
    for (const auto& [heads, kvHeads] : {std::pair{12, 2}, std::pair{28, 4}}) {
        const AttentionShape shape = shapeOf(heads, kvHeads, 30, 131072);
        const ShortPrefillPlan plan = planShortPrefill(shape, kProcessors);
        CHECK(plan.rowTiles == 2);
        const int whole = kvHeads * plan.rowTiles * plan.parts;
        CHECK(whole <= kProcessors);
        CHECK(whole >= kProcessors * 9 / 10);
    }
}

}  // namespace reelquery::test
