// A sound of 95 s, window after window, against the reference: what is tried, drawn, kept and where
// the next window begins.

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "core/speech/transcriber.h"
#include "tests/unit/speech/speech_goldens.h"

namespace reelquery {

namespace {

using Ids = std::vector<TokenId>;

std::optional<double> bound(const nlohmann::json& limits, const char* name) {
    return limits.at(name).is_null() ? std::nullopt : std::optional(limits.at(name).get<double>());
}

SpeechOptions optionsOf(const nlohmann::json& run) {
    SpeechOptions options;
    options.language = run.at("language");
    options.wordTimes = run.at("words");
    options.conditionOnPrevious = run.at("condition_on_previous");
    options.fallback.temperatures = run.at("temperatures").get<std::vector<double>>();
    options.fallback.mostCompression = bound(run.at("limits"), "ratio");
    options.fallback.leastLogProb = bound(run.at("limits"), "logprob");
    options.fallback.mostNoSpeech = bound(run.at("limits"), "no_speech");
    options.fallback.seed = run.at("draw_seed");
    return options;
}

void checkWindow(const WindowTrace& trace, const nlohmann::json& wanted) {
    CHECK(trace.seek == wanted.at("seek"));
    CHECK(trace.size == wanted.at("size"));
    CHECK(trace.previous == wanted.at("prompt").get<Ids>());
    CHECK(trace.isSilence == wanted.at("skipped"));
    REQUIRE(trace.decoded.attempts.size() == wanted.at("tried").size());
    for (std::size_t i = 0; i < trace.decoded.attempts.size(); ++i) {
        const WindowAttempt& attempt = trace.decoded.attempts[i];
        const auto& tried = wanted.at("tried")[i];
        CHECK(attempt.temperature == tried.at("temperature"));
        CHECK(attempt.tokens == tried.at("tokens").get<Ids>());
        CHECK(attempt.avgLogProb == Approx(tried.at("avg_logprob").get<double>()).margin(1e-4));
        CHECK(attempt.compressionRatio ==
              Approx(tried.at("compression_ratio").get<double>()).margin(1e-12));
        CHECK(attempt.noSpeechProb ==
              Approx(tried.at("no_speech_prob").get<double>()).epsilon(1e-3));
        CHECK(attempt.again == tried.at("again"));
    }
}

void checkSegment(const SpokenSegment& segment, const nlohmann::json& wanted) {
    CHECK(segment.seek == wanted.at("seek"));
    CHECK(segment.fromS == Approx(wanted.at("start").get<double>()).margin(1e-9));
    CHECK(segment.toS == Approx(wanted.at("end").get<double>()).margin(1e-9));
    CHECK(segment.text == wanted.at("text").get<std::string>());
    CHECK(segment.tokens == wanted.at("tokens").get<Ids>());
    CHECK(segment.temperature == wanted.at("temperature"));
    if (!wanted.contains("words")) return;
    REQUIRE(segment.words.size() == wanted.at("words").size());
    for (std::size_t i = 0; i < segment.words.size(); ++i) {
        const SpokenWord& word = segment.words[i];
        const auto& expected = wanted.at("words")[i];
        CHECK(word.text == expected.at("word").get<std::string>());
        CHECK(word.fromS == Approx(expected.at("start").get<double>()).margin(1e-9));
        CHECK(word.toS == Approx(expected.at("end").get<double>()).margin(1e-9));
        CHECK(word.probability == Approx(expected.at("probability").get<double>()).margin(1e-3));
    }
}

}  // namespace

TEST_CASE("A long sound is transcribed as by the reference, fallbacks and words included") {
    const std::string name = GENERATE(from_range(golden::speechModels()));
    const auto model = golden::speechModel(name);
    const auto sound = golden::sound("mixture");
    const auto info = golden::speechJson(name + "/golden.json");
    REQUIRE(info.at("sequential").size() >= 4);
    for (const auto& run : info.at("sequential")) {
        const auto runName = run.at("name").get<std::string>();
        CAPTURE(name, runName);
        CHECK(LogMel::frames(sound) == run.at("content_frames"));
        std::size_t windows = 0;
        TranscribeListener listener;
        std::int64_t heardFrames = 0, allFrames = 0;
        listener.onProgress = [&](std::int64_t done, std::int64_t all) {
            CHECK(done >= heardFrames);
            heardFrames = done;
            allFrames = all;
        };
        listener.onWindow = [&](const WindowTrace& trace) {
            CAPTURE(windows);
            REQUIRE(windows < run.at("windows").size());
            checkWindow(trace, run.at("windows")[windows++]);
        };
        const Transcript transcript =
            transcribeSound(*model, sound, {}, optionsOf(run), listener, {});
        CHECK(windows == run.at("windows").size());
        CHECK(heardFrames == allFrames);
        REQUIRE(transcript.segments.size() == run.at("segments").size());
        for (std::size_t i = 0; i < transcript.segments.size(); ++i) {
            CAPTURE(i);
            checkSegment(transcript.segments[i], run.at("segments")[i]);
        }
    }
}

}  // namespace reelquery
