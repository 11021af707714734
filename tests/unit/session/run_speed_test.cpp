#include "core/session/plan/run_speed.h"

#include <catch2/catch.hpp>

using namespace reelquery;

namespace {

Workload work() {
    Workload work{"qwen2_vl 8x384", "exact", "dense"};
    work.frames = 100;
    work.encodeFlop = 4e9;
    work.linearFlop = 6e9;
    work.attentionFlop = 2e9;
    return work;
}

AnswerReport measured() {
    AnswerReport report;
    report.decodeS = 5;
    report.encodeS = 2;
    report.prefillS = 4;
    report.attentionS = 1;
    report.firstTokenS = 11.5;
    return report;
}

}  // namespace

TEST_CASE("a question like the measured one is forecast to take as long") {
    const auto forecast = forecastOf(work(), {speedOf(measured(), work())});
    REQUIRE(forecast);
    CHECK(forecast->decodeS == Approx(5));
    CHECK(forecast->encodeS == Approx(2));
    CHECK(forecast->prefillS == Approx(4));
    CHECK(forecast->firstTokenS == Approx(11.5));
}

TEST_CASE("what is decoded while others work is not waited for") {
    // Decoding took 8 s, of which 5 were waited for: 3 of the 6 s that others worked hid it.
    AnswerReport report = measured();
    report.decodeStage = {8, 0};
    const std::vector<RunSpeed> runs = {speedOf(report, work())};
    CHECK(forecastOf(work(), runs)->firstTokenS == Approx(11.5));
    CHECK(forecastOf(work(), runs)->decodeS == Approx(5));
    // Twice the frames of the same size: twice all but attention, of which there is four times as
    // much. 16 s of decoding, half of the 14 s beside it hidden.
    Workload twice = work();
    twice.frames *= 2;
    twice.encodeFlop *= 2;
    twice.linearFlop *= 2;
    twice.attentionFlop *= 4;
    const Forecast longer = *forecastOf(twice, runs);
    CHECK(longer.encodeS + longer.prefillS == Approx(14));
    CHECK(longer.decodeS == Approx(9));
    CHECK(longer.firstTokenS == Approx(23.5));
    // Nothing to decode: nothing is waited for, and nothing hides.
    const KeptWork kept{.frames = true, .features = true};
    CHECK(forecastOf(workLeft(work(), kept, 1000), runs)->decodeS == 0);
}

TEST_CASE("a run too short to tell is not used") {
    // 1/40 of the work, under load six times slower than it should have been.
    Workload tiny = work();
    for (double* part : {&tiny.frames, &tiny.encodeFlop, &tiny.linearFlop, &tiny.attentionFlop})
        *part /= 40;
    AnswerReport loaded = measured();
    for (double* part : {&loaded.decodeS, &loaded.encodeS, &loaded.prefillS, &loaded.attentionS})
        *part *= 6.0 / 40;
    const RunSpeed shortRun = speedOf(loaded, tiny);
    CHECK_FALSE(forecastOf(work(), {shortRun}));
    CHECK(forecastOf(tiny, {shortRun}));
    // Beside one that tells it does not count either, nor does one whose time nobody wrote down.
    RunSpeed untold = speedOf(measured(), work());
    untold.encodedS.reset();
    untold.encodeFlopPerS = *untold.encodeFlopPerS * 100;
    const auto forecast = forecastOf(work(), {speedOf(measured(), work()), shortRun, untold});
    REQUIRE(forecast);
    CHECK(forecast->encodeS == Approx(2));
    CHECK(forecast->prefillS == Approx(4));
    CHECK(forecast->decodeS == Approx(5));
}

TEST_CASE("each part of a forecast grows with its own work") {
    Workload larger = work();
    larger.frames *= 2;
    larger.encodeFlop *= 3;
    larger.linearFlop *= 4;
    larger.attentionFlop *= 16;
    const auto forecast = forecastOf(larger, {speedOf(measured(), work())});
    REQUIRE(forecast);
    CHECK(forecast->decodeS == Approx(10));
    CHECK(forecast->encodeS == Approx(6));
    CHECK(forecast->prefillS == Approx(3 * 4 + 1 * 16));
}

TEST_CASE("what is kept costs nothing again") {
    const std::vector<RunSpeed> runs = {speedOf(measured(), work())};
    const auto left = [&](const KeptWork& kept) {
        return *forecastOf(workLeft(work(), kept, 1000), runs);
    };
    CHECK(left({}).firstTokenS == Approx(11.5));
    CHECK(left({.frames = false, .features = true}).firstTokenS == Approx(9.5));
    CHECK(left({.frames = true, .features = true}).firstTokenS == Approx(4.5));
    // Nine tenths of the prompt: a tenth of 3 s of products, 19 of 100 pairs of 1 s of attention.
    const Forecast second = left({.frames = true, .features = true, .prefixTokens = 900});
    CHECK(second.prefillS == Approx(0.3 + 0.19));
    CHECK(second.decodeS == 0);
    CHECK(second.encodeS == 0);
    CHECK(left({.prefixTokens = 5000}).prefillS == Approx(0));
}

TEST_CASE("a rate that no work needs may be unknown") {
    AnswerReport warm = measured();
    warm.featuresFromCache = true;
    const std::vector<RunSpeed> runs = {speedOf(warm, work())};
    const KeptWork kept{.frames = true, .features = true};
    CHECK(forecastOf(workLeft(work(), kept, 1000), runs)->prefillS == Approx(4));
}

TEST_CASE("one disturbed run does not move a forecast") {
    std::vector<RunSpeed> runs(4, speedOf(measured(), work()));
    AnswerReport disturbed = measured();
    disturbed.encodeS = 50;
    runs.push_back(speedOf(disturbed, work()));
    CHECK(forecastOf(work(), runs)->encodeS == Approx(2));
}

TEST_CASE("runs of the same model and the same kind count before others") {
    Workload other = work();
    other.model = "qwen2_vl 28x1536";
    other.attention = "xattention";
    AnswerReport slow = measured();
    slow.encodeS = 20;
    slow.attentionS = 3;
    const std::vector<RunSpeed> runs = {speedOf(measured(), work()), speedOf(slow, other)};
    CHECK(forecastOf(work(), runs)->encodeS == Approx(2));
    CHECK(forecastOf(other, runs)->encodeS == Approx(20));
    Workload unseen = work();
    unseen.model = "qwen2_5_vl 36x2048";
    CHECK(forecastOf(unseen, runs)->encodeS > 2);
}

TEST_CASE("nothing measured, or only from memory, forecasts nothing") {
    CHECK_FALSE(forecastOf(work(), {}));
    AnswerReport warm = measured();
    warm.featuresFromCache = true;
    CHECK_FALSE(forecastOf(work(), {speedOf(warm, work())}));
    warm = measured();
    warm.reusedTokens = 10;
    CHECK_FALSE(forecastOf(work(), {speedOf(warm, work())}));
}

TEST_CASE("the work of a prompt follows from the shapes") {
    ModelConfig config;
    config.spec = modelSpecs().front();
    config.text.layers = 2;
    config.text.hiddenSize = 8;
    config.text.intermediateSize = 16;
    config.text.heads = 2;
    config.text.kvHeads = 1;
    config.text.headDim = 4;
    config.vision.depth = 3;
    config.vision.width = 4;
    config.vision.intermediateSize = 8;
    const Workload work = workloadOf(config, 4, 10, 100);
    // q and o 8 x 8, k and v 8 x 4, three MLP matrices 8 x 16: 576 weights a layer.
    CHECK(work.linearFlop == Approx(2 * 100 * 2 * 576.0));
    // Each of 100 * 100 / 2 pairs costs q.k and p.v of width 8 in 2 layers.
    CHECK(work.attentionFlop == Approx(4 * 8 * 2 * 5000.0));
    // 40 patches, 20 a pair; a block has 4 (4 4 + 2 8) = 128 weights.
    CHECK(work.encodeFlop == Approx(40 * 3 * (2 * 128.0 + 4 * 4 * 20)));
    CHECK(work.model == config.spec->type + " 2x8");
    config.vision.spec.gateName = "mlp.gate_proj";  // a third matrix of 4 8
    CHECK(workloadOf(config, 4, 10, 100).encodeFlop == Approx(40 * 3 * (2 * 160.0 + 4 * 4 * 20)));
}
