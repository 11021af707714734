#include "core/remote/remote_failure.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/json_nesting.h"
#include "core/web/web_request.h"

namespace reelquery {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostWords = 300;

/// One line that can be shown: no control characters, whole UTF-8.
std::string shown(std::string words) {
    words = words.substr(0, kMostWords);
    words =
        Json(words).dump(-1, ' ', false, Json::error_handler_t::ignore);  // drops a cut character
    words = Json::parse(words).get<std::string>();
    for (char& c : words)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
    return words;
}

}  // namespace

std::string serverWords(std::string_view body) {
    Json json;
    if (!nestsDeeperThan(body)) json = Json::parse(body, nullptr, false);
    if (!json.is_object()) return shown(std::string(body.substr(0, kMostWords)));
    for (const char* name : {"error", "detail", "message"}) {
        const Json value = json.value(name, Json());
        if (value.is_string()) return shown(value.get<std::string>());
        if (value.is_object() && value.value("message", Json()).is_string()) {
            return shown(value["message"].get<std::string>());
        }
        if (!value.is_null())
            return shown(value.dump(-1, ' ', false, Json::error_handler_t::replace));
    }
    return {};
}

Error refusedBy(const std::string& base, int status, std::string_view body) {
    const std::string host = hostOf(base), words = serverWords(body);
    const std::string said = words.empty() ? "" : ": " + words;
    const bool isTooLong =
        body.find("exceed_context_size") != std::string_view::npos ||
        body.find("maximum context length") != std::string_view::npos ||
        body.find("longer than the maximum model length") != std::string_view::npos;
    if (status == 401 || status == 403) {
        return {ErrorCode::kModel, host + " does not take the key",
                "set REELQUERY_API_KEY to the server's key"};
    }
    if (status == 404) {
        return {ErrorCode::kModel, host + " does not know the model or the address" + said,
                "check both; /models lists what is there"};
    }
    if (isTooLong) {
        return {ErrorCode::kMemory, "the question is longer than the context of " + host + said,
                "take fewer frames (--fps, --frames) or a shorter range (--from, --to)"};
    }
    if (status == 413) {
        return {ErrorCode::kMemory, host + " does not take so many bytes",
                "take fewer or smaller frames (--frames, --max-frame-tokens)"};
    }
    if (status == 429 || status == 503) {
        return {ErrorCode::kDevice, host + " is busy or still loading" + said, "ask again later"};
    }
    if (status >= 300 && status < 400) {
        return {ErrorCode::kModel, host + " points to another address; it is not followed",
                "give that address, if you trust it"};
    }
    if (status >= 400 && status < 500) {
        return {ErrorCode::kUsage, host + " does not take the question" + said, {}};
    }
    return {ErrorCode::kDevice, host + " failed (status " + std::to_string(status) + ")" + said,
            "its own log says why"};
}

}  // namespace reelquery
