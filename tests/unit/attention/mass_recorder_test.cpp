#include "core/attention/mass_recorder.h"

#include <catch2/catch.hpp>

#include "core/attention/torch_bridge.h"
#include "tests/unit/attention/counted_memory.h"
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

TEST_CASE("rows in slices give the masses and the answer of all rows at once") {
    const auto type = GENERATE(at::kFloat, at::kBFloat16);
    const RandomTensors random(6, 2, 64, 17, 1003, type, 3.0);
    const std::vector<KeyRun> runs = {{0, 100, 4}, {101, 901, 100}, {985, 986, 1}};
    const MassRecorder whole(runs, 0, std::int64_t{1} << 40);
    const at::Tensor expected = whole.attend(random.call(), nullptr);
    const std::int64_t row =
        massScratchBytes(attentionInputs(random.call()).shape, 105, std::int64_t{1});
    for (const std::int64_t sliceBytes : {std::int64_t{1}, 5 * row}) {
        const MassRecorder sliced(runs, 0, sliceBytes);
        const at::Tensor out = sliced.attend(random.call(), nullptr);
        const double scale = expected.to(at::kFloat).abs().max().item<double>();
        CHECK((out - expected).abs().max().item<double>() <=
              scale * (type == at::kFloat ? 1e-6 : 8e-3));
        const at::Tensor mass = sliced.massPerLayer().at(0), wanted = whole.massPerLayer().at(0);
        REQUIRE(mass.sizes() == at::IntArrayRef({6, 105}));
        CHECK((mass - wanted).abs().max().item<double>() < 1e-6);
    }
}

TEST_CASE("recording keeps to the memory that is planned for it") {
    const auto type = GENERATE(at::kFloat, at::kBFloat16);
    const auto [queries, sliceBytes] = GENERATE(table<std::int64_t, std::int64_t>(
        {{64, kMassSliceBytes}, {64, std::int64_t{8} << 20}, {3, kMassSliceBytes}}));
    const RandomTensors random(14, 2, 64, queries, 20001, type);
    const AttentionCall call = random.call();
    const MassRecorder recorder({{4, 15004, 75}, {16000, 19000, 3}}, 0, sliceBytes);
    const std::int64_t outputBytes =
        queries * 14 * 64 * static_cast<std::int64_t>(c10::elementSize(type));
    const std::int64_t kept = 3 * 14 * 78 * 4;  // the slice's, the head's and the layer's
    const CountedMemory memory;
    const at::Tensor out = recorder.attend(call, nullptr);
    const std::int64_t planned =
        massScratchBytes(attentionInputs(call).shape, 78, sliceBytes) + outputBytes + kept;
    CAPTURE(at::toString(type), queries, sliceBytes, planned);
    CHECK(memory.peakBytes() <= planned);
    CHECK(memory.peakBytes() > planned / 2);
}

TEST_CASE("a stop ends recording early") {
    const RandomTensors random(2, 1, 64, 5, 500);
    AttentionCall call = random.call();
    std::stop_source source;
    source.request_stop();
    call.stop = source.get_token();
    const MassRecorder recorder({{0, 100, 4}});
    const CountedMemory poisoned;  // what nobody computes stays NaN
    CHECK(recorder.attend(call, nullptr).isnan().all().item<bool>());
    CHECK(recorder.massPerLayer().empty());
}

TEST_CASE("the memory planned for evidence over a long video is a slice, not all of its rows") {
    const kernels::AttentionShape shape{28,     4,    128,  64,
                                        131072, true, 0.1F, kernels::Dtype::kBfloat16};
    CHECK(massScratchBytes(shape, 384) <= kMassSliceBytes + 2 * 131072 * 128 * 4);
}
