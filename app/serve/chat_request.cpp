#include "app/serve/chat_request.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "app/serve/refusal.h"
#include "core/base/json_nesting.h"
#include "core/session/ask/attention_choices.h"

namespace reelquery {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostWords = 1 << 20;  // bytes of all texts together
constexpr int kMostTokens = 8192;            // of an answer
constexpr int kMostFrames = 768;
constexpr std::size_t kMostLines = 20'000;
constexpr std::size_t kMostShown = 768;  // parts with pictures
constexpr double kLongestVideoS = 1e6;

[[noreturn]] void refuse(const std::string& message, const std::string& field) {
    throw Refusal(400, message, field);
}

/// The member, or null where it is absent.
const Json& member(const Json& object, const char* name) {
    static const Json kNothing;
    const auto found = object.find(name);
    return found == object.end() ? kNothing : *found;
}

std::optional<double> number(const Json& object, const char* name, double least, double most) {
    const Json& value = member(object, name);
    if (value.is_null()) return std::nullopt;
    if (!value.is_number()) refuse(std::string(name) + " must be a number", name);
    const double result = value.get<double>();
    if (!(result >= least && result <= most)) {
        refuse(std::string(name) + " must lie between " + Json(least).dump() + " and " +
                   Json(most).dump(),
               name);
    }
    return result;
}

std::optional<std::int64_t> wholeNumber(const Json& object, const char* name, double least,
                                        double most) {
    const std::optional<double> value = number(object, name, least, most);
    if (!value) return std::nullopt;
    if (*value != std::floor(*value)) refuse(std::string(name) + " must be a whole number", name);
    return static_cast<std::int64_t>(*value);
}

bool flag(const Json& object, const char* name) {
    const Json& value = member(object, name);
    if (value.is_null()) return false;
    if (!value.is_boolean()) refuse(std::string(name) + " must be true or false", name);
    return value.get<bool>();
}

std::string text(const Json& object, const char* name) {
    const Json& value = member(object, name);
    if (!value.is_string()) refuse(std::string(name) + " must be a text", name);
    return value.get<std::string>();
}

/// What a message says and shows.
struct Content {
    std::string words;  ///< behind all that is shown
    std::vector<ShownMedia> media;
};

void append(std::string& words, const std::string& more) {
    if (!words.empty() && !more.empty()) words += '\n';
    words += more;
}

/// The text, which is moved out of the JSON: it may be as long as the body.
std::string takeUrl(Json& part, const std::string& type) {
    const auto found = part.find(type);
    if (found == part.end()) refuse(type + " must be a text", type);
    Json* url = &*found;
    if (url->is_object()) {
        const auto inside = url->find("url");
        if (inside == url->end()) refuse("url must be a text", "url");
        url = &*inside;
    }
    if (!url->is_string()) refuse("url must be a text", "url");
    return std::move(url->get_ref<std::string&>());
}

/// Makes the words before what is shown words behind it, in their order.
void putWordsBehind(Content& said) {
    std::string all;
    for (ShownMedia& one : said.media) append(all, std::exchange(one.before, {}));
    append(all, said.words);
    said.words = std::move(all);
}

/// Words before a picture keep their place. Where none follow the last one they are the question,
/// which stands behind.
Content readContent(Json& content, bool mayShow) {
    if (content.is_string()) return {content.get<std::string>(), {}};
    if (!content.is_array()) refuse("content must be a text or a list of parts", "messages");
    Content result;
    std::string stamp;  // a text that is a time, until it is known what follows
    const auto keepStamp = [&] {
        append(result.words, stamp);
        stamp.clear();
    };
    for (Json& part : content) {
        if (!part.is_object()) refuse("a part of a content must be an object", "messages");
        if (!member(part, "type").is_string()) {
            refuse("each part of a content needs a \"type\": text, video_url or image_url",
                   "messages");
        }
        const std::string type = text(part, "type");
        if (type == "text") {
            if (!member(part, "text").is_string()) {
                refuse(
                    "a part of the type text needs its words: {\"type\": \"text\", \"text\": "
                    "\"...\"}",
                    "messages");
            }
            keepStamp();
            std::string words = text(part, "text");
            if (timeOfStamp(words)) {
                stamp = std::move(words);
            } else {
                append(result.words, words);
            }
            continue;
        }
        if (type != "video_url" && type != "image_url") {
            refuse("content parts can be text, video_url and image_url", "messages");
        }
        if (!mayShow) refuse("only a user can show a video or picture", "messages");
        if (result.media.size() >= kMostShown) refuse("too many pictures", "messages");
        result.media.push_back({takeUrl(part, type), type == "image_url", timeOfStamp(stamp),
                                std::exchange(result.words, {})});
        stamp.clear();
    }
    keepStamp();
    // Nothing stands between the pictures where there is one thing only.
    const bool isAsked = result.words.find_first_not_of(" \t\r\n") != std::string::npos;
    if (!isAsked || result.media.size() == 1) putWordsBehind(result);
    return result;
}

/// Adds what a message shows. What an earlier one showed is the same thing shown again, as clients
/// send it that repeat it at every turn.
void addMedia(std::vector<ShownMedia>& all, std::vector<ShownMedia> more) {
    const auto earlier = all.size();
    for (ShownMedia& one : more) {
        const auto end = all.begin() + static_cast<std::ptrdiff_t>(earlier);
        const bool isKnown = std::any_of(all.begin(), end, [&](const ShownMedia& known) {
            return known.url == one.url && known.timeS == one.timeS;
        });
        if (isKnown) continue;
        if (all.size() >= kMostShown) refuse("too many pictures", "messages");
        all.push_back(std::move(one));
    }
}

void readMessages(Json& messages, ChatRequest& chat) {
    if (!messages.is_array() || messages.empty()) {
        refuse("messages must be a list with at least one message", "messages");
    }
    std::string asked;  // by the user, since the last answer
    bool isAsking = false;
    std::size_t bytes = 0;
    for (Json& message : messages) {
        if (!message.is_object()) refuse("a message must be an object", "messages");
        const std::string role = text(message, "role");
        Content said = readContent(message["content"], role == "user");
        // What is shown stands before the first question, and so do the words between.
        if (!chat.ask.history.empty() || !asked.empty()) putWordsBehind(said);
        bytes += said.words.size();
        for (const ShownMedia& one : said.media) bytes += one.before.size();
        if (bytes > kMostWords) refuse("the messages hold more than 1 MiB of text", "messages");
        if (role == "system" || role == "developer") {
            append(chat.ask.systemPrompt, said.words);
        } else if (role == "user") {
            append(asked, said.words);
            isAsking = true;
            addMedia(chat.shown.media, std::move(said.media));
        } else if (role == "assistant") {
            if (!isAsking && chat.ask.history.empty()) {
                refuse("the first message that is not the system's must be the user's", "messages");
            }
            if (isAsking) {
                chat.ask.history.push_back({asked, said.words});
            } else {
                append(chat.ask.history.back().answer, said.words);
            }
            asked.clear();
            isAsking = false;
        } else {
            refuse("roles can be system, developer, user and assistant", "messages");
        }
    }
    if (!isAsking || asked.find_first_not_of(" \t\r\n") == std::string::npos) {
        refuse("the last message must be a question of the user's", "messages");
    }
    chat.ask.question = std::move(asked);
}

/// Fields that would change the answer and are not there to be honoured.
void refuseWhatIsMissing(const Json& body) {
    for (const char* name : {"presence_penalty", "frequency_penalty"})
        if (number(body, name, -2, 2).value_or(0) != 0) {
            refuse(std::string(name) + " is not supported", name);
        }
    if (wholeNumber(body, "n", 1, 128).value_or(1) != 1) refuse("n must be 1", "n");
    if (flag(body, "logprobs")) refuse("logprobs are not supported", "logprobs");
    const Json& stop = member(body, "stop");
    if (!stop.is_null() && !stop.empty()) refuse("stop is not supported", "stop");
    const Json& format = member(body, "response_format");
    if (format.is_object() && member(format, "type") != "text") {
        refuse("response_format can be text only", "response_format");
    }
    const Json& choice = member(body, "tool_choice");
    if (!choice.is_null() && choice != "auto" && choice != "none") {
        refuse("tools are not supported", "tool_choice");
    }
}

/// When each picture is shown, where that is told more exactly than by stamps.
std::vector<double> readTimes(const Json& own) {
    const Json& times = member(own, "frame_times_s");
    std::vector<double> result;
    if (times.is_null()) return result;
    if (!times.is_array() || times.empty() || times.size() > kMostShown) {
        refuse("frame_times_s must be a list of times", "reelquery");
    }
    for (const Json& time : times) {
        const double seconds = time.is_number() ? time.get<double>() : -1;
        if (!(seconds >= 0 && seconds <= kLongestVideoS)) {
            refuse("frame_times_s must be seconds from 0 on", "reelquery");
        }
        result.push_back(seconds);
    }
    return result;
}

/// What is said in the film whose frames are shown: [{"time_s": 5, "text": "..."}], in order.
std::vector<CarriedLine> readSaid(const Json& own) {
    const Json& lines = member(own, "said");
    std::vector<CarriedLine> said;
    if (lines.is_null()) return said;
    if (!lines.is_array() || lines.size() > kMostLines) {
        refuse("said must be a list of lines", "reelquery");
    }
    std::size_t bytes = 0;
    for (const Json& line : lines) {
        if (!line.is_object()) refuse("a line of said is {time_s, text}", "reelquery");
        const auto time =
            number(line, "time_s", said.empty() ? 0 : said.back().timeS, kLongestVideoS);
        if (!time) refuse("a line of said needs its time_s", "reelquery");
        std::string words = text(line, "text");
        bytes += words.size();
        if (bytes > kMostWords) refuse("said holds more than 1 MiB of text", "reelquery");
        std::replace(words.begin(), words.end(), '\n', ' ');
        said.push_back({*time, std::move(words)});
    }
    return said;
}

/// The object "reelquery": what only this engine can be asked for.
void readOwn(const Json& own, ChatRequest& chat) {
    AskRequest& ask = chat.ask;
    if (own.is_null()) return;
    if (!own.is_object()) refuse("reelquery must be an object", "reelquery");
    for (const auto& [name, value] : own.items()) {
        bool isKnown = false;
        for (const char* known : {"fps", "frames", "from_s", "to_s", "attention", "evidence",
                                  "max_video_tokens", "subtitles", "frame_times_s", "said"})
            isKnown = isKnown || name == known;
        if (!isKnown) {
            refuse(
                "reelquery knows fps, frames, from_s, to_s, attention, evidence, "
                "max_video_tokens, subtitles, frame_times_s and said",
                "reelquery");
        }
    }
    SamplingOptions& sampling = ask.sampling;
    if (const auto fps = number(own, "fps", 0.001, 240)) {
        sampling.fps = chat.shown.fps = *fps;
        sampling.frames.reset();
    }
    if (const auto frames = wholeNumber(own, "frames", 2, kMostFrames)) {
        sampling.frames = static_cast<int>(*frames);
    }
    chat.shown.timesS = readTimes(own);
    ask.said = readSaid(own);
    if (const auto from = number(own, "from_s", 0, kLongestVideoS)) sampling.fromS = *from;
    if (const auto to = number(own, "to_s", 0, kLongestVideoS)) sampling.toS = *to;
    if (sampling.toS && sampling.fromS.value_or(0) >= *sampling.toS) {
        refuse("from_s must lie before to_s", "reelquery");
    }
    if (const auto tokens = wholeNumber(own, "max_video_tokens", 8, 4'000'000)) {
        sampling.maxVideoTokens = *tokens;
    }
    if (!member(own, "attention").is_null()) {
        const std::string choice = text(own, "attention");
        bool isKnown = false;
        for (const std::string& known : attentionChoices()) isKnown = isKnown || choice == known;
        if (!isKnown) refuse("attention can be dense, xattention or auto", "reelquery");
        ask.attention = withChoice(ask.attention, choice);
    }
    if (!member(own, "evidence").is_null()) ask.wantEvidence = flag(own, "evidence");
    if (!member(own, "subtitles").is_null()) {
        ask.subtitles = {flag(own, "subtitles") ? SubtitleUse::kOn : SubtitleUse::kOff, {}};
    }
}

}  // namespace

ChatRequest readChatRequest(std::string body, const ServedModel& served) {
    if (nestsDeeperThan(body)) throw Refusal(400, "the JSON nests too deep");
    Json json = Json::parse(body, nullptr, false);
    std::string().swap(body);
    if (!json.is_object()) throw Refusal(400, "the body is not a JSON object");
    ChatRequest chat;
    chat.ask = served.defaults;
    if (const Json& model = member(json, "model"); !model.is_null()) {
        if (!model.is_string() || model != served.name) {
            throw Refusal(404, "there is no such model here; this is '" + served.name + "'",
                          "model");
        }
    }
    readMessages(json["messages"], chat);
    refuseWhatIsMissing(json);
    GenerationOptions& words = chat.ask.generation;
    for (const char* name : {"max_tokens", "max_completion_tokens"})
        if (const auto most = wholeNumber(json, name, 1, kMostTokens)) {
            words.maxNewTokens = static_cast<int>(*most);
        }
    if (const auto value = number(json, "temperature", 0, 2)) words.temperature = *value;
    if (const auto value = number(json, "top_p", 0, 1)) words.topP = *value;
    constexpr double kExact = 9007199254740992;  // 2^53
    if (const auto seed = wholeNumber(json, "seed", -kExact, kExact)) {
        words.seed = static_cast<std::uint64_t>(*seed);
    }
    chat.isStreamed = flag(json, "stream");
    if (const Json& options = member(json, "stream_options"); !options.is_null()) {
        if (!options.is_object()) refuse("stream_options must be an object", "stream_options");
        chat.wantsUsage = flag(options, "include_usage");
    }
    readOwn(member(json, "reelquery"), chat);
    return chat;
}

}  // namespace reelquery
