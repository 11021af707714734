#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/bench/attention_bench.h"

namespace reelquery::test {

TEST_CASE("a bench row holds every time with its density and error") {
    AttentionBenchOptions options;
    options.heads = 4;
    options.kvHeads = 2;
    options.lengths = {700, 1024};
    options.strides = {8, 16};
    options.densities = {0.5};
    options.thresholds = {0.4, 1.0};
    options.repetitions = 2;
    std::size_t announced = 0;
    const auto rows = benchAttention(options, [&](const AttentionBenchRow&) { ++announced; });
    REQUIRE(rows.size() == 12);
    CHECK(announced == 12);
    for (const AttentionBenchRow& row : rows) {
        CHECK(row.dense.medianMs > 0);
        CHECK(row.dense.minMs <= row.dense.medianMs);
        CHECK(row.dense.medianMs <= row.dense.maxMs);
        REQUIRE(row.torchSdpa);
        CHECK(row.torchSdpa->medianMs > 0);
        CHECK(row.score.medianMs > 0);
        CHECK(row.sparse.medianMs > 0);
        CHECK(row.dtype == "float32");
        if (!row.threshold) {
            CHECK(row.density == Approx(0.5).margin(0.08));
        } else if (*row.threshold == 1) {
            CHECK(row.density == 1);
            CHECK(row.error < 1e-6);
        } else {
            CHECK(row.density < 0.9);
            CHECK(row.error > 1e-3);
        }
    }
}

TEST_CASE("a bench of nonsense is refused and a stopped one ends early") {
    AttentionBenchOptions options;
    options.kvHeads = 3;
    CHECK_THROWS_AS(benchAttention(options), Error);
    options = {};
    options.densities = {1.5};
    CHECK_THROWS_AS(benchAttention(options), Error);
    options = {};
    options.densities = {0.5};
    std::stop_source source;
    source.request_stop();
    CHECK(benchAttention(options, {}, source.get_token()).empty());
}

}  // namespace reelquery::test
