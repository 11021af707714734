#include "core/session/report_json.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace reelquery {

namespace {

using Json = nlohmann::ordered_json;

Json layerJson(const LayerAttention& layer) {
    return {{"layer", layer.layer},
            {"sparse", layer.sparse},
            {"why", layer.why},
            {"selection_s", layer.selectionS},
            {"attention_s", layer.attentionS},
            {"density", layer.densityPerHead},
            {"kept_mass", layer.keptMassPerHead}};
}

Json evidenceJson(const Evidence& evidence) {
    Json moments = Json::array();
    for (const Moment& moment : evidence.moments) {
        moments.push_back({{"from_s", moment.fromS},
                           {"to_s", moment.toS},
                           {"peak_s", moment.peakS},
                           {"weight", moment.weight}});
    }
    return {{"times_s", evidence.timesS}, {"weights", evidence.weights}, {"moments", moments}};
}

Json answerObject(const AnswerReport& report) {
    Json json = {
        {"answer", report.answer},
        {"stop_reason", report.stopReason == StopReason::kEndOfAnswer ? "end" : "token_limit"},
        {"frames", report.frames},
        {"frames_wanted", report.framesWanted},
        {"frame_times_s", report.frameTimesS},
        {"frame_width", report.frameWidth},
        {"frame_height", report.frameHeight},
        {"sampling", report.samplingUsed},
        {"decode_errors", report.decodeErrors},
        {"video_tokens", report.videoTokens},
        {"prompt_tokens", report.promptTokens},
        {"reused_tokens", report.reusedTokens},
        {"features_from_cache", report.featuresFromCache},
        {"subtitle_lines", report.subtitleLines},
        {"answer_tokens", report.answerTokens},
        {"load_s", report.loadS},
        {"decode_s", report.decodeS},
        {"encode_s", report.encodeS},
        {"prefill_s", report.prefillS},
        {"attention_s", report.attentionS},
        {"selection_s", report.selectionS},
        {"first_token_s", report.firstTokenS},
        {"tokens_per_s", report.tokensPerS},
        {"density", report.density},
        {"peak_memory_bytes", report.peakMemoryBytes},
        {"device", report.device},
        {"dtype", report.dtype},
        {"attention", report.attention},
        {"model", report.model},
    };
    Json layers = Json::array();
    for (const LayerAttention& layer : report.layers) layers.push_back(layerJson(layer));
    json["layers"] = std::move(layers);
    json["notes"] = report.notes;
    if (!report.evidence.isEmpty()) json["evidence"] = evidenceJson(report.evidence);
    return json;
}

Json spreadObject(const Spread& spread) {
    return {{"median", spread.median}, {"min", spread.smallest}, {"max", spread.largest}};
}

Json sideObject(const ComparedSide& side) {
    Json json = answerObject(side.report);
    json["spread"] = {{"prefill_s", spreadObject(side.prefillS)},
                      {"attention_s", spreadObject(side.attentionS)},
                      {"selection_s", spreadObject(side.selectionS)},
                      {"first_token_s", spreadObject(side.firstTokenS)},
                      {"tokens_per_s", spreadObject(side.tokensPerS)}};
    return json;
}

const char* fasterSide(const ComparisonReport& report) {
    if (report.denseWins()) return "dense";
    return report.sparseWins() ? "xattention" : "neither";
}

std::string oneLine(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string reportJson(const AnswerReport& report) {
    return oneLine(answerObject(report));
}

std::string comparisonJson(const ComparisonReport& report) {
    const Agreement& agreement = report.agreement;
    Json json = {
        {"dense", sideObject(report.dense)},
        {"xattention", sideObject(report.sparse)},
        {"agreement",
         {{"first_token_kl", agreement.firstTokenKl},
          {"top1", agreement.top1},
          {"compared_tokens", agreement.comparedTokens},
          {"equal_prefix_tokens", agreement.equalPrefixTokens},
          {"same_answer", agreement.sameAnswer}}},
        {"speed_up",
         {{"attention", report.speedUp.attention},
          {"prefill", report.speedUp.prefill},
          {"first_token", report.speedUp.firstToken}}},
        {"faster_prefill", fasterSide(report)},
        {"rounds", report.rounds},
        {"machine", report.machine},
    };
    if (agreement.sameOption) json["agreement"]["same_option"] = *agreement.sameOption;
    return oneLine(json);
}

}  // namespace reelquery
