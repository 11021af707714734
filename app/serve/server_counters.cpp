#include "app/serve/server_counters.h"

#include <nlohmann/json.hpp>

namespace reelquery {

void ServerCounters::countReply(int status) {
    std::lock_guard lock(mutex_);
    ++replies_[status];
}

void ServerCounters::countAnswer(const AnswerReport& report) {
    std::lock_guard lock(mutex_);
    ++answers_;
    frames_ += report.frames;
    promptTokens_ += report.promptTokens;
    reusedTokens_ += report.reusedTokens;
    answerTokens_ += report.answerTokens;
    firstTokenS_ += report.firstTokenS;
    encodeS_ += report.encodeS;
    prefillS_ += report.prefillS;
}

std::string ServerCounters::text(std::size_t inLine, std::size_t connections) const {
    std::lock_guard lock(mutex_);
    std::string result;
    const auto add = [&](const std::string& name, const char* type, const char* help, auto value) {
        result += "# HELP reelquery_" + name + " " + help + "\n# TYPE reelquery_" + name + " " +
                  type + "\nreelquery_" + name + " " + nlohmann::json(value).dump() + "\n";
    };
    add("answers_total", "counter", "Questions answered", answers_);
    add("frames_total", "counter", "Frames that answers rest on", frames_);
    add("prompt_tokens_total", "counter", "Tokens of prompts", promptTokens_);
    add("reused_tokens_total", "counter", "Tokens of prompts that were still in memory",
        reusedTokens_);
    add("answer_tokens_total", "counter", "Tokens of answers", answerTokens_);
    add("first_token_seconds_total", "counter", "From a request's turn to its first word",
        firstTokenS_);
    add("encode_seconds_total", "counter", "In the vision tower", encodeS_);
    add("prefill_seconds_total", "counter", "Reading prompts", prefillS_);
    add("requests_in_line", "gauge", "Being answered or waiting", inLine);
    add("connections", "gauge", "Open connections", connections);
    result +=
        "# HELP reelquery_replies_total Replies by status; 499: the client left\n"
        "# TYPE reelquery_replies_total counter\n";
    for (const auto& [status, count] : replies_) {
        result += "reelquery_replies_total{status=\"" + std::to_string(status) + "\"} " +
                  std::to_string(count) + "\n";
    }
    return result;
}

}  // namespace reelquery
