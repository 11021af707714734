#include "core/session/report/report_json.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/base/error.h"

using namespace reelquery;

namespace {

/// Every field set, no two alike, with figures that short decimal text would not hold.
AnswerReport fullReport() {
    AnswerReport report;
    report.answer = "The \"circle\" is r\u00f6t.\nAt 1:05.";
    report.stopReason = StopReason::kTokenLimit;
    report.framesWanted = 120;
    report.frames = 118;
    report.decodeErrors = 2;
    report.framesOnCard = 570;
    report.firstFrameS = 1.0 / 3;
    report.lastFrameS = 59.5;
    report.samplingUsed = "keyframes";
    report.frameTimesS = {1.0 / 3, 0.1 + 0.2, 59.5};
    report.frameWidth = 448;
    report.frameHeight = 252;
    report.videoTokens = 15360;
    report.promptTokens = 15399;
    report.answerTokens = 17;
    report.reusedTokens = 15300;
    report.waitedS = 0.4;
    report.featuresFromCache = true;
    report.subtitleLines = 4;
    report.loadS = 0.123456789012345678;
    report.decodeS = 1e-9;
    report.encodeS = 2.0 / 3;
    report.prefillS = 3.25;
    report.attentionS = 1.1;
    report.selectionS = 0.3;
    report.decodeStage = {4.5, 0.1};
    report.encodeStage = {2.0 / 3, 1e-9};
    report.prefillStage = {3.25, 0.7};
    report.firstTokenS = 5.7;
    report.tokensPerS = 12.7;
    report.density = 0.37;
    report.peakHostBytes = (std::int64_t{1} << 52) + 1;
    report.peakDeviceBytes = (std::int64_t{1} << 51) + 3;
    report.device = "cpu";
    report.dtype = "float32";
    report.weights = "int4";
    report.attention = "xattention S=16 tau=0.90";
    report.model = "demo_model";
    report.layers = {{0, true, "", 0.1, 0.2, {0.1F, 1.0F / 3}, {0.9F}},
                     {1, false, "forecast 0.9 s sparse, 0.8 s dense", 0, 0.7, {1.0F}, {}}};
    report.evidence = {{0.0, 1.1},
                       {0.3F, 0.7F},
                       {{0.5, 1.5, 1.1, 0.7}, {0, 0.5, 0, 0.3}},
                       {{40.1, "the word is \"amber\"", 0.6}}};
    report.saidTimesS = {1.0 / 3, 40.1};
    report.subtitlesFrom = "track 3 (eng)";
    report.evidenceS = 0.7;
    report.notes = {"the subtitles end at 0:30"};
    report.zoomedInto = {{1.1, 2.2}, {1.0 / 3 + 5, 6.1}};
    return report;
}

ComparisonReport fullComparison() {
    ComparisonReport report;
    report.dense = {fullReport(),    {3.3, 3.1, 3.7}, {1.1, 1.0, 1.3},
                    {0.0, 0.0, 0.0}, {5.7, 5.5, 6.1}, {12.7, 12.1, 13.3}};
    report.sparse = report.dense;
    report.sparse.prefillS = {2.3, 2.1, 2.4};
    report.sparse.selectionS = {0.3, 0.2, 0.4};
    report.agreement = {1.0 / 7, 0.9375, 16, 11, false, true};
    report.speedUp = {2.1, 1.4, 1.2};
    report.rounds = 3;
    report.machine = "cpu of 2 cores";
    report.othersShare = 0.0625;
    return report;
}

std::string messageOf(const std::string& json) {
    try {
        readComparison(json);
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::kUsage);
        return error.message();
    }
    return "";
}

}  // namespace

TEST_CASE("an answer's report read back is equal to the digit") {
    const AnswerReport report = fullReport();
    const AnswerReport back = readReport(reportJson(report));
    CHECK(reportJson(back) == reportJson(report));
    // The text being equal says nothing of a field that neither side knows: compare those as well.
    CHECK(back.answer == report.answer);
    CHECK(back.stopReason == StopReason::kTokenLimit);
    CHECK(back.firstFrameS == report.firstFrameS);
    CHECK(back.frameTimesS == report.frameTimesS);
    CHECK(back.peakHostBytes == report.peakHostBytes);
    CHECK(back.peakDeviceBytes == report.peakDeviceBytes);
    CHECK(back.reusedTokens == 15300);
    CHECK(back.featuresFromCache);
    CHECK(back.loadS == report.loadS);
    CHECK(back.decodeStage.busyS == 4.5);
    CHECK(back.decodeStage.waitedS == 0.1);
    CHECK(back.prefillStage.waitedS == 0.7);
    REQUIRE(back.layers.size() == 2);
    CHECK(back.layers[0].densityPerHead == report.layers[0].densityPerHead);
    CHECK(back.layers[1].why == report.layers[1].why);
    CHECK(back.evidence.weights == report.evidence.weights);
    REQUIRE(back.evidence.moments.size() == 2);
    CHECK(back.evidence.moments[0].peakS == 1.1);
}

TEST_CASE("reports of older versions tell their one figure of memory as the process's") {
    // On any device it was the resident size of the process.
    const AnswerReport old = readReport(R"({"peak_memory_bytes": 5368709120})");
    CHECK(old.peakHostBytes == 5368709120);
    CHECK_FALSE(old.peakDeviceBytes);
    const auto json = nlohmann::json::parse(reportJson(old));
    CHECK(json["peak_host_bytes"] == 5368709120);
    CHECK_FALSE(json.contains("peak_device_bytes"));
    CHECK_FALSE(json.contains("peak_memory_bytes"));
    const auto full = nlohmann::json::parse(reportJson(fullReport()));
    CHECK(full["peak_device_bytes"] == (std::int64_t{1} << 51) + 3);
}

TEST_CASE("no field of a full report is left at its default in the JSON") {
    const auto full = nlohmann::json::parse(reportJson(fullReport()));
    const auto plain = nlohmann::json::parse(reportJson({}));
    for (const auto& [key, value] : full.items()) {
        INFO(key);
        CHECK((!plain.contains(key) || plain[key] != value));
    }
}

TEST_CASE("a comparison read back is equal to the digit") {
    const ComparisonReport report = fullComparison();
    const ComparisonReport back = readComparison(comparisonJson(report));
    CHECK(comparisonJson(back) == comparisonJson(report));
    CHECK(back.sparse.prefillS.smallest == 2.1);
    CHECK(back.dense.report.layers.size() == 2);
    CHECK(back.agreement.firstTokenKl == 1.0 / 7);
    CHECK(back.agreement.sameOption == true);
    CHECK(back.speedUp.firstToken == 1.2);
    CHECK(back.rounds == 3);
    CHECK(back.othersShare == 0.0625);
    CHECK(back.sparseWins());
    // A side is a report of its own, as `ask --json` prints it.
    const auto side = nlohmann::json::parse(comparisonJson(report))["xattention"];
    CHECK(reportJson(readReport(side.dump())) == reportJson(report.sparse.report));
}

TEST_CASE("the sparse side goes by the name of the selector that chose its blocks") {
    ComparisonReport report = fullComparison();
    report.selector = "mean-pooling";
    const auto json = nlohmann::json::parse(comparisonJson(report));
    CHECK(json["selector"] == "mean-pooling");
    CHECK(json["faster_prefill"] == "mean-pooling");
    CHECK_FALSE(json.contains("xattention"));
    const ComparisonReport back = readComparison(json.dump());
    CHECK(back.selector == "mean-pooling");
    CHECK(back.sparse.prefillS.smallest == 2.1);
    CHECK(comparisonJson(back) == comparisonJson(report));
}

TEST_CASE("comparisons of older versions, which name no selector, are XAttention's") {
    auto old = nlohmann::json::parse(comparisonJson(fullComparison()));
    old.erase("selector");
    const ComparisonReport back = readComparison(old.dump());
    CHECK(back.selector == "xattention");
    CHECK(back.sparse.prefillS.smallest == 2.1);
    CHECK(comparisonJson(back) == comparisonJson(fullComparison()));
}

TEST_CASE("absent fields keep their defaults and unknown ones are passed over") {
    const AnswerReport report = readReport(R"({"frames": 8.0, "colour_of_later_versions": [1]})");
    CHECK(report.frames == 8);
    CHECK(report.density == 1);
    CHECK(report.evidence.isEmpty());
    CHECK_FALSE(readComparison("{}").agreement.sameOption.has_value());
}

TEST_CASE("a figure that is not finite is null in the JSON and not a number when read back") {
    ComparisonReport report;
    report.agreement.firstTokenKl = std::numeric_limits<double>::infinity();
    const std::string json = comparisonJson(report);
    CHECK(json.find("\"first_token_kl\":null") != std::string::npos);
    CHECK(std::isnan(readComparison(json).agreement.firstTokenKl));
}

TEST_CASE("what is no report is refused with the place that is wrong") {
    struct Case {
        const char* json;
        const char* names;
    };

    const Case cases[] = {
        {"", "the text is not an object"},
        {"{\"rounds\": 3", "the text is not an object"},
        {"[1]", "the text is not an object"},
        {R"({"rounds": "three"})", "rounds is not a whole number"},
        {R"({"rounds": 3.5})", "rounds is not a whole number"},
        {R"({"rounds": 3e10})", "rounds is not a whole number"},
        {R"({"machine": 1})", "machine is not a text"},
        {R"({"dense": {"stop_reason": 1}})", "dense.stop_reason is not \"end\""},
        {R"({"dense": {"spread": {"prefill_s": [1, 2]}}})", "dense.spread.prefill_s is not an obj"},
        {R"({"dense": {"layers": [{}, {"density": [1, "x"]}]}})",
         "dense.layers[1].density[1] is not a number"},
        {R"({"xattention": {"frame_times_s": {}}})", "xattention.frame_times_s is not a list"},
        {R"({"agreement": {"same_option": 1}})", "agreement.same_option is not true or false"},
    };
    for (const Case& one : cases) {
        INFO(one.json);
        CHECK(messageOf(one.json).find(one.names) != std::string::npos);
    }
}

TEST_CASE("a report of a hundred thousand brackets is refused") {
    CHECK_THROWS_AS(readReport("{\"notes\":" + std::string(100'000, '[')), Error);
    CHECK_THROWS_AS(readComparison(std::string(100'000, '[') + std::string(100'000, ']')), Error);
}
