#include "app/mcp/mcp_tools.h"

#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

#include "app/serve/chat_reply.h"
#include "app/serve/refusal.h"
#include "core/base/media_time.h"
#include "core/session/report/report_json.h"

namespace reelquery {

namespace {

using Json = nlohmann::ordered_json;

constexpr auto kLook = std::chrono::milliseconds(50);
constexpr double kLongestVideoS = 1e6;
constexpr std::size_t kMostWords = 64 << 10;

Json textSchema(const char* what) {
    return {{"type", "string"}, {"description", what}};
}

Json numberSchema(const char* what, double least) {
    return {{"type", "number"}, {"description", what}, {"minimum", least}};
}

Json videoSchema() {
    return textSchema("Absolute path or file:// URL of a video or picture below an allowed folder");
}

Json tool(const char* name, const char* title, const char* what, Json properties,
          std::vector<std::string> required) {
    return {{"name", name},
            {"title", title},
            {"description", what},
            {"inputSchema",
             {{"type", "object"},
              {"properties", std::move(properties)},
              {"required", std::move(required)},
              {"additionalProperties", false}}},
            {"annotations", {{"readOnlyHint", true}, {"openWorldHint", false}}}};
}

Json askSchema(const char* question) {
    return {{"video", videoSchema()},
            {"question", textSchema(question)},
            {"from_s", numberSchema("Start of the stretch to look at, in seconds", 0)},
            {"to_s", numberSchema("End of the stretch, in seconds", 0)},
            {"fps", numberSchema("Frames looked at per second of video; default 2", 0.001)}};
}

std::optional<double> number(const Json& arguments, const char* name, double least, double most) {
    if (!arguments.contains(name) || arguments[name].is_null()) return std::nullopt;
    if (!arguments[name].is_number()) throw Refusal(400, std::string(name) + " must be a number");
    const double value = arguments[name].get<double>();
    if (!(value >= least && value <= most)) {
        throw Refusal(400, std::string(name) + " must lie between " + Json(least).dump() + " and " +
                               Json(most).dump());
    }
    return value;
}

std::string text(const Json& arguments, const char* name) {
    const Json value = arguments.value(name, Json());
    if (!value.is_string() || value.get<std::string>().empty()) {
        throw Refusal(400, std::string(name) + " must be a text");
    }
    if (value.get<std::string>().size() > kMostWords) {
        throw Refusal(400, std::string(name) + " is longer than 64 KiB");
    }
    return value.get<std::string>();
}

Json result(const std::string& words, Json structured) {
    return {{"content", Json::array({{{"type", "text"}, {"text", words}}})},
            {"structuredContent", std::move(structured)},
            {"isError", false}};
}

Json failure(const std::string& words) {
    return {{"content", Json::array({{{"type", "text"}, {"text", words}}})}, {"isError", true}};
}

/// The event that ends a request. Throws Refusal for its failure.
Event endOf(DeskRequest& request, const ToolProgress& progress, const std::stop_token& stop) {
    double told = 0;
    for (;;) {
        if (stop.stop_requested()) throw ToolStopped();
        const std::optional<Event> event = request.next(kLook);
        if (!event) continue;
        if (const auto* failed = std::get_if<Failed>(&*event)) {
            throw Refusal(500, withoutPaths(failed->message +
                                            (failed->hint.empty() ? "" : "; " + failed->hint)));
        }
        if (std::holds_alternative<Cancelled>(*event)) throw ToolStopped();
        if (const auto* step = std::get_if<Progress>(&*event); step && step->total > 0) {
            static constexpr const char* kNames[] = {"loading the model", "decoding", "encoding",
                                                     "reading", "answering"};
            constexpr double kPhases = 5, kWorthTelling = 0.02;
            const double done = static_cast<double>(step->phase) +
                                static_cast<double>(step->done) / static_cast<double>(step->total);
            if (done < told + kWorthTelling) continue;
            told = done;
            progress(done, kPhases, kNames[static_cast<int>(step->phase)]);
        }
        if (request.hasEnded()) return *event;
    }
}

/// Asks about a video and returns its report. Throws Refusal, ToolStopped.
AnswerReport ask(const Json& arguments, bool wantEvidence, const McpTools& tools,
                 const ToolProgress& progress, const std::stop_token& stop) {
    AskRequest asked = tools.served.defaults;
    asked.question = text(arguments, "question");
    asked.wantEvidence = wantEvidence;
    if (const auto fps = number(arguments, "fps", 0.001, 240)) {
        asked.sampling.fps = *fps;
        asked.sampling.frames.reset();
    }
    if (const auto from = number(arguments, "from_s", 0, kLongestVideoS))
        asked.sampling.fromS = from;
    if (const auto to = number(arguments, "to_s", 0, kLongestVideoS)) asked.sampling.toS = to;
    if (asked.sampling.toS && asked.sampling.fromS.value_or(0) >= *asked.sampling.toS) {
        throw Refusal(400, "from_s must lie before to_s");
    }
    const OpenMedia media = tools.door.open(text(arguments, "video"), true);
    asked.video = media.path();
    const auto request = tools.desk.start([&](Session& session) { return session.ask(asked); });
    return std::get<AnswerDone>(endOf(*request, progress, stop)).report;
}

Json reportOf(const AnswerReport& report, const McpTools& tools) {
    AnswerReport told = report;
    told.model = tools.served.name;
    for (std::string& note : told.notes) note = withoutPaths(note);
    Json json = Json::parse(reportJson(told));
    json.erase("layers");
    return json;
}

Json askVideo(const Json& arguments, const McpTools& tools, const ToolProgress& progress,
              const std::stop_token& stop) {
    const AnswerReport report = ask(arguments, false, tools, progress, stop);
    return result(report.answer, reportOf(report, tools));
}

Json findMoments(const Json& arguments, const McpTools& tools, const ToolProgress& progress,
                 const std::stop_token& stop) {
    const AnswerReport report = ask(arguments, true, tools, progress, stop);
    std::string words = report.answer + "\n\nWhere the model looked (not proof):";
    if (report.evidence.moments.empty()) words += " nowhere in particular";
    for (const Moment& moment : report.evidence.moments) {
        words += "\n" + formatClock(moment.fromS) + " to " + formatClock(moment.toS) + " (" +
                 std::to_string(std::lround(moment.weight * 100)) + " %)";
    }
    return result(words, reportOf(report, tools));
}

Json videoInfo(const Json& arguments, const McpTools& tools, const ToolProgress& progress,
               const std::stop_token& stop) {
    const OpenMedia media = tools.door.open(text(arguments, "video"), true);
    const auto request =
        tools.desk.start([&](Session& session) { return session.openVideo(media.path()); });
    const VideoSummary video = std::get<VideoOpened>(endOf(*request, progress, stop)).video;
    const std::string words = formatClock(video.durationS) + " long, " +
                              std::to_string(video.width) + "x" + std::to_string(video.height) +
                              ", " + video.codec + (video.hasAudio ? ", with sound" : "") +
                              (video.isStillImage ? ", a still picture" : "");
    return result(words, {{"duration_s", video.durationS},
                          {"width", video.width},
                          {"height", video.height},
                          {"codec", video.codec},
                          {"frames_per_s", video.averageFps},
                          {"has_sound", video.hasAudio},
                          {"has_subtitles", !video.subtitles.empty()},
                          {"is_picture", video.isStillImage}});
}

Json listModels(const McpTools& tools) {
    std::string words = "answering: " + tools.served.name;
    Json list = Json::array();
    for (const ModelEntry& entry : tools.findModels()) {
        if (!entry.canRun) continue;
        words += "\n" + entry.name + (entry.complete ? "" : " (" + entry.problem + ")");
        list.push_back({{"name", entry.name},
                        {"family", entry.family},
                        {"format", entry.format},
                        {"bytes", entry.bytes},
                        {"complete", entry.complete}});
    }
    return result(words, {{"answering", tools.served.name}, {"models", list}});
}

void refuseUnknown(const std::string& name, const Json& arguments) {
    for (const Json& each : toolList()) {
        if (each["name"] != name) continue;
        for (const auto& [argument, value] : arguments.items())
            if (!each["inputSchema"]["properties"].contains(argument)) {
                throw Refusal(400, name + " knows no argument " + argument);
            }
    }
}

}  // namespace

Json toolList() {
    return Json::array(
        {tool(
             "ask_video", "Ask about a video",
             "Answers a question about a local video or picture. Times in the answer are m:ss from "
             "the start of the file. Returns the frames' times, too.",
             askSchema("What to find out"), {"video", "question"}),
         tool("find_moments", "Find moments in a video",
              "Answers a question and tells which stretches of the video the model looked at most, "
              "in seconds, the strongest first.",
              askSchema("What to look for, as a question: 'When does the red car turn?'"),
              {"video", "question"}),
         tool("video_info", "What a video is", "Length, size and codec; reads no frame.",
              {{"video", videoSchema()}}, {"video"}),
         tool("list_models", "List models",
              "Which model answers here and which others are on this machine.", Json::object(),
              {})});
}

bool isTool(const std::string& name) {
    for (const Json& each : toolList())
        if (each["name"] == name) return true;
    return false;
}

Json callTool(const std::string& name, const Json& arguments, const McpTools& tools,
              const ToolProgress& progress, const std::stop_token& stop) {
    try {
        refuseUnknown(name, arguments);
        if (name == "ask_video") return askVideo(arguments, tools, progress, stop);
        if (name == "find_moments") return findMoments(arguments, tools, progress, stop);
        if (name == "video_info") return videoInfo(arguments, tools, progress, stop);
        return listModels(tools);
    } catch (const Refusal& refusal) {
        return failure(refusal.message());
    } catch (const std::bad_alloc&) {
        return failure("there is no memory for this now");
    }
}

}  // namespace reelquery
