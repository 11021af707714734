#include "app/serve/chat_reply.h"

#include <sys/random.h>

#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "core/session/report/report_json.h"

namespace reelquery {

namespace {

using OrderedJson = nlohmann::ordered_json;

std::string dumped(const OrderedJson& json) {
    return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

std::string event(const OrderedJson& json) {
    return "data: " + dumped(json) + "\n\n";
}

OrderedJson usage(const AnswerReport& report) {
    return {{"prompt_tokens", report.promptTokens},
            {"completion_tokens", report.answerTokens},
            {"total_tokens", report.promptTokens + report.answerTokens},
            {"prompt_tokens_details", {{"cached_tokens", report.reusedTokens}}}};
}

const char* finishReason(const AnswerReport& report) {
    return report.stopReason == StopReason::kTokenLimit ? "length" : "stop";
}

OrderedJson ownFields(const CompletionName& name, AnswerReport report) {
    for (std::string& note : report.notes) note = withoutPaths(note);
    report.model = name.model;
    OrderedJson own = OrderedJson::parse(reportJson(report));
    own.erase("layers");
    own.erase("answer");
    return own;
}

OrderedJson head(const CompletionName& name, const char* object) {
    return {{"id", name.id}, {"object", object}, {"created", name.createdS}, {"model", name.model}};
}

OrderedJson piece(const CompletionName& name, const OrderedJson& delta, const char* finish) {
    OrderedJson json = head(name, "chat.completion.chunk");
    json["choices"] =
        OrderedJson::array({{{"index", 0},
                             {"delta", delta},
                             {"logprobs", nullptr},
                             {"finish_reason", finish ? OrderedJson(finish) : OrderedJson()}}});
    return json;
}

const char* typeOf(int status) {
    if (status == 401) return "authentication_error";
    if (status == 403) return "permission_error";
    if (status == 404) return "not_found_error";
    if (status == 429) return "rate_limit_error";
    return status >= 500 ? "server_error" : "invalid_request_error";
}

}  // namespace

CompletionName newCompletion(const std::string& model) {
    std::array<unsigned char, 12> random = {};
    if (::getrandom(random.data(), random.size(), 0) != ssize_t{random.size()}) random = {};
    std::string id = "chatcmpl-";
    for (const unsigned char byte : random) {
        id += "0123456789abcdef"[byte >> 4];
        id += "0123456789abcdef"[byte & 15];
    }
    using namespace std::chrono;
    return {id, model, duration_cast<seconds>(system_clock::now().time_since_epoch()).count()};
}

std::string completionJson(const CompletionName& name, const AnswerReport& report) {
    OrderedJson json = head(name, "chat.completion");
    json["choices"] =
        OrderedJson::array({{{"index", 0},
                             {"message", {{"role", "assistant"}, {"content", report.answer}}},
                             {"logprobs", nullptr},
                             {"finish_reason", finishReason(report)}}});
    json["usage"] = usage(report);
    json["reelquery"] = ownFields(name, report);
    return dumped(json);
}

std::string firstPiece(const CompletionName& name) {
    return event(piece(name, {{"role", "assistant"}, {"content", ""}}, nullptr));
}

std::string wordsPiece(const CompletionName& name, const std::string& words) {
    return event(piece(name, {{"content", words}}, nullptr));
}

std::string lastPiece(const CompletionName& name, const AnswerReport& report) {
    OrderedJson json = piece(name, OrderedJson::object(), finishReason(report));
    json["reelquery"] = ownFields(name, report);
    return event(json);
}

std::string usagePiece(const CompletionName& name, const AnswerReport& report) {
    OrderedJson json = head(name, "chat.completion.chunk");
    json["choices"] = OrderedJson::array();
    json["usage"] = usage(report);
    return event(json);
}

std::string errorPiece(const Refusal& refusal) {
    return "data: " + errorJson(refusal) + "\n\n";
}

std::string donePiece() {
    return "data: [DONE]\n\n";
}

std::string commentPiece(const std::string& text) {
    return ": " + text + "\n\n";
}

std::string errorJson(const Refusal& refusal) {
    return dumped({{"error",
                    {{"message", refusal.message()},
                     {"type", typeOf(refusal.status())},
                     {"param", refusal.parameter().empty() ? OrderedJson()
                                                           : OrderedJson(refusal.parameter())},
                     {"code", refusal.status()}}}});
}

std::string wordsForPrograms(const std::string& message, const std::string& hint) {
    static constexpr std::pair<const char*, const char*> kFields[] = {
        {"--max-video-tokens", "max_video_tokens"},
        {"--attention ", "attention "},
        {"--frames", "frames"},
        {"--from", "from_s"},
        {"--fps", "fps"},
        {"--to", "to_s"},
    };
    const auto inFields = [](std::string text) {
        for (const auto& [flag, field] : kFields) {
            for (std::size_t at = 0; (at = text.find(flag, at)) != std::string::npos;)
                text.replace(at, std::string_view(flag).size(), field);
        }
        const bool isOfTheCommandLine =
            text.find("--") != std::string::npos || text.find("reelquery ") != std::string::npos;
        return isOfTheCommandLine ? std::string() : withoutPaths(text);
    };
    const std::string what = inFields(message), more = inFields(hint);
    if (what.empty()) return "the question cannot be answered as it is asked";
    return more.empty() ? what : what + "; " + more;
}

std::string withoutPaths(const std::string& text) {
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool begins =
            at == 0 || std::string(" '\"(=:").find(text[at - 1]) != std::string::npos;
        if (text[at] != '/' || !begins) {
            result += text[at];
            continue;
        }
        result += "...";
        while (at + 1 < text.size() &&
               std::string(" '\"),;:").find(text[at + 1]) == std::string::npos)
            ++at;
    }
    return result;
}

}  // namespace reelquery
