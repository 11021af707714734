#include "core/remote/chat_stream.h"

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/json_nesting.h"
#include "core/remote/remote_failure.h"

namespace reelquery {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kLongestLine = 1 << 20, kLongestReply = 64 << 20;
constexpr int kDeepestEvent = 32;

[[noreturn]] void refuse(const std::string& what) {
    throw Error(ErrorCode::kDevice, what, "the server or something on the way to it is broken");
}

std::int64_t count(const Json& object, const char* name, std::int64_t absent) {
    const Json value = object.is_object() ? object.value(name, Json()) : Json();
    constexpr std::int64_t kMost = std::int64_t{1} << 40;
    if (!value.is_number_integer()) return absent;
    const auto number = value.get<std::int64_t>();
    return number >= 0 && number < kMost ? number : absent;
}

}  // namespace

void ChatStream::take(std::string_view piece) {
    bytes_ += piece.size();
    if (bytes_ > kLongestReply) refuse("the server sends more than an answer can be");
    while (!piece.empty()) {
        const std::size_t end = piece.find('\n');
        rest_ += piece.substr(0, end);
        if (rest_.size() > kLongestLine) refuse("the server sends a line of more than 1 MiB");
        if (end == std::string_view::npos) return;
        piece.remove_prefix(end + 1);
        if (!rest_.empty() && rest_.back() == '\r') rest_.pop_back();
        takeLine(rest_);
        rest_.clear();
    }
}

void ChatStream::takeLine(std::string_view line) {
    constexpr std::string_view kData = "data:";
    if (line.substr(0, kData.size()) != kData)
        return;  // a ping, a field of no use, the gap between
    line.remove_prefix(kData.size());
    if (!line.empty() && line[0] == ' ') line.remove_prefix(1);
    if (isDone_) return;
    if (line == "[DONE]") {
        isDone_ = true;
        return;
    }
    takeEvent(line);
}

void ChatStream::takeEvent(std::string_view text) {
    Json json;
    if (!nestsDeeperThan(text, kDeepestEvent)) json = Json::parse(text, nullptr, false);
    if (!json.is_object()) refuse("the server sends what is no JSON");
    if (!json.value("error", Json()).is_null()) refuse("the server failed: " + serverWords(text));
    if (const Json usage = json.value("usage", Json()); usage.is_object()) {
        usage_.promptTokens = count(usage, "prompt_tokens", usage_.promptTokens);
        usage_.answerTokens = count(usage, "completion_tokens", usage_.answerTokens);
        usage_.cachedTokens = count(usage.value("prompt_tokens_details", Json()), "cached_tokens",
                                    usage_.cachedTokens);
    }
    const Json own = json.value("reelquery", Json());
    usage_.videoTokens = count(own, "video_tokens", usage_.videoTokens);
    usage_.frames = count(own, "frames", usage_.frames);
    usage_.frameWidth = count(own, "frame_width", usage_.frameWidth);
    usage_.frameHeight = count(own, "frame_height", usage_.frameHeight);
    if (const Json times = own.is_object() ? own.value("said_times_s", Json()) : Json();
        times.is_array()) {
        usage_.saidTimesS.emplace();
        for (const Json& time : times)
            if (time.is_number()) usage_.saidTimesS->push_back(time.get<double>());
    }
    const Json choices = json.value("choices", Json());
    if (!choices.is_array() || choices.empty() || !choices[0].is_object()) return;
    const Json delta = choices[0].value("delta", Json());
    const Json words = delta.is_object() ? delta.value("content", Json()) : Json();
    if (words.is_string() && !words.get_ref<const std::string&>().empty()) {
        answer_ += words.get_ref<const std::string&>();
        onWords_(words.get_ref<const std::string&>());
    }
    if (const Json finish = choices[0].value("finish_reason", Json()); finish.is_string()) {
        finish_ = finish.get<std::string>();
    }
}

void ChatStream::end() {
    if (!rest_.empty()) takeLine(std::exchange(rest_, {}));
    if (finish_.empty() && !isDone_) refuse("the server's answer broke off");
}

}  // namespace reelquery
