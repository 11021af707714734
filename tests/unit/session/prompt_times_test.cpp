// The times in Qwen3-VL's prompt are those of the frames that were seen: of even and uneven films,
// inside a range and inside closer looks.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>

#include "core/session/ask/prepared_question.h"
#include "core/session/plan/make_question.h"
#include "core/tokens/stream_decoder.h"
#include "tests/unit/session/recorded_session.h"
#include "vision/video/video_probe.h"

using namespace reelquery;
namespace fs = std::filesystem;

namespace {

/// What a question became: its prompt as text, and the times of the frames that were seen.
struct Seen {
    std::string prompt;
    std::vector<double> frameTimesS;
    Plan plan;
    std::int64_t promptTokens = 0, textTokens = 0;
};

Seen seen(const AskRequest& request) {
    initVideoLibrary();
    WarmState warm{SessionStorage()};
    const AnswerSink silent = [](const AnswerEvent&) {};
    const CancelToken never;
    const Question question = makeQuestion(
        request, [](const ModelChoice& choice) { return readFrameRules(choice.folder); }, never);
    const PreparedQuestion prepared = prepareQuestion({question, 1, silent, never}, warm);
    return {decode(warm.model().tokenizer(), prepared.prompt.ids, true),
            prepared.video->frameTimesS, prepared.question.plan, prepared.promptTokens(),
            prepared.promptTokens() - prepared.prompt.visionTokens};
}

/// "0.2" of every "<0.2 seconds>" in front of a step of the video.
std::vector<std::string> clocksOf(const std::string& prompt) {
    static const std::regex kClock(R"(<(\d+\.\d) seconds><\|vision_start\|>)");
    std::vector<std::string> clocks;
    for (std::sregex_iterator at(prompt.begin(), prompt.end(), kClock), end; at != end; ++at) {
        clocks.push_back((*at)[1]);
    }
    return clocks;
}

/// As C's printf rounds the mean of each pair.
std::vector<std::string> meansOf(const std::vector<double>& timesS) {
    std::vector<std::string> means;
    for (std::size_t i = 0; i + 1 < timesS.size(); i += 2) {
        char text[32];
        std::snprintf(text, sizeof text, "%.1f", (timesS[i] + timesS[i + 1]) / 2);
        means.emplace_back(text);
    }
    return means;
}

AskRequest questionAbout(const fs::path& film) {
    AskRequest request = tinyQuestion(3, "tiny-qwen3-vl");
    request.video = film;
    request.sampling.mode = SamplingMode::kExact;
    return request;
}

/// 10 frames in the first second, then one in 0.7 s, up to 30 s.
fs::path unevenFilm() {
    const fs::path film = emptyFolder("uneven") / "film.mkv";
    const std::string command =
        "ffmpeg -hide_banner -loglevel error -y -f lavfi -i "
        "testsrc2=size=160x120:rate=10:duration=30 -vf \"select='lt(n,10)+not(mod(n,7))'\" "
        "-vsync vfr -c:v libx264 -pix_fmt yuv420p '" +
        film.string() + "'";
    REQUIRE(std::system(command.c_str()) == 0);  // NOLINT(concurrency-mt-unsafe)
    return film;
}

bool isInUnevenFilm(double timeS) {
    const double frame = timeS * 10;
    const auto nearest = static_cast<int>(frame + 0.5);
    return std::abs(frame - nearest) < 0.02 && (nearest < 10 || nearest % 7 == 0);
}

}  // namespace

TEST_CASE("a pair is named by its first frame or by the mean, an odd frame by itself") {
    const std::vector<double> times = {0, 0.5, 1, 2};
    CHECK(pairTimes(times, PairTime::kFirstFrame) == std::vector<double>{0, 1});
    CHECK(pairTimes(times, PairTime::kMean) == std::vector<double>{0.25, 1.5});
    CHECK(pairTimes({0, 0.5, 1}, PairTime::kMean) == std::vector<double>{0.25, 1});
    CHECK(pairTimes({0, 0.5, 1, 1}, PairTime::kMean) == std::vector<double>{0.25, 1});
    CHECK(pairTimes({7}, PairTime::kMean) == std::vector<double>{7});
    CHECK(pairTimes({}, PairTime::kMean).empty());
}

TEST_CASE("clocks of even films equal the reference's") {
    const char* chosen =
        std::getenv("REELQUERY_GOLDEN_QWEN3_DIR");  // NOLINT(concurrency-mt-unsafe)
    const fs::path folder =
        chosen && *chosen ? fs::path(chosen) : fs::path(REELQUERY_COMMITTED_GOLDENS) / "qwen3";
    std::ifstream file(folder / "preprocess_golden.json");
    const nlohmann::json cases = nlohmann::json::parse(file).at("time_stamps");
    REQUIRE_FALSE(cases.empty());
    const PromptConfig& prompt = findModelSpec("qwen3_vl")->prompt;
    for (const auto& golden : cases) {
        const double rate = golden.at("video_fps");
        std::vector<double> timesS;
        for (const auto& index : golden.at("indices")) timesS.push_back(index.get<double>() / rate);
        std::vector<std::string> texts;
        for (const double timeS : pairTimes(timesS, prompt.pairTime)) {
            texts.push_back(prompt.timeText(timeS));
        }
        CHECK(pairTimes(timesS, prompt.pairTime) ==
              golden.at("seconds").get<std::vector<double>>());
        CHECK(texts == golden.at("text").get<std::vector<std::string>>());
    }
}

TEST_CASE("the prompt of an even film names the mean of every pair's two times") {
    AskRequest request = questionAbout(testClip(10));
    request.sampling.fps = 2;
    const Seen even = seen(request);
    REQUIRE(even.frameTimesS.size() == 20);
    CHECK(clocksOf(even.prompt) == meansOf(even.frameTimesS));
    CHECK(clocksOf(even.prompt).size() == 10);
    CHECK(even.prompt.starts_with("<|im_start|>user\n<"));  // no system turn of its own
    // Counted before any tokenizer was there: not less than it takes, and not much more.
    CHECK(even.plan.promptTokens >= even.promptTokens);
    CHECK(even.plan.promptTokens - even.promptTokens < 150);
}

TEST_CASE("times of a range count from the start of the file") {
    AskRequest request = questionAbout(testClip(20));
    request.sampling.fromS = 12;
    request.sampling.toS = 16;
    request.sampling.frames = 8;
    const Seen range = seen(request);
    REQUIRE(range.frameTimesS.size() == 8);
    CHECK(range.frameTimesS.front() == Approx(12));
    CHECK(range.frameTimesS.back() <= 16.01);
    const std::vector<std::string> clocks = clocksOf(range.prompt);
    CHECK(clocks == meansOf(range.frameTimesS));
    CHECK(clocks.size() == 4);
    CHECK(std::stod(clocks.front()) >= 12);
}

TEST_CASE("times of closer looks are those of their frames") {
    AskRequest request = questionAbout(testClip(20));
    request.sampling.within = {{2, 4}, {15, 17}};
    request.sampling.frames = 8;
    const Seen zoom = seen(request);
    const std::vector<std::string> clocks = clocksOf(zoom.prompt);
    CHECK(clocks == meansOf(zoom.frameTimesS));
    REQUIRE(clocks.size() == 4);
    CHECK(std::stod(clocks[1]) <= 4);
    CHECK(std::stod(clocks[2]) >= 15);
}

TEST_CASE("an uneven film's clocks are its frames' own times") {
    AskRequest request = questionAbout(unevenFilm());
    request.sampling.fromS = GENERATE(std::optional<double>(), 9.0);
    request.sampling.frames = 12;
    request.sampling.mode = GENERATE(SamplingMode::kExact, SamplingMode::kKeyframes);
    const Seen uneven = seen(request);
    REQUIRE(uneven.frameTimesS.size() == 12);
    for (const double timeS : uneven.frameTimesS) {
        CAPTURE(timeS);
        // The frame on show at the start of the range counts from there.
        CHECK((isInUnevenFilm(timeS) || timeS == request.sampling.fromS.value_or(-1)));
    }
    const std::vector<std::string> clocks = clocksOf(uneven.prompt);
    CHECK(clocks == meansOf(uneven.frameTimesS));
    CHECK(std::stod(clocks.front()) >= request.sampling.fromS.value_or(0));
    // Not what index over mean rate would give: the film has a fifth of its frames in one second.
    CHECK(std::stod(clocks.back()) > 25);
}

TEST_CASE("a film of one frame has one clock, the frame's own") {
    const fs::path film = emptyFolder("one-frame") / "film.mkv";
    const std::string command =
        "ffmpeg -hide_banner -loglevel error -y -f lavfi -i "
        "testsrc2=size=160x120:rate=10:duration=0.1 -c:v libx264 -pix_fmt yuv420p '" +
        film.string() + "'";
    REQUIRE(std::system(command.c_str()) == 0);  // NOLINT(concurrency-mt-unsafe)
    const Seen single = seen(questionAbout(film));
    CHECK(clocksOf(single.prompt) == std::vector<std::string>{"0.0"});
}

TEST_CASE("what is said stands behind the step in which it begins, with a clock of its own") {
    AskRequest request = questionAbout(testClip(10));
    const fs::path place = emptyFolder("said-between");
    fs::copy_file(request.video, place / "film.mp4");
    request.video = place / "film.mp4";
    std::ofstream(place / "film.srt") << "1\n00:00:03,300 --> 00:00:04,000\nAhoy.\n\n"
                                      << "2\n00:00:09,900 --> 00:00:10,000\nThe end.\n\n";
    request.subtitles.use = SubtitleUse::kOn;
    request.sampling.frames = 10;
    const Seen said = seen(request);
    CHECK(clocksOf(said.prompt) == meansOf(said.frameTimesS));
    const std::size_t ahoy = said.prompt.find("<|vision_end|><3.3 seconds> Ahoy.\n<");
    REQUIRE(ahoy != std::string::npos);
    // All clocks of the prompt, the words' own among them, rise.
    static const std::regex kAny(R"(<(\d+\.\d) seconds>)");
    std::vector<double> times;
    for (std::sregex_iterator at(said.prompt.begin(), said.prompt.end(), kAny), end; at != end;
         ++at) {
        times.push_back(std::stod((*at)[1]));
    }
    CHECK(times.size() == 7);
    CHECK(std::is_sorted(times.begin(), times.end()));
    CHECK(said.prompt.find("<9.9 seconds> The end.\nWhat happens?<|im_end|>") != std::string::npos);
}
