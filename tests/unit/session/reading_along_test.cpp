// A prompt is read while its video is encoded: to the last bit what reading it afterwards gives.

#include <ATen/ATen.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>
#include <functional>
#include <new>

#include "core/session/ask/reading_along.h"
#include "tests/unit/session/answer_outcome.h"
#include "tests/unit/session/recorded_session.h"

using namespace reelquery;
namespace fs = std::filesystem;

namespace {

/// Video for two chunks of 1,024 tokens and more; it is encoded some 500 tokens at a time.
AskRequest readingQuestion(AttentionKind kind) {
    AskRequest request = tinyQuestion(20);
    request.sampling.maxVideoTokens = 2500;
    request.attention.kind = kind;
    request.attention.selector.threshold = 0.6;
    request.generation.maxNewTokens = 8;
    return request;
}

/// A copy of the clip that has nothing in place of a stretch of its pictures, from a third of the
/// file on.
fs::path clipWithAHole(int seconds) {
    const fs::path clip = emptyFolder("hole") / "clip.mp4";
    fs::copy_file(testClip(seconds), clip);
    const auto bytes = static_cast<std::streamoff>(fs::file_size(clip));
    std::fstream file(clip, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(bytes / 3);
    const std::string nothing(static_cast<std::size_t>(bytes / 3), '\0');
    file.write(nothing.data(), static_cast<std::streamsize>(nothing.size()));
    return clip;
}

}  // namespace

TEST_CASE("a prompt read along gives the bits of one that is read when all is encoded") {
    struct Case {
        const char* what;
        AttentionKind kind;
        bool mayReuse;
        std::function<void(AskRequest&)> apply;
    };

    const Case one = GENERATE(values<Case>({
        {"exact frames", AttentionKind::kSparse, true,
         [](AskRequest& r) { r.sampling.mode = SamplingMode::kExact; }},
        {"key frames", AttentionKind::kDense, false,
         [](AskRequest& r) { r.sampling.mode = SamplingMode::kKeyframes; }},
        {"a range", AttentionKind::kDense, true,
         [](AskRequest& r) {
             r.sampling.fromS = 1.3;
             r.sampling.toS = 18.1;
         }},
        {"more frames than the film has", AttentionKind::kDense, true,
         [](AskRequest& r) {
             r.video = testClip(10);
             r.sampling.frames = 120;
         }},
        {"rows that stay dense because of the words", AttentionKind::kSparse, true,
         [](AskRequest& r) { r.attention.denseLastTokens = 1000; }},
    }));
    CAPTURE(one.what);
    AskRequest request = readingQuestion(one.kind);
    request.mayReuse = one.mayReuse;
    one.apply(request);
    const Outcome plain = outcomeOf(request, false);
    const Outcome along = outcomeOf(request, true);
    CHECK_FALSE(plain.isReadBeforeAllIsSeen);
    CHECK(along.isReadBeforeAllIsSeen);
    checkSameOutcome(along, plain);
}

TEST_CASE("the automatic choice goes the same way when its prompt is read along") {
    // One warm state, so that both go by the same measured costs; nothing else is left in it.
    AskRequest request = readingQuestion(AttentionKind::kAuto);
    request.mayReuse = false;
    WarmState warm{SessionStorage()};
    const Outcome plain = outcomeOf(request, false, warm);
    const Outcome along = outcomeOf(request, true, warm);
    CHECK(along.isReadBeforeAllIsSeen);
    checkSameOutcome(along, plain);
}

TEST_CASE("a film that breaks its plan's word is read anew") {
    const bool isSparse = GENERATE(false, true);
    AskRequest request = readingQuestion(isSparse ? AttentionKind::kSparse : AttentionKind::kDense);
    request.video = clipWithAHole(20);
    request.mayReuse = isSparse;
    const Outcome plain = outcomeOf(request, false);
    REQUIRE(plain.report.decodeErrors > 0);
    REQUIRE(plain.report.frames < std::ssize(madeQuestion(request).frames.wanted));
    const Outcome along = outcomeOf(request, true);
    checkSameOutcome(along, plain);
}

TEST_CASE("times of the stages: those of one thread add up, each stage says busy and waited") {
    const AskRequest request = readingQuestion(AttentionKind::kDense);
    RecordedSession recorded;
    const AnswerReport report = answered(recorded.waitFor(recorded.session().ask(request)));
    const double sum = report.decodeS + report.encodeS + report.prefillS;
    CHECK(sum <= report.firstTokenS);
    CHECK(report.decodeS >= 0);
    CHECK(report.decodeStage.busyS > 0);
    CHECK(report.decodeStage.waitedS >= 0);
    CHECK(report.encodeStage.busyS == report.encodeS);
    CHECK(report.encodeStage.waitedS == report.decodeS);
    CHECK(report.prefillStage.busyS == report.prefillS);
    CHECK(report.prefillStage.waitedS == Approx(report.decodeS + report.encodeS));
    // From memory: nothing was decoded or encoded, nobody waited.
    const AnswerReport again = answered(recorded.waitFor(recorded.session().ask(request)));
    CHECK(again.decodeStage.busyS == 0);
    CHECK(again.encodeStage.busyS == 0);
    CHECK(again.prefillStage.waitedS == 0);
}

TEST_CASE("a stop while the prompt is read along is heard, and later answers are right") {
    AskRequest request = readingQuestion(AttentionKind::kSparse);
    request.sampling.maxVideoTokens = 3500;
    request.sampling.fps = 8;
    const bool watches = GENERATE(false, true);
    const std::int64_t chunk = 1024;  // the longest on the CPU; see chunk_length.cpp
    RecordedSession recorded;
    recorded.onEvent = [&](const Event& event) {
        const auto* progress = std::get_if<Progress>(&event);
        if (inPhase(event, Phase::kPrefill) && progress->done > (watches ? chunk : 0))
            recorded.session().cancel(progress->request);
    };
    CHECK(std::holds_alternative<Cancelled>(recorded.waitFor(
        watches ? recorded.session().watch(request) : recorded.session().ask(request))));
    recorded.onEvent = {};
    const AnswerReport report = answered(recorded.waitFor(recorded.session().ask(request)));
    CHECK_FALSE(report.featuresFromCache);
    CHECK(report.reusedTokens == (watches ? chunk : 0));  // what watching had read whole
    const Outcome plain = outcomeOf(request, false);
    CHECK(report.answer == plain.report.answer);
    CHECK(report.promptTokens == plain.report.promptTokens);
}

TEST_CASE("memory that is refused while decoders run ends the question and nothing else") {
    const AskRequest request = readingQuestion(AttentionKind::kDense);
    WarmState warm{SessionStorage()};
    const Question asked = madeQuestion(request);
    const AnswerSink refuses = [&](const AnswerEvent& event) {
        const auto* progress = std::get_if<Progress>(&event);
        if (progress && progress->phase == Phase::kPrefill) throw std::bad_alloc();
    };
    const CancelToken never;
    const AskContext ask{asked, 1, refuses, never};
    const auto threads = [] {
        return std::distance(fs::directory_iterator("/proc/self/task"), fs::directory_iterator());
    };
    outcomeOf(tinyQuestion(3), true, warm);  // torch's own threads are there from now on
    const auto before = threads();
    for (int i = 0; i < 3; ++i) {
        ReadingAlong reading(ask, warm);
        try {
            (void)prepareQuestion(ask, warm, &reading);
            FAIL("nothing was read along");
        } catch (const Error& error) {
            CHECK(error.code() == ErrorCode::kMemory);
        }
    }
    CHECK(threads() == before);
    checkSameOutcome(outcomeOf(request, true, warm), outcomeOf(request, false));
}

TEST_CASE(
    "a film that goes away before its frames are decoded fails, and leaves the session well") {
    AskRequest gone = readingQuestion(AttentionKind::kDense);
    gone.video = emptyFolder("gone") / "clip.mp4";
    fs::copy_file(testClip(20), gone.video);
    RecordedSession recorded;
    recorded.onEvent = [&](const Event& event) {
        if (std::holds_alternative<PlanReady>(event)) fs::remove(gone.video);
    };
    const Event last = recorded.waitFor(recorded.session().ask(gone));
    REQUIRE(std::holds_alternative<Failed>(last));
    CHECK(std::get<Failed>(last).code == ErrorCode::kVideo);
    recorded.onEvent = {};
    const AskRequest request = readingQuestion(AttentionKind::kDense);
    const AnswerReport report = answered(recorded.waitFor(recorded.session().ask(request)));
    CHECK(report.answer == outcomeOf(request, false).report.answer);
}

TEST_CASE("figures: the sample read along and one after the other, in turn", "[.figures]") {
    AskRequest request;
    request.video = fs::path(REELQUERY_RESOURCES) / "samples" / "needles-10min.mp4";
    request.model.folder = fs::path(REELQUERY_RESOURCES) / "demo_model";
    request.model.device = DeviceKind::kCpu;
    request.question = "What happens?";
    request.sampling.frames = 600;
    request.generation.maxNewTokens = 1;
    request.mayReuse = false;
    WarmState warm{SessionStorage()};
    for (int round = 0; round < 4; ++round) {
        for (const bool along : {false, true}) {
            const AnswerReport report = outcomeOf(request, along, warm).report;
            std::printf(
                "%-20s %6.2f s: frames %.2f, encode %.2f, prefill %.2f; decoders %.2f, "
                "held up %.2f; %lld tokens\n",
                along ? "read along" : "one after the other",
                report.decodeS + report.encodeS + report.prefillS, report.decodeS, report.encodeS,
                report.prefillS, report.decodeStage.busyS, report.decodeStage.waitedS,
                static_cast<long long>(report.promptTokens));
            std::fflush(stdout);
        }
    }
}
