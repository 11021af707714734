#include "app/cli/report_format.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/session/report/report_json.h"

using namespace reelquery;

namespace {

AnswerReport sampleReport() {
    AnswerReport report;
    report.answer = "The circle is \"red\".\nIt appears at 1:05.";
    report.framesWanted = 120;
    report.frames = 118;
    report.decodeErrors = 2;
    report.lastFrameS = 59.5;
    report.frameTimesS = {0.0, 59.5};
    report.videoTokens = 15360;
    report.promptTokens = 15399;
    report.prefillS = 3.25;
    report.attentionS = 1.5;
    report.selectionS = 0.25;
    report.density = 0.375;
    report.attention = "xattention S=16 tau=0.90";
    report.layers.push_back({0, true, "", 0.125, 0.5, {0.25F, 0.5F}, {0.9F, 0.95F}});
    return report;
}

}  // namespace

TEST_CASE("what a model writes moves no cursor") {
    CHECK(terminalText("red\x1b[2J\n\tring\x7f\r") == "red?[2J\n\tring??");
    CHECK(terminalText("Ring bei 0:40 \u2013 \u52a8") == "Ring bei 0:40 \u2013 \u52a8");
}

TEST_CASE("the JSON of an answer holds every figure once, on one line") {
    const std::string text = reportJson(sampleReport());
    CHECK(text.find('\n') == std::string::npos);
    const auto json = nlohmann::json::parse(text);
    CHECK(json["answer"] == "The circle is \"red\".\nIt appears at 1:05.");
    CHECK(json["frames"] == 118);
    CHECK(json["video_tokens"] == 15360);
    CHECK(json["density"] == 0.375);
    CHECK(json["layers"][0]["density"][1] == 0.5);
    for (const char* key : {"prompt_tokens", "answer_tokens", "decode_s", "encode_s", "prefill_s",
                            "attention_s", "selection_s", "first_token_s", "tokens_per_s",
                            "peak_host_bytes", "device", "attention", "model"}) {
        CHECK(json.contains(key));
    }
}

TEST_CASE("an answer that is not UTF-8 still gives valid JSON") {
    AnswerReport report;
    report.answer = "\xff\xfe";
    CHECK_NOTHROW(nlohmann::json::parse(reportJson(report)));
}

TEST_CASE("the table names the memory of the machine and of the card apart") {
    AnswerReport report = sampleReport();
    report.peakHostBytes = std::int64_t{3} << 29;
    CHECK(reportTable(report).find("1.50 GiB of RAM\n") != std::string::npos);
    CHECK(reportTable(report).find("GPU") == std::string::npos);
    report.peakDeviceBytes = std::int64_t{16} << 30;
    CHECK(reportTable(report).find("1.50 GiB of RAM, 16.00 GiB of the GPU") != std::string::npos);
    ComparisonReport both;
    both.dense.report = report;
    both.sparse.report = report;
    CHECK(comparisonTable(both).find("16.00 GiB of the GPU") != std::string::npos);
}

TEST_CASE("the table says what was seen, decode errors included") {
    const std::string table = reportTable(sampleReport());
    CHECK(table.find("118 of 120") != std::string::npos);
    CHECK(table.find("2 decode errors") != std::string::npos);
    CHECK(table.find("density 37.5 %") != std::string::npos);
}

TEST_CASE("numbers are grouped and bytes scaled") {
    CHECK(formatCount(0) == "0");
    CHECK(formatCount(999) == "999");
    CHECK(formatCount(16384) == "16,384");
    CHECK(formatCount(-1234567) == "-1,234,567");
    CHECK(formatBytes(std::int64_t{3} << 29) == "1.50 GiB");
    CHECK(formatBytes(std::int64_t{350} << 20) == "350 MiB");
}

TEST_CASE("evidence is one line, labelled, the strongest moment first") {
    Evidence evidence;
    CHECK(evidenceLine(evidence) == "Where the model looked (not proof): nowhere in particular");
    evidence.moments = {{252, 256, 254, 0.314}, {61, 63, 61, 0.1}};
    CHECK(evidenceLine(evidence) ==
          "Where the model looked (not proof): 4:12-4:16 (31 %), 1:01-1:03 (10 %)");
}

TEST_CASE("what auto mode chose stands in the table and in the JSON") {
    AnswerReport report = sampleReport();
    CHECK(reportTable(report).find("chosen") == std::string::npos);
    report.layers[0].sparse = false;
    report.layers[0].why = "too short";
    CHECK(reportTable(report).find("1 layer dense: too short") != std::string::npos);
    CHECK(nlohmann::json::parse(reportJson(report))["attention_choices"] ==
          "1 layer dense: too short");
}

TEST_CASE("a plan tells how long only where that was measured") {
    Plan plan;
    CHECK(planLine(plan).find("first word") == std::string::npos);
    plan.forecast = Forecast{1, 2, 3, 6.25};
    CHECK(planLine(plan).find("about 6.2 s to the first word") != std::string::npos);
}
