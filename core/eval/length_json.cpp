#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/eval/length_report.h"
#include "core/session/report/report_json.h"

namespace reelquery {

namespace {

using Json = nlohmann::ordered_json;

Json accuracyJson(const AccuracyPoint& point) {
    return {
        {"suite", point.suite},         {"mode", point.mode},
        {"selection", point.selection}, {"threshold", point.threshold},
        {"density", point.density},     {"correct", point.correct},
        {"total", point.total},         {"interval", {point.interval.low, point.interval.high}}};
}

/// One mode of the summary; a mode in which nothing was answered has no share.
AccuracyPoint pointOf(const Json& row, const Json& summary) {
    AccuracyPoint point;
    point.suite = summary.at("suite");
    point.mode = row.at("mode");
    point.density = row.at("density");
    point.correct = row.at("correct");
    point.total = row.at("total");
    point.interval = wilson(point.correct, point.total);
    const Json& attention = summary.at("settings").at("attention").at(point.mode);
    if (!attention.is_object()) return point;
    point.threshold = attention.at("threshold");
    if (attention.contains("selector"))
        point.selection = attention.at("selector").get<std::string>() + " ";
    point.selection += "S=" + std::to_string(attention.at("stride").get<int>()) + " " +
                       attention.at("pattern").get<std::string>();
    if (attention.at("thresholds_file") != "") point.selection += ", calibrated";
    return point;
}

}  // namespace

std::vector<AccuracyPoint> readAccuracy(const std::filesystem::path& summaryFile) {
    std::ifstream in(summaryFile, std::ios::binary);
    const Json summary = Json::parse(in, nullptr, false);
    std::vector<AccuracyPoint> points;
    try {
        for (const Json& row : summary.at("totals")) {
            const AccuracyPoint point = pointOf(row, summary);
            if (point.total > 0) points.push_back(point);
        }
    } catch (const nlohmann::json::exception&) {
        throw Error(ErrorCode::kUsage, summaryFile.string() + " is no summary of reelquery eval",
                    "give the folder that was its --out");
    }
    return points;
}

std::string lengthJson(const LengthReport& report) {
    Json json = {{"video", report.video},       {"question", report.question},
                 {"settings", report.settings}, {"machine", report.machine},
                 {"clock", report.clock},       {"version", report.version}};
    json["points"] = Json::array();
    for (const LengthPoint& point : report.points) {
        const ComparisonReport& one = point.comparison;
        const auto stated = [&](double ratio, const Spread& dense, const Spread& sparse) {
            return statedRatio(ratio, dense, sparse, one).spread;
        };
        json["points"].push_back(
            {{"budget", point.budget},
             {"stated_spread",
              {{"attention",
                stated(one.speedUp.attention, one.dense.attentionS, one.sparse.attentionS)},
               {"prefill", stated(one.speedUp.prefill, one.dense.prefillS, one.sparse.prefillS)},
               {"first_token",
                stated(one.speedUp.firstToken, one.dense.firstTokenS, one.sparse.firstTokenS)}}},
             {"comparison", Json::parse(comparisonJson(one))}});
    }
    json["accuracy"] = Json::array();
    for (const AccuracyPoint& point : report.accuracy) {
        json["accuracy"].push_back(accuracyJson(point));
    }
    json["notes"] = report.notes;
    return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace reelquery
