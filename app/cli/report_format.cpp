#include "app/cli/report_format.h"

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "core/base/media_time.h"

namespace reelquery {

namespace {

template <class... Args>
std::string format(const char* pattern, Args... args) {
    char text[192];
    std::snprintf(text, sizeof text, pattern, args...);
    return text;
}

nlohmann::ordered_json layerJson(const LayerAttention& layer) {
    return {{"layer", layer.layer},
            {"sparse", layer.sparse},
            {"selection_s", layer.selectionS},
            {"attention_s", layer.attentionS},
            {"density", layer.densityPerHead},
            {"kept_mass", layer.keptMassPerHead}};
}

}  // namespace

std::string formatBytes(std::int64_t bytes) {
    const double value = static_cast<double>(bytes);
    if (bytes >= std::int64_t{1} << 30) return format("%.2f GiB", value / (1 << 30));
    if (bytes >= std::int64_t{1} << 20) return format("%.0f MiB", value / (1 << 20));
    return format("%.0f KiB", value / (1 << 10));
}

std::string formatCount(std::int64_t count) {
    std::string digits = std::to_string(count);
    const std::size_t sign = count < 0 ? 1 : 0;
    for (std::size_t at = digits.size(); at > sign + 3;) digits.insert(at -= 3, ",");
    return digits;
}

std::string reportJson(const AnswerReport& report) {
    nlohmann::ordered_json json = {
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
    nlohmann::ordered_json layers = nlohmann::ordered_json::array();
    for (const LayerAttention& layer : report.layers) layers.push_back(layerJson(layer));
    json["layers"] = std::move(layers);
    return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string reportTable(const AnswerReport& report) {
    std::vector<std::pair<std::string, std::string>> rows;
    std::string frames =
        format("%d of %d, %d x %d px, %s to %s, %s", report.frames, report.framesWanted,
               report.frameWidth, report.frameHeight, formatClock(report.firstFrameS).c_str(),
               formatClock(report.lastFrameS).c_str(), report.samplingUsed.c_str());
    if (report.decodeErrors > 0) frames += format(", %d decode errors", report.decodeErrors);
    rows.emplace_back("frames", frames);
    rows.emplace_back("video tokens", formatCount(report.videoTokens) + " of " +
                                          formatCount(report.promptTokens) + " in the prompt");
    if (report.loadS > 0) rows.emplace_back("model load", format("%.2f s", report.loadS));
    rows.emplace_back("decode", format("%.2f s", report.decodeS));
    rows.emplace_back("encode", format("%.2f s", report.encodeS));
    rows.emplace_back("prefill", format("%.2f s", report.prefillS));
    std::string attention = format("%.2f s, %s", report.attentionS, report.attention.c_str());
    if (report.selectionS > 0) {
        attention += format(", %.2f s of it selection, density %.1f %%", report.selectionS,
                            100 * report.density);
    }
    rows.emplace_back("  of that attention", attention);
    rows.emplace_back("first token", format("%.2f s", report.firstTokenS));
    rows.emplace_back(
        "answer", format("%lld tokens, %.1f tokens/s", static_cast<long long>(report.answerTokens),
                         report.tokensPerS));
    rows.emplace_back("peak memory", formatBytes(report.peakMemoryBytes));
    rows.emplace_back("model", report.model + ", " + report.dtype + " on " + report.device);
    std::string table;
    for (const auto& [name, value] : rows) {
        table += format("  %-20s ", name.c_str()) + value + "\n";
    }
    return table;
}

std::string planLine(const Plan& plan) {
    return format("%d frames of %d x %d px from %s to %s: ", plan.frames, plan.frameWidth,
                  plan.frameHeight, formatClock(plan.fromS).c_str(),
                  formatClock(plan.toS).c_str()) +
           formatCount(plan.videoTokens) + " video tokens, " + formatBytes(plan.memoryBytes()) +
           " of memory (" + formatBytes(plan.availableBytes) + " free)";
}

}  // namespace reelquery
