#include <nlohmann/json.hpp>

#include "core/eval/eval_summary.h"

namespace reelquery {

namespace {

using Json = nlohmann::ordered_json;

Json intervalJson(const Interval& interval) {
    return Json::array({interval.low, interval.high});
}

Json rowJson(const EvalRow& row) {
    Json json = {{"task", row.task},
                 {"length", row.length},
                 {"video_tokens", row.videoTokens},
                 {"prompt_tokens", row.promptTokens},
                 {"mode", row.mode},
                 {"correct", row.correct},
                 {"total", row.total},
                 {"failed", row.failed},
                 {"interval", intervalJson(row.interval)},
                 {"score", row.score},
                 {"density", row.density},
                 {"attention_s", row.attentionS},
                 {"selection_s", row.selectionS},
                 {"first_token_s", row.firstTokenS},
                 {"fresh", row.fresh},
                 {"reused", row.reused}};
    if (row.scores) json["score_interval"] = Json::array({row.scores->lower, row.scores->upper});
    if (row.reused > 0) json["reused_first_token_s"] = row.reusedFirstTokenS;
    if (row.evidenceOf > 0) {
        json["evidence_hits"] = row.evidenceHits;
        json["evidence_of"] = row.evidenceOf;
    }
    return json;
}

template <class Item, class ToJson>
Json listJson(const std::vector<Item>& items, const ToJson& toJson) {
    Json list = Json::array();
    for (const Item& item : items) list.push_back(toJson(item));
    return list;
}

Json pairsJson(const EvalPairs& pairs) {
    return {{"task", pairs.task},
            {"length", pairs.length},
            {"mode", pairs.mode},
            {"both", pairs.both},
            {"only_dense", pairs.onlyDense},
            {"only_sparse", pairs.onlySparse},
            {"neither", pairs.neither},
            {"p", pairs.p}};
}

Json verdictJson(const EvalVerdict& one) {
    Json json = {{"length", one.length},
                 {"mode", one.mode},
                 {"control", one.isControl},
                 {"density", one.density},
                 {"films", one.found.films},
                 {"questions", one.found.questions},
                 {"flips", one.found.flips},
                 {"difference", one.found.difference},
                 {"standard_error", one.found.standardError},
                 {"design_effect", one.found.designEffect},
                 {"bounds", Json::array({one.found.lower, one.found.upper})},
                 {"p", one.found.p}};
    if (one.verdict) json["verdict"] = nameOf(*one.verdict);
    if (one.firstTokenKl) {
        const ClusteredMean& kl = *one.firstTokenKl;
        json["first_token_kl"] = {{"mean", kl.mean},
                                  {"interval", Json::array({kl.lower, kl.upper})},
                                  {"median", kl.median},
                                  {"films", kl.films},
                                  {"questions", kl.figures}};
    }
    return json;
}

const char* findingName(ChoiceFinding finding) {
    switch (finding) {
        case ChoiceFinding::kNothing:
            return "nothing: a control passes";
        case ChoiceFinding::kShown:
            return "shown: controls fail";
        case ChoiceFinding::kUnfair:
            return "nothing: controls kept fewer blocks";
        case ChoiceFinding::kUndecided:
            return "undecided";
        case ChoiceFinding::kNoControl:
            break;
    }
    return "no control";
}

}  // namespace

std::string summaryJson(const EvalSummary& summary) {
    Json json = {{"suite", summary.suite},
                 {"settings", Json::parse(summary.settings)},
                 {"machine", summary.machine},
                 {"version", summary.version},
                 {"stopped", summary.stopped},
                 {"graded", summary.isGraded},
                 {"rows", listJson(summary.rows, rowJson)},
                 {"totals", listJson(summary.totals, rowJson)},
                 {"pairs", listJson(summary.pairs, pairsJson)}};
    if (summary.margin) json["margin"] = *summary.margin;
    json["verdicts"] = listJson(summary.verdicts, verdictJson);
    json["choices"] = listJson(summary.choices, [](const EvalChoice& one) {
        return Json{{"length", one.length},
                    {"mode", one.mode},
                    {"controls", one.controls},
                    {"finding", findingName(one.finding)},
                    {"text", choiceText(one)}};
    });
    json["circles"] = listJson(summary.circles, [](const EvalCircles& one) {
        return Json{{"task", one.task},
                    {"mode", one.mode},
                    {"correct", one.correct},
                    {"total", one.total},
                    {"interval", intervalJson(one.interval)}};
    });
    json["wordings"] = listJson(summary.variants, [](const EvalVariant& one) {
        return Json{{"wording", one.variant},
                    {"mode", one.mode},
                    {"correct", one.correct},
                    {"total", one.total},
                    {"interval", intervalJson(one.interval)}};
    });
    if (summary.taskMeanCounts || !summary.circles.empty()) {
        for (const std::string& mode : summary.modes) {
            json["task_mean"][mode] = summary.taskMean(mode);
        }
    }
    json["failures"] = listJson(summary.failures, [](const EvalFailure& one) {
        return Json{{"video", one.video}, {"message", one.message}, {"questions", one.questions}};
    });
    json["missing_videos"] = summary.missingVideos;
    json["notes"] = summary.notes;
    return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace reelquery
