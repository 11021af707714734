#include "core/attention/mass_recorder.h"

#include <catch2/catch.hpp>

#include "tests/unit/attention/random_call.h"

using namespace reelquery;
using namespace reelquery::test;

TEST_CASE("recorded rows answer as attention does, in float32 and bf16") {
    const auto type = GENERATE(at::kFloat, at::kBFloat16);
    const RandomTensors random(4, 2, 64, 9, 300, type);
    const MassRecorder recorder({{0, 200, 10}});
    const at::Tensor out = recorder.attend(random.call(), nullptr);
    CHECK(out.scalar_type() == type);
    const at::Tensor exact = byMatrices(random.call());
    const double error = ((out.to(at::kDouble) - exact).norm() / exact.norm()).item<double>();
    CHECK(error < (type == at::kFloat ? 1e-5 : 1e-2));
}

TEST_CASE("the mass of a group is the largest of the rows' softmax sums over its keys") {
    const RandomTensors first(4, 2, 64, 5, 100, at::kFloat, 1.0);
    const RandomTensors second(4, 2, 64, 5, 100, at::kFloat, 3.0);
    const MassRecorder recorder({{10, 30, 2}, {50, 80, 3}});
    recorder.attend(first.call(), nullptr);
    recorder.attend(second.call(), nullptr);
    const at::Tensor mass = recorder.massPerLayer().at(0);
    REQUIRE(mass.sizes() == at::IntArrayRef({4, 5}));

    const auto probabilities = [](const RandomTensors& random) {  // [Hq, Lq, Lk] in double
        const at::Tensor k = random.k.to(at::kDouble).repeat_interleave(2, 0);
        at::Tensor logits = at::matmul(random.q.to(at::kDouble), k.transpose(1, 2)) / 8.0;
        const at::Tensor own = at::arange(95, 100).unsqueeze(1);
        logits.masked_fill_(at::arange(100).unsqueeze(0).gt(own), -INFINITY);
        return logits.softmax(-1);
    };
    const at::Tensor rows = at::cat({probabilities(first), probabilities(second)}, 1);
    const std::int64_t bounds[][2] = {{10, 20}, {20, 30}, {50, 60}, {60, 70}, {70, 80}};
    for (std::int64_t group = 0; group < 5; ++group) {
        const at::Tensor wanted =
            rows.slice(2, bounds[group][0], bounds[group][1]).sum(2).amax(1);  // [Hq]
        CHECK((mass.select(1, group) - wanted).abs().max().item<double>() < 1e-5);
    }
}

TEST_CASE("layers before the first are computed and not recorded") {
    const RandomTensors random(4, 2, 64, 5, 100);
    const MassRecorder recorder({{10, 30, 2}}, 3);
    const at::Tensor early = recorder.attend(random.call(0, 2), nullptr);
    CHECK(recorder.massPerLayer().empty());
    const at::Tensor late = recorder.attend(random.call(0, 3), nullptr);
    CHECK(recorder.massPerLayer().size() == 1);
    CHECK(at::equal(early, late));
}
