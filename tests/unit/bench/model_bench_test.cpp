#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/bench/model_bench.h"

namespace reelquery {

namespace {

ModelBenchOptions tinyOptions() {
    ModelBenchOptions options;
    options.kind = "tiny";
    options.videoTokens = {50, 1512};
    options.densities = {0.4};
    options.thresholds = {1.0};
    options.device = DeviceKind::kCpu;
    options.dtype = DtypeChoice::kFloat32;
    options.repetitions = 1;
    options.decodeTokens = 2;
    return options;
}

}  // namespace

TEST_CASE("A model bench measures tower, every way of reading and decoding at every length") {
    const bool hasTimes = GENERATE(false, true);
    CAPTURE(hasTimes);
    ModelBenchOptions options = tinyOptions();
    if (hasTimes) options.kind = "tiny-qwen3-vl";
    std::size_t announced = 0;
    const ModelBenchReport report = benchModel(options, [&](const ModelBenchReport& sofar) {
        CHECK(sofar.rows.size() == announced);
        ++announced;
    });
    CHECK(report.device == "cpu");
    CHECK(report.dtype == "float32");
    CHECK(report.weightBytes == report.parameters * 4);
    CHECK(report.parameters > 1'000'000);
    CHECK(report.visionTokens == 1512);
    CHECK(report.visionTokensPerS() > 0);
    CHECK(report.visionFirstMs > 0);
    REQUIRE(report.rows.size() == 6);
    CHECK(announced == 7);
    for (const ModelBenchRow& row : report.rows) {
        CAPTURE(row.videoTokens, row.attention);
        CHECK(row.prefill.medianMs > 0);
        CHECK(row.attentionMs > 0);
        CHECK(row.attentionMs < row.prefill.maxMs);
        CHECK(row.peakBytes > report.weightBytes);
        // Two marks around every segment, a time text before it where the family has them.
        const std::int64_t segments =
            hasTimes ? std::max<std::int64_t>(row.videoTokens / 252, 1) : 1;
        CHECK(row.promptTokens == row.videoTokens + 32 + segments * (hasTimes ? 9 : 2));
        const bool isDense = !row.threshold && !row.forced;
        CHECK(row.decode.has_value() == isDense);
        CHECK((row.selectionMs > 0) == (!isDense && row.videoTokens > 1000));
    }
    const ModelBenchRow& forced = report.rows[5];
    CHECK(forced.videoTokens == 1512);
    CHECK(forced.forced == 0.4);
    CHECK(forced.density == Approx(0.4).margin(0.06));
    CHECK(report.rows[4].threshold == 1.0);
    CHECK(report.rows[4].density == 1.0);
    CHECK(report.rows[3].density == 1.0);
}

TEST_CASE("A model bench of one part leaves the other out") {
    ModelBenchOptions options = tinyOptions();
    options.videoTokens = {50};
    options.part = ModelPart::kVision;
    const ModelBenchReport tower = benchModel(options);
    CHECK(tower.rows.empty());
    CHECK(tower.visionTokensPerS() > 0);
    options.part = ModelPart::kLanguage;
    const ModelBenchReport language = benchModel(options);
    CHECK(language.rows.size() == 3);
    CHECK(language.visionTokens == 0);
    CHECK(language.visionTokensPerS() == 0);
}

TEST_CASE("A model bench of nonsense is refused and a stopped one keeps what it has") {
    ModelBenchOptions options = tinyOptions();
    options.kind = "enormous";
    CHECK_THROWS_AS(benchModel(options), Error);
    options = tinyOptions();
    options.densities = {0};
    CHECK_THROWS_AS(benchModel(options), Error);
    std::stop_source source;
    const ModelBenchReport report = benchModel(
        tinyOptions(),
        [&](const ModelBenchReport& sofar) {
            if (sofar.rows.size() == 1) source.request_stop();
        },
        source.get_token());
    CHECK(report.rows.size() == 1);
}

}  // namespace reelquery
