#include "core/eval/eval_record.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace reelquery {

namespace {

using Json = nlohmann::ordered_json;

constexpr double kScoreRounding = 1e-6;  // of a score that is 1

/// Two sampled pictures make one step of the model, and a time within one step is right.
double samplingStepS(const AnswerReport& report) {
    if (report.frameTimesS.size() < 2) return 0;
    const double spanS = report.frameTimesS.back() - report.frameTimesS.front();
    return 2 * spanS / static_cast<double>(report.frameTimesS.size() - 1);
}

std::optional<bool> evidenceHit(const EvalQuestion& question, const Evidence& evidence) {
    if (!question.interval || evidence.isEmpty()) return std::nullopt;
    const auto top = evidence.moments.begin() +
                     static_cast<std::ptrdiff_t>(std::min(kTopMoments, evidence.moments.size()));
    return std::any_of(evidence.moments.begin(), top, [&](const Moment& moment) {
        return moment.fromS <= question.interval->toS && moment.toS >= question.interval->fromS;
    });
}

}  // namespace

EvalRecord scoredRecord(const EvalQuestion& question, ScoringRule rule, const std::string& mode,
                        const AnswerReport& report) {
    EvalRecord record;
    record.id = question.id;
    record.mode = mode;
    record.answer = report.answer;
    record.videoTokens = report.videoTokens;
    record.promptTokens = report.promptTokens;
    record.reusedTokens = report.reusedTokens;
    record.density = report.density;
    record.prefillS = report.prefillS;
    record.attentionS = report.attentionS;
    record.selectionS = report.selectionS;
    record.firstTokenS = report.firstTokenS;
    record.evidenceHit = evidenceHit(question, report.evidence);
    record.toleranceS = samplingStepS(report);
    if (rule == ScoringRule::kReferences) {
        const std::string& answer = report.answer;
        const std::size_t begin = std::min(answer.find_first_not_of('\n'), answer.size());
        const std::string counted = question.firstLineCounts
                                        ? answer.substr(begin, answer.find('\n', begin) - begin)
                                        : answer;
        record.score = textScore(question.metric, counted, question.references, question.classes);
        record.right = record.score > 1 - kScoreRounding;
        return record;
    }
    if (rule == ScoringRule::kFacts) {
        // Whatever is asked for, of options it is the letter.
        const std::string task = question.options > 0 ? "letter" : question.task;
        record.right = statesTruth(task, report.answer, question.truth, record.toleranceS);
    } else {
        const auto letter = readLetter(rule, report.answer, question.options, question.id);
        record.right = letter && std::string(1, *letter) == question.truth;
    }
    record.score = rule == ScoringRule::kFacts && question.task == "list"
                       ? listF1(report.answer, question.truth, record.toleranceS)
                       : record.right;
    return record;
}

std::string recordLine(const EvalRecord& record) {
    Json json = {{"id", record.id}, {"mode", record.mode}};
    if (!record.answered()) {
        json["error"] = record.error;
    } else {
        json.update({{"answer", record.answer},
                     {"right", record.right},
                     {"score", record.score},
                     {"tolerance_s", record.toleranceS},
                     {"video_tokens", record.videoTokens},
                     {"prompt_tokens", record.promptTokens},
                     {"reused_tokens", record.reusedTokens},
                     {"density", record.density},
                     {"prefill_s", record.prefillS},
                     {"attention_s", record.attentionS},
                     {"selection_s", record.selectionS},
                     {"first_token_s", record.firstTokenS}});
        if (record.firstTokenKl) json["first_token_kl"] = *record.firstTokenKl;
        if (record.evidenceHit) json["evidence_hit"] = *record.evidenceHit;
    }
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<EvalRecord> readRecord(std::string_view line) {
    const Json json = Json::parse(line, nullptr, false);
    if (!json.is_object()) return std::nullopt;
    EvalRecord record;
    try {
        record.id = json.at("id");
        record.mode = json.at("mode");
        record.error = json.value("error", "");
        if (!record.answered()) return record;
        record.answer = json.at("answer");
        record.right = json.at("right");
        record.score = json.at("score");
        record.toleranceS = json.at("tolerance_s");
        record.videoTokens = json.at("video_tokens");
        record.promptTokens = json.at("prompt_tokens");
        record.reusedTokens = json.at("reused_tokens");
        record.density = json.at("density");
        record.prefillS = json.at("prefill_s");
        record.attentionS = json.at("attention_s");
        record.firstTokenS = json.at("first_token_s");
        // Logs of earlier versions do without.
        record.selectionS = json.value("selection_s", 0.0);
        if (json.contains("first_token_kl"))
            record.firstTokenKl = json["first_token_kl"].get<double>();
        if (json.contains("evidence_hit")) record.evidenceHit = json["evidence_hit"].get<bool>();
    } catch (const nlohmann::json::exception&) {
        return std::nullopt;
    }
    return record;
}

}  // namespace reelquery
