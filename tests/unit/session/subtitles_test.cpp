// What is said reaches the prompt, within its budget and its range, and is counted.

#include "core/session/watch/subtitles.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "core/bench/random_model_kinds.h"
#include "core/session/ask/prepared_question.h"
#include "core/session/plan/make_question.h"
#include "core/session/watch/video_lines.h"
#include "core/tokens/stream_decoder.h"
#include "tests/unit/session/recorded_session.h"
#include "vision/video/video_probe.h"

using namespace reelquery;
namespace fs = std::filesystem;

namespace {

constexpr const char* kTwoCues =
    "1\n00:00:01,000 --> 00:00:02,000\nThe parrot says ahoy.\n\n"
    "2\n00:00:07,000 --> 00:00:08,000\nThe anchor is lost.\n\n";

/// A question about a ten second clip in a folder of its own, with subtitles beside it.
AskRequest saidQuestion(const std::string& folder, const std::string& words) {
    AskRequest request = tinyQuestion(10);
    const fs::path place = emptyFolder(folder);
    fs::copy_file(request.video, place / "film.mp4");
    if (!words.empty()) std::ofstream(place / "film.srt", std::ios::binary) << words;
    request.video = place / "film.mp4";
    request.subtitles.use = SubtitleUse::kOn;
    return request;
}

PreparedQuestion prepare(const AskRequest& request, WarmState& warm) {
    const AnswerSink silent = [](const AnswerEvent&) {};
    const CancelToken never;
    const Question question = makeQuestion(
        request, [](const ModelChoice& choice) { return readFrameRules(choice.folder); }, never);
    return prepareQuestion({question, 1, silent, never}, warm);
}

std::string promptText(const AskRequest& request) {
    initVideoLibrary();
    WarmState warm{SessionStorage()};
    const PreparedQuestion prepared = prepare(request, warm);
    return decode(warm.model().tokenizer(), prepared.prompt.ids, true);
}

bool hasPart(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string texts(const PromptSubtitles& chosen) {
    std::string all;
    for (const TimedText& line : chosen.lines) all += line.text + " ";
    return all;
}

}  // namespace

TEST_CASE("the prompt holds the subtitles beside the video, and only where they are wanted") {
    AskRequest request = saidQuestion("said", kTwoCues);
    const std::string with = promptText(request);
    if (tinyKind() == "tiny") {
        CHECK(hasPart(with, "[0:01] The parrot says ahoy.\n[0:07] The anchor is lost.\n"));
    } else {  // between the steps of the video, each with the clock of its family
        CHECK(hasPart(with, "<|vision_end|><1.0 seconds> The parrot says ahoy.\n<"));
        CHECK(hasPart(with, "<|vision_end|><7.0 seconds> The anchor is lost.\n<"));
    }

    request.sampling.fromS = 5;
    CHECK_FALSE(hasPart(promptText(request), "parrot"));
    CHECK(hasPart(promptText(request), "anchor"));

    request.subtitles.use = SubtitleUse::kOff;
    CHECK_FALSE(hasPart(promptText(request), "anchor"));
}

TEST_CASE("all subtitles of a short clip fit where the budget is large") {
    // Ten seconds use little of 16,384 tokens; a quarter of what they use would hold no line.
    std::string talk;
    for (int i = 0; i < 9; ++i) {
        const std::string at = "00:00:0" + std::to_string(i);
        talk += std::to_string(i + 1) + "\n" + at + ",000 --> " + at + ",900\nThis is number " +
                std::to_string(i) + " of the many things that are said in no time at all.\n\n";
    }
    AskRequest request = saidQuestion("talkative", talk);
    request.sampling.frames = 4;
    request.sampling.maxTokensPerPair = 16;
    RecordedSession recorded;
    const AnswerReport report = answer(recorded, request);
    CHECK(report.videoTokens < 200);
    CHECK(report.subtitleLines == 9);
    // No line is left out, and none was planned too cheaply: the random model's vocabulary has
    // hardly a word, so that every letter may be a token.
    CHECK(report.notes.empty());
}

TEST_CASE("what is said behind the last picture belongs to the video") {
    const std::string folder = "stands";
    AskRequest request = saidQuestion(folder, "");
    const fs::path film = request.video.parent_path() / "talk.mp4";
    const std::string command =
        "ffmpeg -hide_banner -loglevel error -y -f lavfi -i testsrc2=size=64x64:rate=1:duration=4 "
        "-f lavfi -i sine=duration=30 -c:v libx264 -pix_fmt yuv420p -c:a aac '" +
        film.string() + "'";
    REQUIRE(std::system(command.c_str()) == 0);  // NOLINT(concurrency-mt-unsafe)
    std::string talk;
    for (const int at : {0, 5, 12, 20}) {
        const std::string clock = "00:00:" + std::string(at < 10 ? "0" : "") + std::to_string(at);
        talk += clock + ",000 --> " + clock + ",900\nThing " + std::to_string(at) + ".\n\n";
    }
    std::ofstream(request.video.parent_path() / "talk.srt") << talk;
    request.video = film;
    const std::string text = promptText(request);
    const TimeTextFormat clock = randomModelKind(tinyKind()).config.prompt.timeText;
    for (const int at : {0, 5, 12, 20}) {
        CHECK(hasPart(text, clock(at) + " Thing " + std::to_string(at) + "."));
    }
}

TEST_CASE("of several subtitles the default full ones come first, then a language one reads") {
    const fs::path place = emptyFolder("several");
    VideoInfo video;
    video.path = place / "film.mkv";
    for (const char* name : {"film.ar.srt", "film.en.forced.srt", "film.en.srt", "film.de.srt"}) {
        std::ofstream(place / name) << kTwoCues;
    }
    SubtitleTrack track;
    track.isText = true;
    track.streamIndex = 1;
    track.isDefault = track.isPartial = true;
    track.language = "eng";
    video.subtitles.push_back(track);
    track = {};
    track.isText = true;
    track.streamIndex = 2;
    track.language = "ger";
    video.subtitles.push_back(track);
    track.streamIndex = 3;
    track.language = "eng";
    video.subtitles.push_back(track);
    track.streamIndex = 4;
    track.language = "jpn";
    track.isDefault = true;
    video.subtitles.push_back(track);

    const auto order = [&](const std::vector<std::string>& preferred) {
        std::string names;
        for (const SubtitleSource& source : subtitleSources(video, preferred)) {
            names +=
                source.stream < 0 ? source.file.filename().string() : std::to_string(source.stream);
            names += ' ';
        }
        return names;
    };
    CHECK(order({"en"}) == "film.en.srt film.ar.srt film.de.srt 4 3 2 film.en.forced.srt 1 ");
    CHECK(order({"de", "en"}) == "film.de.srt film.en.srt film.ar.srt 4 2 3 film.en.forced.srt 1 ");
    std::ofstream(place / "film.srt") << kTwoCues;
    CHECK(order({"en"}).starts_with("film.srt film.en.srt "));
    CHECK(subtitleSources(video, {"en"}).back().isPartial);
}

TEST_CASE("a named file is taken before the one beside the video") {
    AskRequest request = saidQuestion("named", kTwoCues);
    const fs::path other = request.video.parent_path() / "other.vtt";
    std::ofstream(other) << "WEBVTT\n\n00:01.000 --> 00:02.000\nSomething else.\n";
    request.subtitles.file = other.string();
    const std::string text = promptText(request);
    CHECK(hasPart(text, "Something else."));
    CHECK_FALSE(hasPart(text, "parrot"));
}

TEST_CASE("answers count the lines, plans foretell their tokens, later questions reuse them") {
    AskRequest request = saidQuestion("counted", kTwoCues);
    RecordedSession recorded;
    const AnswerReport first = answer(recorded, request);
    CHECK(first.subtitleLines == 2);
    CHECK(first.notes.empty());
    request.question = "What is lost?";
    const AnswerReport second = answer(recorded, request);
    CHECK(second.reusedTokens > second.videoTokens);
    AskRequest alone = request;
    alone.mayReuse = false;
    CHECK(second.answer == answer(recorded, alone).answer);

    const RequestId id = recorded.session().plan(request);
    recorded.waitUntil(id,
                       [](const Event& event) { return std::holds_alternative<PlanReady>(event); });
    const Plan plan = std::get<PlanReady>(recorded.eventsOf(id).back()).plan;
    CHECK(plan.promptTokens >= second.promptTokens);

    request.subtitles.use = SubtitleUse::kOff;
    const AnswerReport without = answer(recorded, request);
    CHECK(without.subtitleLines == 0);
    CHECK(without.promptTokens < second.promptTokens);
    CHECK(without.reusedTokens == 0);
    CHECK(without.featuresFromCache);

    const Event opened = recorded.waitFor(recorded.session().openVideo(request.video));
    const auto& sources = std::get<VideoOpened>(opened).video.subtitles;
    REQUIRE(sources.size() == 1);
    CHECK(sources[0].file.filename() == "film.srt");
    CHECK(sources[0].stream == -1);
}

TEST_CASE("subtitles nobody named fail no question, named ones do before anything is decoded") {
    RecordedSession recorded;
    AskRequest request = saidQuestion("damaged-subtitles", "no cues in here");
    AnswerReport report = answer(recorded, request);
    CHECK(report.subtitleLines == 0);
    CHECK(report.notes.size() == 1);
    report = answer(recorded, saidQuestion("no-subtitles", ""));
    CHECK(report.notes.size() == 1);

    request.subtitles.file = (request.video.parent_path() / "missing.srt").string();
    const RequestId id = recorded.session().ask(request);
    const Event last = recorded.waitFor(id);
    REQUIRE(std::holds_alternative<Failed>(last));
    CHECK(std::get<Failed>(last).code == ErrorCode::kVideo);
    CHECK(hasPart(std::get<Failed>(last).message, "missing.srt"));
    for (const Event& event : recorded.eventsOf(id)) {
        const auto* progress = std::get_if<Progress>(&event);
        CHECK_FALSE((progress && progress->phase == Phase::kDecode));
    }
}

TEST_CASE("too many lines lose those far from the frames, and the answer says how many") {
    std::vector<SubtitleCue> cues;
    for (const double at : {0.0, 1.4, 3.0, 4.6, 6.0}) {
        cues.push_back({at, at, std::to_string(static_cast<int>(at * 10))});
    }
    SubtitleWish wish;
    wish.within = {{0, 10}};
    wish.frameTimesS = {0, 3, 6};
    wish.countTokens = [](const std::string&) { return 10; };
    wish.maxTokens = 50;
    CHECK(texts(linesForPrompt(cues, wish)) == "0 14 30 46 60 ");
    wish.maxTokens = 35;
    const PromptSubtitles fewer = linesForPrompt(cues, wish);
    CHECK(texts(fewer) == "0 30 60 ");
    CHECK(fewer.leftOut == 2);
    wish.within = {{1, 2}, {4.6, 5}};
    CHECK(texts(linesForPrompt(cues, wish)) == "14 46 ");
    CHECK(linesForPrompt(cues, wish).leftOut == 0);
    CHECK(linesForPrompt({}, wish).lines.empty());

    std::string chatter;
    for (int i = 0; i < 100; ++i) {
        const std::string at =
            "00:00:0" + std::to_string(i / 10) + "," + std::to_string(i % 10) + "00";
        chatter += std::to_string(i + 1) + "\n" + at + " --> " + at.substr(0, 9) +
                   std::to_string(i % 10) + "50\nand on and on it goes\n\n";
    }
    RecordedSession recorded;
    AskRequest request = saidQuestion("chatter", chatter);
    request.sampling.maxVideoTokens = 1024;
    const AnswerReport report = answer(recorded, request);
    CHECK(report.subtitleLines > 0);
    CHECK(report.subtitleLines < 100);
    CHECK(report.promptTokens < report.videoTokens + 1024 / 4 + 150);
    REQUIRE(report.notes.size() == 1);
    CHECK(hasPart(report.notes[0], std::to_string(100 - report.subtitleLines) + " of 100"));
}

TEST_CASE("what is said can be read for a search, from a file and from a track") {
    initVideoLibrary();
    const AskRequest request = saidQuestion("searched", kTwoCues);
    const fs::path beside = request.video.parent_path() / "film.srt",
                   film = request.video.parent_path() / "said.mkv";
    const std::string command = "ffmpeg -hide_banner -loglevel error -y -i '" +
                                request.video.string() + "' -i '" + beside.string() +
                                "' -map 0:v -map 1 -c:v copy -c:s srt '" + film.string() + "'";
    REQUIRE(std::system(command.c_str()) == 0);  // NOLINT(concurrency-mt-unsafe)
    for (const SubtitleSource& source :
         {SubtitleSource{beside, -1, {}, false}, SubtitleSource{{}, 1, {}, false}}) {
        const auto lines = videoLines(film, source, {});
        REQUIRE(lines.size() == 2);
        CHECK(lines[0].text == "The parrot says ahoy.");
        CHECK(lines[1].fromS == Approx(7).margin(0.01));
        CHECK(lines[1].toS == Approx(8).margin(0.01));
    }
    // Speech that is yet to be heard has no lines.
    CHECK(videoLines(film, SubtitleSource{{}, -1, {}, false, "whisper"}, {}).empty());
    CHECK_THROWS_AS(videoLines(film, SubtitleSource{"missing.srt", -1, {}, false}, {}), Error);
}
