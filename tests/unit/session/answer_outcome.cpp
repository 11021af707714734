#include "tests/unit/session/answer_outcome.h"

#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <utility>

#include "core/session/ask/prepared_answer.h"
#include "core/session/ask/reading_along.h"
#include "core/session/plan/frame_rules.h"
#include "core/session/plan/make_question.h"
#include "vision/video/video_probe.h"

namespace reelquery {

Question madeQuestion(const AskRequest& request) {
    initVideoLibrary();
    return makeQuestion(request, frameRulesOf, {});
}

Outcome outcomeOf(const AskRequest& request, bool along, WarmState& warm) {
    const Question asked = madeQuestion(request);
    Outcome out;
    bool isAllSeen = false;
    const AnswerSink sink = [&](const AnswerEvent& event) {
        const auto* progress = std::get_if<Progress>(&event);
        if (!progress) return;
        if (progress->phase == Phase::kEncode) isAllSeen = progress->done == progress->total;
        if (progress->phase == Phase::kPrefill && !isAllSeen) out.isReadBeforeAllIsSeen = true;
    };
    const CancelToken never;
    const AskContext ask{asked, 1, sink, never};
    ReadingAlong reading(ask, warm);
    const PreparedQuestion prepared = prepareQuestion(ask, warm, along ? &reading : nullptr);
    reading.settle(prepared);
    std::string said;
    PreparedAnswer answer = answerPrepared({.request = request,
                                            .id = 1,
                                            .prepared = prepared,
                                            .model = warm.model(),
                                            .backend = reading.backend(),
                                            .prefillEvents = sink,
                                            .answerEvents = sink,
                                            .session = reading.session(),
                                            .cancel = never,
                                            .reading = reading.reading()},
                                           said);
    out.report = std::move(answer.report);
    out.logits = std::move(answer.promptLogits);
    out.video = prepared.video;
    const KvCache& cache = reading.session().cache();
    for (std::int64_t layer = 0; layer < warm.model().config().text.layers; ++layer) {
        out.keys.push_back(cache.keys(layer, cache.size()).clone());
        out.values.push_back(cache.values(layer, cache.size()).clone());
    }
    return out;
}

Outcome outcomeOf(const AskRequest& request, bool along) {
    WarmState warm{SessionStorage()};
    return outcomeOf(request, along, warm);
}

void checkSameOutcome(const Outcome& one, const Outcome& other) {
    CHECK(at::equal(one.logits, other.logits));
    CHECK(one.report.answer == other.report.answer);
    CHECK(one.report.answerTokens == other.report.answerTokens);
    CHECK(one.report.promptTokens == other.report.promptTokens);
    CHECK(one.report.frameTimesS == other.report.frameTimesS);
    CHECK(one.report.density == other.report.density);
    CHECK(one.report.layers.size() == other.report.layers.size());
    CHECK(at::equal(one.video->rows, other.video->rows));
    REQUIRE(one.video->deep.size() == other.video->deep.size());
    for (std::size_t i = 0; i < one.video->deep.size(); ++i)
        CHECK(at::equal(one.video->deep[i], other.video->deep[i]));
    CHECK(one.video->grid.t == other.video->grid.t);
    CHECK(one.video->secondsPerPair == other.video->secondsPerPair);
    REQUIRE(one.keys.size() == other.keys.size());
    for (std::size_t layer = 0; layer < one.keys.size(); ++layer) {
        CHECK(at::equal(one.keys[layer], other.keys[layer]));
        CHECK(at::equal(one.values[layer], other.values[layer]));
    }
}

}  // namespace reelquery
