#include "core/remote/chat_body.h"

#include <nlohmann/json.hpp>

#include "core/spec/model_spec.h"

namespace reelquery {

namespace {

using OrderedJson = nlohmann::ordered_json;

std::string dumped(const OrderedJson& json) {
    return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

std::string textPart(const std::string& text) {
    return dumped({{"type", "text"}, {"text", text}});
}

std::string message(const char* role, const std::string& words) {
    return dumped({{"role", role}, {"content", words}});
}

}  // namespace

std::string base64(std::string_view bytes) {
    static constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        unsigned group = 0;
        for (std::size_t byte = 0; byte < 3; ++byte)
            group = group << 8 |
                    (at + byte < bytes.size() ? static_cast<unsigned char>(bytes[at + byte]) : 0U);
        for (std::size_t digit = 0; digit < 4; ++digit)
            text += at + digit <= bytes.size() ? kDigits[group >> (18 - 6 * digit) & 63] : '=';
    }
    return text;
}

std::string framesJson(const std::vector<SentFrame>& frames, FrameForm form,
                       const std::vector<TimedText>& said) {
    std::string json;
    const std::size_t step = form == FrameForm::kPairs ? 2 : 1;
    auto line = said.begin();
    for (std::size_t at = 0; at + step <= frames.size(); at += step) {
        if (!json.empty()) json += ',';
        json += textPart(clockTimeText(frames[at].timeS)) + ',';
        if (form == FrameForm::kPairs) {
            json += R"({"type":"video_url","video_url":{"url":"data:video/jpeg;base64,)" +
                    base64(frames[at].jpeg) + ',' + base64(frames[at + 1].jpeg) + R"("}})";
        } else {
            json += R"({"type":"image_url","image_url":{"url":"data:image/jpeg;base64,)" +
                    base64(frames[at].jpeg) + R"("}})";
        }
        std::string lines;
        const bool isLast = at + 2 * step > frames.size();
        for (; line != said.end() && (isLast || line->timeS < frames[at + step].timeS); ++line)
            lines += clockTimeText(line->timeS) + " " + line->text + "\n";
        if (!lines.empty()) json += ',' + textPart(lines);
    }
    return json;
}

std::string ownFieldsJson(const OwnFields& fields) {
    OrderedJson json = {{"frame_times_s", fields.frameTimesS},
                        {"fps", fields.fps},
                        {"max_video_tokens", fields.maxVideoTokens}};
    for (const TimedText& line : fields.said)
        json["said"].push_back({{"time_s", line.timeS}, {"text", line.text}});
    return dumped(json);
}

std::string chatBody(const AskRequest& asked, const std::string& frames, const std::string& model,
                     const std::string& own) {
    const GenerationOptions& words = asked.generation;
    std::string body = "{\"model\":" + dumped(model) + ",\"messages\":[";
    if (!asked.systemPrompt.empty()) body += message("system", asked.systemPrompt) + ',';
    const std::string& first = asked.history.empty() ? asked.question : asked.history[0].question;
    body += R"({"role":"user","content":[)" + frames + ',' + textPart(first) + "]}";
    for (std::size_t turn = 0; turn < asked.history.size(); ++turn) {
        const bool isLast = turn + 1 == asked.history.size();
        body += ',' + message("assistant", asked.history[turn].answer) + ',' +
                message("user", isLast ? asked.question : asked.history[turn + 1].question);
    }
    OrderedJson options = {{"stream", true},
                           {"stream_options", {{"include_usage", true}}},
                           {"temperature", words.temperature},
                           {"max_tokens", words.maxNewTokens}};
    if (words.temperature > 0) {
        options["top_p"] = words.topP;
        options["seed"] = words.seed;
    }
    const std::string end = own.empty() ? "" : ",\"reelquery\":" + own;
    const std::string fields = dumped(options);
    return body + "]," + fields.substr(1, fields.size() - 2) + end + "}";
}

}  // namespace reelquery
