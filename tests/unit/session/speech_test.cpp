// What is heard in a video as its subtitles: kept, found again, in its place among others, read.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "core/answer/said_lines.h"
#include "core/base/content_id.h"
#include "core/bench/random_checkpoint.h"
#include "core/session/hear/kept_hearing.h"
#include "core/session/hear/question_speech.h"
#include "core/session/plan/make_question.h"
#include "core/session/plan/model_catalog.h"
#include "core/spec/recommendation.h"
#include "tests/unit/session/recorded_session.h"
#include "vision/video/video_probe.h"

using namespace reelquery;
namespace fs = std::filesystem;

namespace {

bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// A film in a folder of its own; sound: ffmpeg's source of it, empty for none.
fs::path film(const std::string& folder, int seconds, const std::string& sound) {
    const fs::path file = emptyFolder(folder) / "film.mkv";
    const std::string length = std::to_string(seconds);
    std::string command =
        "ffmpeg -hide_banner -loglevel error -y -f lavfi -i "
        "testsrc2=size=112x112:rate=2:duration=" +
        length;
    if (!sound.empty()) command += " -f lavfi -i " + sound + " -c:a pcm_s16le";
    command += " -t " + length + " -c:v libx264 -pix_fmt yuv420p '" + file.string() + "'";
    REQUIRE(std::system(command.c_str()) == 0);  // NOLINT(concurrency-mt-unsafe)
    return file;
}

SpokenText spokenText(std::vector<HeardLine> lines) {
    SpokenText spoken;
    spoken.file = "/films/film.mkv";
    spoken.track = "aac eng";
    spoken.language = "en";
    spoken.languageProbability = 0.75;
    spoken.model = "scripted-speech";
    spoken.device = "cpu float32";
    spoken.soundS = 60;
    spoken.spokenS = 12.5;
    spoken.seconds = 3;
    spoken.lines = std::move(lines);
    spoken.notes = {"one note"};
    return spoken;
}

SpeechKey keyOf(const fs::path& video, const std::string& modelId = "model-a") {
    return {contentId(video), modelId, "", "", ""};
}

std::vector<HeardLine> twoLines() {
    return {{"Good morning, everyone.", 5.25, 7.5, 0.9, false, {{"Good", 5.25, 5.5, 0.8}}},
            {"The door code is 4711.", 40.125, 42, 0.4, true, {}}};
}

Question made(const AskRequest& request, const SpeechFiles& files) {
    initVideoLibrary();
    const CancelToken never;
    return makeQuestion(
        request, [](const ModelChoice&) { return FrameRules{}; }, never, files);
}

std::size_t heardEvents(RecordedSession& recorded) {
    std::size_t count = 0;
    for (RequestId id = 1; id <= 8; ++id) {
        for (const Event& event : recorded.eventsOf(id)) {
            count += std::holds_alternative<HeardTo>(event) ? 1 : 0;
        }
    }
    return count;
}

fs::path tinySpeechModel() {
    const fs::path folder = emptyFolder("tiny-speech-model");
    writeRandomCheckpoint("tiny-speech", folder, 1);
    return folder;
}

}  // namespace

TEST_CASE("kept speech is read back whole, and found by what is in the video", "[alike]") {
    const fs::path video = film("kept-speech", 4, "");
    const SpeechFiles files(emptyFolder("kept-speech-files"));
    const KeptSpeech kept = files.keep(keyOf(video), spokenText(twoLines()));
    CHECK(fs::is_regular_file(kept.subtitles));
    const fs::path moved = video.parent_path() / "renamed.mkv";
    fs::rename(video, moved);
    const auto found = files.newest(contentId(moved));
    REQUIRE(found);
    CHECK(spokenJson(found->spoken) == spokenJson(spokenText(twoLines())));
    CHECK(found->subtitles == kept.subtitles);
    CHECK(files.find(keyOf(moved)));
    CHECK_FALSE(files.find(keyOf(moved, "model-b")));
    CHECK_FALSE(files.newest(contentId(moved), "model-b"));
    CHECK_FALSE(files.newest("2-0"));
    CHECK_FALSE(SpeechFiles().newest(contentId(moved)));
    std::ifstream srt(kept.subtitles);
    const std::string text{std::istreambuf_iterator<char>(srt), {}};
    CHECK(holds(text, "00:00:40,125 --> 00:00:42,000\nThe door code is 4711. (?)"));
}

TEST_CASE("damaged speech, speech of another version and of another track count as absent",
          "[alike]") {
    const fs::path video = film("damaged-speech", 4, "");
    const fs::path folder = emptyFolder("damaged-speech-files");
    const SpeechFiles files(folder);
    SpeechKey commentary = keyOf(video);
    commentary.track = "2";
    files.keep(commentary, spokenText(twoLines()));
    CHECK_FALSE(files.newest(contentId(video)));
    REQUIRE(files.find(commentary));
    const fs::path file = [&] {
        for (const auto& entry : fs::directory_iterator(folder)) {
            if (entry.path().extension() == ".speech") return entry.path();
        }
        return fs::path();
    }();
    std::ifstream in(file);
    const std::string whole{std::istreambuf_iterator<char>(in), {}};
    const auto write = [&](const std::string& text) {
        std::ofstream(file, std::ios::trunc) << text;
    };
    for (const std::size_t length : {std::size_t{0}, std::size_t{20}, whole.size() / 2}) {
        write(whole.substr(0, length));
        CHECK_FALSE(files.find(commentary));
        CHECK(storedSpeech(folder).at(0).version == 0);
    }
    std::string older = whole;
    const std::string version = "\"reelquery_speech\":" + std::to_string(kSpeechVersion);
    REQUIRE(older.find(version) != std::string::npos);
    older.replace(older.find(version), version.size(), "\"reelquery_speech\":0");
    write(older);
    CHECK_FALSE(files.find(commentary));
    write(std::string(1 << 16, '['));
    CHECK_FALSE(files.find(commentary));
    write(whole);
    REQUIRE(files.find(commentary));
    const StoredSpeech stored = storedSpeech(folder).at(0);
    CHECK(stored.lines == 2);
    CHECK(stored.model == "scripted-speech");
    CHECK(clearStoredSpeech(folder) == 1);
    CHECK(fs::is_empty(folder));
}

TEST_CASE("the order is a file, a track, what was heard before, none; unless speech goes first",
          "[alike]") {
    const fs::path video = film("speech-order", 4, "sine=frequency=300");
    const SpeechFiles files(emptyFolder("speech-order-files"));
    AskRequest request = tinyQuestion(4);
    request.video = video;
    request.subtitles.use = SubtitleUse::kOn;
    CHECK_FALSE(made(request, files).subtitles);

    files.keep(keyOf(video), spokenText(twoLines()));
    const Question heard = made(request, files);
    REQUIRE(heard.subtitles);
    CHECK(sourceText(*heard.subtitles) == "speech, heard by scripted-speech");
    REQUIRE(heard.heard);
    CHECK(heard.heard->cues.size() == 2);
    CHECK(heard.heard->cues[1].fromS == 40.125);
    CHECK(heard.doubtfulLines == 1);

    std::ofstream(video.parent_path() / "film.srt")
        << "1\n00:00:01,000 --> 00:00:02,000\nFrom a file.\n\n";
    CHECK(sourceText(*made(request, files).subtitles) == "film.srt");
    CHECK_FALSE(made(request, files).heard);
    for (const SpeechUse use : {SpeechUse::kKeptFirst, SpeechUse::kMake}) {
        request.speech.use = use;
        CHECK(made(request, files).heard);
    }
    request.subtitles.use = SubtitleUse::kOff;
    CHECK_FALSE(made(request, files).subtitles);
    request.subtitles.use = SubtitleUse::kOn;
    request.speech.model = tinySpeechModel();  // by another model nothing was heard yet
    const Question missing = made(request, files);
    REQUIRE(missing.subtitles);
    CHECK_FALSE(missing.heard);
    CHECK(holds(sourceText(*missing.subtitles), "tiny-speech-model"));
}

TEST_CASE("the embedded model answers from lines that were heard, and says which it looked at",
          "[alike]") {
    const fs::path resources = REELQUERY_RESOURCES;
    const fs::path video = film("heard-answer", 60, "");
    SessionStorage storage;
    storage.speechFolder = emptyFolder("heard-answer-files");
    std::vector<HeardLine> lines;
    const char* others[] = {"Good morning, everyone.", "It is getting late.", "Come here!",
                            "Where have you been?",    "Wait for me.",        "Look at that."};
    double atS = 3;
    for (const char* other : others) {
        lines.push_back({other, atS, atS + 2, 0.9, false, {}});
        atS += 6;
    }
    lines.push_back({"Remember, the door code is 4711.", 40.2, 42.5, 0.9, false, {}});
    lines.push_back({"Let us begin.", 50, 51, 0.3, true, {}});
    SpeechFiles(storage.speechFolder).keep(keyOf(video), spokenText(lines));

    AskRequest request;
    request.video = video;
    request.model.folder = resources / "demo_model";
    request.model.device = DeviceKind::kCpu;
    request.sampling.fps = 1;
    request.subtitles.use = SubtitleUse::kOn;
    request.generation.maxNewTokens = 24;
    request.wantEvidence = true;
    request.question = "What is the door code?";
    RecordedSession recorded(storage);
    const RequestId planned = recorded.session().plan(request);
    recorded.waitUntil(planned,
                       [](const Event& event) { return std::holds_alternative<PlanReady>(event); });
    const Plan plan = std::get<PlanReady>(recorded.eventsOf(planned).back()).plan;
    const AnswerReport report = answer(recorded, request);
    CHECK(holds(report.answer, "4711"));
    CHECK(report.subtitleLines == 8);
    CHECK(report.subtitlesFrom == "speech, heard by scripted-speech");
    REQUIRE_FALSE(report.notes.empty());
    CHECK(holds(report.notes[0], "not sure of 1 of the 8 lines"));
    CHECK(plan.promptTokens >= report.promptTokens);
    CHECK(heardEvents(recorded) == 0);
    REQUIRE_FALSE(report.evidence.lines.empty());
    CHECK(report.evidence.lines.size() <= 5);
    CHECK(report.evidence.lines[0].text == "Remember, the door code is 4711.");
    CHECK(report.evidence.lines[0].timeS == 40.2);
    CHECK(report.evidence.lines[0].weight > 0.2);
    CHECK(report.evidence.weights.size() == report.evidence.timesS.size());

    request.question = "When is the door code mentioned?";
    CHECK(holds(answer(recorded, request).answer, "0:40"));

    request.subtitles.use = SubtitleUse::kOff;
    const AnswerReport without = answer(recorded, request);
    CHECK(without.evidence.lines.empty());
    CHECK(without.subtitlesFrom.empty());
}

TEST_CASE("lines that stand out are few, the strongest first", "[alike]") {
    const std::vector<SaidLine> said = {
        {1, "a", 0.05}, {2, "b", 0.5}, {3, "c", 0.3}, {4, "d", 0.05}, {5, "e", 0.1}};
    const std::vector<SaidLine> found = findLines(said);
    REQUIRE(found.size() == 1);  // "c" has less than twice the mean of 0.2
    CHECK(found[0].text == "b");
    CHECK(findLines({{1, "a", 0}, {2, "b", 0}}).empty());
    CHECK(findLines({}).empty());
    CHECK(findLines({{1, "a", 1}}).size() == 1);
    std::vector<SaidLine> many(40, SaidLine{0, "x", 0});
    for (int i = 0; i < 7; ++i) many[static_cast<std::size_t>(i)].weight = 1.0 / 7;
    CHECK(findLines(many).size() == 5);
}

TEST_CASE("speech that is wished for is heard once, told on the way, and kept") {
    SessionStorage storage;
    storage.speechFolder = emptyFolder("heard-once-files");
    AskRequest request = tinyQuestion(4);
    request.video = film("heard-once", 6, "sine=frequency=300:beep_factor=4");
    request.subtitles.use = SubtitleUse::kOn;
    request.speech = {SpeechUse::kMake, tinySpeechModel()};
    RecordedSession recorded(storage);
    const RequestId watching = recorded.session().watch(request);
    recorded.waitUntil(watching, isLast);
    CHECK(heardEvents(recorded) == 0);  // nobody asked yet
    answer(recorded, request);
    const std::size_t once = heardEvents(recorded);
    CHECK(once > 0);
    CHECK(storedSpeech(storage.speechFolder).size() == 1);
    answer(recorded, request);
    CHECK(heardEvents(recorded) == once);
    const Event opened = recorded.waitFor(recorded.session().openVideo(request.video));
    if (const auto* failed = std::get_if<Failed>(&opened)) FAIL(failed->message);
    const auto& sources = std::get<VideoOpened>(opened).video.subtitles;
    REQUIRE(sources.size() == 1);
    CHECK(sources[0].heardBy == "tiny-speech-model");
    CHECK(fs::is_regular_file(sources[0].file));
}

TEST_CASE("speech that cannot be heard ends the question with one clear line", "[alike]") {
    RecordedSession recorded;
    AskRequest request = tinyQuestion(4);
    request.subtitles.use = SubtitleUse::kOn;
    const fs::path model = tinySpeechModel();
    const auto failure = [&] {
        const Event last = recorded.waitFor(recorded.session().ask(request));
        REQUIRE(std::holds_alternative<Failed>(last));
        return std::get<Failed>(last);
    };
    request.speech = {SpeechUse::kMake, model};
    request.video = film("no-sound", 4, "");
    CHECK(holds(failure().message, "has no sound"));
    request.video = film("not-heard", 4, "sine=frequency=300");
    request.speech.model = request.model.folder;
    CHECK(failure().code == ErrorCode::kModel);
    request.speech.model = "/nowhere/speech";
    CHECK(holds(failure().message, "/nowhere/speech"));
}

TEST_CASE("a stop while speech is heard ends the question within half a second", "[alike]") {
    RecordedSession recorded;
    AskRequest request = tinyQuestion(4);
    request.video = film("stopped-hearing", 300, "sine=frequency=300:beep_factor=4");
    request.subtitles.use = SubtitleUse::kOn;
    request.speech = {SpeechUse::kMake, tinySpeechModel()};
    const RequestId id = recorded.session().ask(request);
    recorded.waitUntil(id,
                       [](const Event& event) { return std::holds_alternative<HeardTo>(event); });
    const auto start = std::chrono::steady_clock::now();
    recorded.session().cancel(id);
    const Event last = recorded.waitFor(id);
    if (const auto* failed = std::get_if<Failed>(&last)) FAIL(failed->message);
    CHECK(std::holds_alternative<Cancelled>(last));
    CHECK(std::chrono::steady_clock::now() - start <
          std::chrono::seconds(5));  // 0.5 s on a quiet machine
}

TEST_CASE("a speech model is listed as one, and refused where an answer is wanted", "[alike]") {
    const fs::path model = tinySpeechModel();
    const ModelEntry entry = inspectModel(model);
    CHECK(entry.hears);
    CHECK_FALSE(entry.complete);
    CHECK_FALSE(entry.canRun);
    CHECK(holds(entry.problem, "subtitles"));
    const std::vector<ModelEntry> found = findModels({{model.parent_path(), "test"}});
    CHECK(std::any_of(found.begin(), found.end(), [](const ModelEntry& one) { return one.hears; }));
    fs::remove(model / "model.safetensors");
    CHECK_FALSE(inspectModel(model).hears);
    CHECK(holds(inspectModel(model).problem, "model.safetensors is missing"));
    AskRequest request = tinyQuestion(4);
    request.model.folder = model;
    RecordedSession recorded;
    const Event last = recorded.waitFor(recorded.session().ask(request));
    REQUIRE(std::holds_alternative<Failed>(last));
    CHECK(std::get<Failed>(last).code == ErrorCode::kModel);
    CHECK(holds(std::get<Failed>(last).message, "Whisper"));
}
