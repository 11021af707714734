// Auto mode, forecasts and their file in whole questions.

#include <catch2/catch.hpp>
#include <fstream>

#include "core/session/plan/measurements.h"
#include "core/spec/model_config.h"
#include "tests/unit/session/recorded_session.h"

using namespace reelquery;

namespace {

/// The tiny checkpoint's heads.
CostShape tinyHeads() {
    AskRequest request = tinyQuestion(3);
    const ModelConfig config = readModelConfig(request.model.folder);
    return {static_cast<int>(config.text.heads),
            static_cast<int>(config.text.kvHeads),
            static_cast<int>(config.text.headDim),
            {},
            "S16"};
}

/// A file in which sparse attention costs nothing, or never pays.
std::filesystem::path costsFile(const std::string& name, bool sparsePays) {
    const auto file = emptyFolder(name) / "measurements.json";
    AttentionCosts costs;
    costs.dense.nsPerPair = 10;
    costs.selection.nsPerPair = sparsePays ? 0 : 20;
    Measurements(file).keep("cpu", tinyHeads(), costs);
    return file;
}

AskRequest longAutoQuestion() {
    AskRequest request = tinyQuestion(60);
    request.sampling.maxVideoTokens = 2048;
    request.attention.kind = AttentionKind::kAuto;
    return request;
}

SessionStorage withFile(const std::filesystem::path& file) {
    SessionStorage storage;
    storage.measurementsFile = file;
    return storage;
}

}  // namespace

TEST_CASE("auto reads a short prompt densely and says why for every layer") {
    RecordedSession recorded;
    AskRequest request = tinyQuestion(3);
    request.sampling.maxVideoTokens = 64;
    request.attention.kind = AttentionKind::kAuto;
    const AnswerReport report = answer(recorded, request);
    REQUIRE_FALSE(report.layers.empty());
    for (const LayerAttention& layer : report.layers) {
        CHECK_FALSE(layer.sparse);
        CHECK_FALSE(layer.why.empty());
    }
    CHECK(report.density == 1);
    request.attention.kind = AttentionKind::kDense;
    CHECK(answer(recorded, request).answer == report.answer);
}

TEST_CASE("auto does what the measured costs say") {
    const bool sparsePays = GENERATE(true, false);
    RecordedSession recorded(withFile(costsFile("costs", sparsePays)));
    const AnswerReport report = answer(recorded, longAutoQuestion());
    CHECK((report.density < 1) == sparsePays);
    for (const LayerAttention& layer : report.layers) {
        CHECK(layer.sparse == sparsePays);
        CHECK_FALSE(layer.why.empty());
    }
}

TEST_CASE("a comparison with auto decides by the same costs, and its layers add up") {
    const bool sparsePays = GENERATE(true, false);
    const int rounds = sparsePays ? 3 : 1;
    RecordedSession recorded(withFile(costsFile("compared", sparsePays)));
    const Event last = recorded.waitFor(recorded.session().compare({longAutoQuestion(), rounds}));
    REQUIRE(std::holds_alternative<ComparisonDone>(last));
    const ComparisonReport report = std::get<ComparisonDone>(last).report;
    for (const LayerAttention& layer : report.sparse.report.layers)
        CHECK(layer.sparse == sparsePays);
    for (const ComparedSide* side : {&report.dense, &report.sparse}) {
        double sumS = 0;
        for (const LayerAttention& layer : side->report.layers) sumS += layer.attentionS;
        CHECK(sumS == Approx(side->report.attentionS));
    }
}

TEST_CASE("auto with the same costs gives the same answer, also over a reused video") {
    const auto file = costsFile("same", true);
    RecordedSession first(withFile(file)), second(withFile(file));
    const AskRequest request = longAutoQuestion();
    const AnswerReport fresh = answer(first, request);
    const AnswerReport reused = answer(first, request);
    CHECK(reused.reusedTokens > 0);
    CHECK(reused.answer == fresh.answer);
    CHECK(answer(second, request).answer == fresh.answer);
}

TEST_CASE("a damaged file of measurements is measured anew, and answers go on") {
    const auto file = emptyFolder("torn") / "measurements.json";
    std::ofstream(file) << "{\"version\": 2, \"attention\": {\"cpu";
    RecordedSession recorded(withFile(file));
    CHECK_FALSE(answer(recorded, longAutoQuestion()).answer.empty());
    CHECK(Measurements(file).runs("cpu", "float32").size() == 1);  // the file is whole again
}

TEST_CASE("a plan tells the time once a question was answered, also in the next session") {
    const auto file = emptyFolder("forecast") / "measurements.json";
    const AskRequest request = tinyQuestion(3);
    const auto planned = [&](RecordedSession& recorded) {
        const RequestId id = recorded.session().plan(request);
        recorded.waitUntil(
            id, [](const Event& event) { return std::holds_alternative<PlanReady>(event); });
        return std::get<PlanReady>(recorded.eventsOf(id).back()).plan;
    };
    AnswerReport report;
    {
        RecordedSession first(withFile(file));
        CHECK_FALSE(planned(first).forecast);
        report = answer(first, request);
        const auto again = planned(first).forecast;
        REQUIRE(again);
        CHECK(again->encodeS == 0);  // the features are kept, and most keys and values
        CHECK(again->prefillS < report.prefillS / 2);
    }
    RecordedSession second(withFile(file));
    const auto anew = planned(second).forecast;
    REQUIRE(anew);
    CHECK(anew->encodeS == Approx(report.encodeS));  // the same work at the measured rate
}
