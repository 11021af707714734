// Later questions about a video use what the earlier ones left in memory, and answer as if they
// had not.

#include <catch2/catch.hpp>

#include "tests/unit/session/recorded_session.h"

using namespace reelquery;

namespace {

/// Several attention blocks of video and an answer long enough to show a differing bit.
AskRequest longQuestion(AttentionKind kind, const std::string& words) {
    AskRequest request = tinyQuestion(20);
    request.sampling.maxVideoTokens = 1500;
    request.attention.kind = kind;
    request.attention.selector.threshold = 0.6;
    request.generation.maxNewTokens = 24;
    request.question = words;
    return request;
}

/// The answer is a fresh run's, and everything before the question's words was reused.
void checkReused(const AnswerReport& report, const AskRequest& request) {
    const AnswerReport fresh = freshAnswer(request);
    CHECK(fresh.reusedTokens == 0);
    CHECK_FALSE(fresh.featuresFromCache);
    CHECK(report.answer == fresh.answer);
    CHECK(report.answerTokens == fresh.answerTokens);
    CHECK(report.promptTokens == fresh.promptTokens);
    CHECK(report.frameTimesS == fresh.frameTimesS);
    CHECK(report.featuresFromCache);
    CHECK(report.encodeS == 0);
    CHECK(report.reusedTokens > report.videoTokens);
    CHECK(report.reusedTokens < report.promptTokens);
}

Plan plannedIn(RecordedSession& recorded, const AskRequest& request) {
    const RequestId id = recorded.session().plan(request);
    recorded.waitUntil(id,
                       [](const Event& event) { return std::holds_alternative<PlanReady>(event); });
    return std::get<PlanReady>(recorded.eventsOf(id).back()).plan;
}

}  // namespace

TEST_CASE("second and third questions reuse the video and answer as fresh runs do") {
    const auto kind = GENERATE(AttentionKind::kDense, AttentionKind::kSparse);
    RecordedSession recorded;
    const AskRequest first = longQuestion(kind, "What happens?");
    const AnswerReport begun = answer(recorded, first);
    CHECK(begun.reusedTokens == 0);
    CHECK(begun.answer == freshAnswer(first).answer);

    const AskRequest another = longQuestion(kind, "Which colours are there, and when do they go?");
    checkReused(answer(recorded, another), another);

    AskRequest followUp = longQuestion(kind, "And after that?");
    followUp.history = {{first.question, begun.answer}, {"Really?", "Yes."}};
    checkReused(answer(recorded, followUp), followUp);

    checkReused(answer(recorded, first), first);
}

TEST_CASE("a stopped answer leaves its video reusable and changes no later answer") {
    const auto phase = GENERATE(Phase::kDecode, Phase::kPrefill, Phase::kAnswer);
    RecordedSession recorded;
    AskRequest request = longQuestion(AttentionKind::kSparse, "What happens?");
    request.generation.maxNewTokens = 5000;
    const RequestId id = recorded.session().ask(request);
    // The prompt is read while the video is still encoded; what is stopped then leaves nothing.
    bool isAllSeen = phase == Phase::kDecode;
    recorded.waitUntil(id, [&](const Event& event) {
        const auto* progress = std::get_if<Progress>(&event);
        if (inPhase(event, Phase::kEncode) && progress->done == progress->total) isAllSeen = true;
        return isAllSeen && inPhase(event, phase);
    });
    recorded.session().cancel(id);
    recorded.waitFor(id);

    request.generation.maxNewTokens = 24;
    const AnswerReport report = answer(recorded, request);
    CHECK(report.answer == freshAnswer(request).answer);
    if (phase != Phase::kDecode) CHECK(report.featuresFromCache);
    if (phase == Phase::kAnswer) CHECK(report.reusedTokens > report.videoTokens);
}

TEST_CASE("plans, failures and runs that may not reuse leave what is kept alone") {
    RecordedSession recorded;
    const AskRequest request = longQuestion(AttentionKind::kDense, "What happens?");
    answer(recorded, request);

    AskRequest other = tinyQuestion(3);
    plannedIn(recorded, request);
    plannedIn(recorded, other);
    other.video = emptyFolder("none") / "missing.mp4";
    CHECK(std::holds_alternative<Failed>(recorded.waitFor(recorded.session().ask(other))));
    AskRequest alone = request;
    alone.mayReuse = false;
    CHECK(answer(recorded, alone).reusedTokens == 0);

    checkReused(answer(recorded, request), request);
}

TEST_CASE("keys and values are reused only by questions that would compute the same ones") {
    RecordedSession recorded;
    const AskRequest dense = longQuestion(AttentionKind::kDense, "What happens?");
    answer(recorded, dense);

    struct Change {
        const char* what;
        bool sameFeatures;
        std::function<void(AskRequest&)> apply;
    };

    const Change change = GENERATE(values<Change>({
        {"sparse", true, [](AskRequest& r) { r.attention.kind = AttentionKind::kSparse; }},
        {"system prompt", true, [](AskRequest& r) { r.systemPrompt = "Be short."; }},
        {"fewer frames", false, [](AskRequest& r) { r.sampling.frames = 8; }},
        {"range", false, [](AskRequest& r) { r.sampling.fromS = 2; }},
        {"another video", false, [](AskRequest& r) { r.video = testClip(10); }},
    }));
    CAPTURE(change.what);
    AskRequest changed = dense;
    change.apply(changed);
    const AnswerReport report = answer(recorded, changed);
    CHECK(report.reusedTokens == 0);
    CHECK(report.featuresFromCache == change.sameFeatures);
    CHECK(report.answer == freshAnswer(changed).answer);
}

TEST_CASE("who asks in turn about different videos finds each kept") {
    RecordedSession recorded;
    AskRequest one = longQuestion(AttentionKind::kDense, "What happens?");
    AskRequest other = one, third = one;
    other.video = testClip(10);
    third.attention.kind = AttentionKind::kSparse;
    for (const AskRequest& request : {one, other, third}) answer(recorded, request);
    for (AskRequest request : {one, other, third, one, other}) {
        request.question = "Which colours are there?";
        checkReused(answer(recorded, request), request);
        CHECK(plannedIn(recorded, request).forecast.has_value() ==
              plannedIn(recorded, one).forecast.has_value());
    }
}

TEST_CASE("of videos that do not fit beside each other the oldest goes") {
    RecordedSession recorded;
    const AskRequest one = longQuestion(AttentionKind::kDense, "What happens?");
    AskRequest other = one, tight = one;
    other.video = testClip(10);
    tight.video = testClip(3);
    tight.maxMemoryBytes = 1;
    answer(recorded, one);
    const std::int64_t prefixBytes = plannedIn(recorded, one).cacheBytes;
    answer(recorded, other);
    // Room for the third question and for one more's keys and values, not for two.
    tight.maxMemoryBytes = plannedIn(recorded, tight).memoryBytes();
    tight.maxMemoryBytes += prefixBytes + prefixBytes / 2;
    answer(recorded, tight);
    CHECK(answer(recorded, one).reusedTokens == 0);
}

TEST_CASE("sparse runs of different thresholds do not share keys and values") {
    RecordedSession recorded;
    AskRequest request = longQuestion(AttentionKind::kSparse, "What happens?");
    answer(recorded, request);
    request.attention.selector.threshold = 0.601;
    CHECK(answer(recorded, request).reusedTokens == 0);
    // Rows that stay dense because of the question's length would be the video's own.
    request.attention.denseLastTokens = 1000;
    answer(recorded, request);
    CHECK(answer(recorded, request).reusedTokens == 0);
}

TEST_CASE("a video that changed under the same name is seen anew") {
    RecordedSession recorded;
    AskRequest request = longQuestion(AttentionKind::kDense, "What happens?");
    request.video = emptyFolder("changing") / "clip.mp4";
    std::filesystem::copy_file(testClip(20), request.video);
    answer(recorded, request);
    std::filesystem::copy_file(testClip(10), request.video,
                               std::filesystem::copy_options::overwrite_existing);
    const AnswerReport report = answer(recorded, request);
    CHECK_FALSE(report.featuresFromCache);
    CHECK(report.reusedTokens == 0);
    CHECK(report.lastFrameS < 10);
}

TEST_CASE("the frames of a reused video are shown again") {
    RecordedSession recorded;
    AskRequest request = longQuestion(AttentionKind::kDense, "What happens?");
    request.wantFrames = true;
    answer(recorded, request);
    const RequestId id = recorded.session().ask(request);
    recorded.waitFor(id);
    std::vector<double> times;
    for (const Event& event : recorded.eventsOf(id)) {
        if (const auto* frame = std::get_if<FrameSeen>(&event)) times.push_back(frame->timeS);
    }
    checkReused(answer(recorded, request), request);
    CHECK(times == answer(recorded, request).frameTimesS);
}

TEST_CASE("what is kept gives way to a question that needs its memory") {
    RecordedSession recorded;
    const AskRequest kept = longQuestion(AttentionKind::kDense, "What happens?");
    answer(recorded, kept);
    AskRequest tight = kept;
    tight.mayReuse = false;
    tight.maxMemoryBytes = plannedIn(recorded, tight).memoryBytes();
    answer(recorded, tight);
    const AnswerReport report = answer(recorded, kept);
    CHECK(report.reusedTokens == 0);
    CHECK(report.answer == freshAnswer(kept).answer);
}
