#include <catch2/catch.hpp>
#include <random>

#include "core/attention/backend_factory.h"
#include "core/attention/calibration.h"
#include "core/attention/relative_difference.h"
#include "core/attention/threshold_file.h"
#include "core/attention/torch_bridge.h"
#include "core/attention/true_mass.h"
#include "core/base/error.h"
#include "kernels/reference/score_reference.h"
#include "kernels/reference/selection_reference.h"
#include "random_call.h"

namespace reelquery::test {

namespace {

CalibrationOptions wanting(double coverage) {
    CalibrationOptions options;
    options.coverage = coverage;
    return options;
}

// Share of the true mass that the reference's selection keeps at a threshold.
double coveredShare(const AttentionCall& call, const at::Tensor& mass, int head, float tau) {
    const kernels::AttentionInputs inputs = attentionInputs(call);
    const auto estimate = kernels::reference::scoreBlocks(inputs, 16);
    kernels::SelectionParams params;
    params.threshold = tau;
    const auto kept = kernels::reference::selectBlocks(estimate, inputs.shape, params);
    double covered = 0;
    for (std::int64_t r = 0; r < estimate.rows; ++r) {
        const std::int64_t row = head * estimate.rows + r;
        for (int n = 0; n < kept.counts[row]; ++n)
            covered += mass[head][r][kept.columns[row * kept.pitch + n]].item<float>();
    }
    return covered / mass[head].sum().item<float>();
}

}  // namespace

TEST_CASE("the true mass is the dense softmax added up by blocks") {
    const RandomTensors random(4, 2, 16, 200, 300);
    const AttentionCall call = random.call();
    const at::Tensor mass = trueBlockMass(call);
    CHECK(mass.sizes() == at::IntArrayRef({4, 3, 3}));
    const at::Tensor k = random.k.repeat_interleave(2, 0);
    at::Tensor logits = at::matmul(random.q, k.transpose(1, 2)) * call.scale;
    for (int i = 0; i < 200; ++i) logits.select(1, i).slice(1, 100 + i + 1).fill_(-INFINITY);
    const at::Tensor p = logits.softmax(-1);
    // Queries 0..27 lie in block 0, 28..155 in block 1, the rest in block 2.
    const int first[4] = {0, 28, 156, 200};
    for (int r = 0; r < 3; ++r)
        for (int j = 0; j < 3; ++j)
            for (int h = 0; h < 4; ++h)
                CHECK(mass[h][r][j].item<float>() ==
                      Approx(p[h].slice(0, first[r], first[r + 1])
                                 .slice(1, j * 128, std::min(300, (j + 1) * 128))
                                 .sum()
                                 .item<float>())
                          .margin(1e-4));
}

TEST_CASE("the smallest threshold is the one worked out by hand") {
    // One row of 4 blocks, forced {0, 3}. Estimated order: 1 (from 0.2), then 2 (from 0.7).
    const std::vector<float> estimated{1, 5, 3, 1}, actual{2, 3, 4, 1};
    const auto at = [&](double coverage) {
        return smallestThreshold(estimated, actual, 1, 4, 3, true, wanting(coverage));
    };
    CHECK(at(0.3) == 0.0f);
    CHECK(at(0.31) == Approx(0.2f).margin(1e-6));
    CHECK(at(0.31) > 0.2f);
    CHECK(at(0.6) == Approx(0.2f).margin(1e-6));
    CHECK(at(0.61) == Approx(0.7f).margin(1e-6));
    CHECK(at(1.0) <= 1.0f);
}

TEST_CASE("calibration knows the selection's rule, ties included") {
    // Masses of few values, so that most of them are equal, causal and not, forced blocks apart.
    const bool causal = GENERATE(true, false);
    const int sinkBlocks = GENERATE(1, 2), recentBlocks = GENERATE(1, 3);
    std::mt19937 random(static_cast<unsigned>(11 + sinkBlocks));
    constexpr std::int64_t kRows = 5, kColumns = 14;
    kernels::AttentionShape shape{1, 1, 64, kRows * 128, kColumns * 128, causal, 1.0F};
    const std::int64_t firstBlock = kernels::firstQueryBlock(shape);
    kernels::SelectionParams params;
    params.sinkBlocks = sinkBlocks;
    params.recentBlocks = recentBlocks;
    for (int round = 0; round < 40; ++round) {
        kernels::reference::BlockMass mass{kRows, kColumns, {}};
        std::vector<float> estimated, actual;
        double total = 0;
        for (std::int64_t cell = 0; cell < kRows * kColumns; ++cell) {
            const bool isVisible = !causal || cell % kColumns <= firstBlock + cell / kColumns;
            estimated.push_back(isVisible ? static_cast<float>(random() % 3) : 0.0F);
            actual.push_back(isVisible ? static_cast<float>(random() % 1000) : 0.0F);
            total += actual.back();
        }
        mass.values.assign(estimated.begin(), estimated.end());
        const auto covered = [&](float tau) {
            params.threshold = tau;
            const auto kept = kernels::reference::selectBlocks(mass, shape, params);
            double sum = 0;
            for (std::int64_t row = 0; row < kRows; ++row) {
                for (int n = 0; n < kept.counts[static_cast<std::size_t>(row)]; ++n) {
                    const auto at = static_cast<std::size_t>(row * kept.pitch + n);
                    sum += actual[static_cast<std::size_t>(row * kColumns) + kept.columns[at]];
                }
            }
            return sum / total;
        };
        for (const double coverage : {0.5, 0.6, 0.7, 0.8, 0.9, 0.97}) {
            CalibrationOptions options = wanting(coverage);
            options.sinkBlocks = sinkBlocks;
            options.recentBlocks = recentBlocks;
            const float tau =
                smallestThreshold(estimated, actual, kRows, kColumns, firstBlock, causal, options);
            CAPTURE(round, causal, sinkBlocks, recentBlocks, coverage, tau);
            CHECK(covered(tau) >= coverage);
            if (tau > 0) CHECK(covered(tau - 1e-4F) < coverage);
        }
    }
}

TEST_CASE("calibrated thresholds reach the coverage and lower ones do not") {
    const double coverage = GENERATE(0.7, 0.9);
    const RandomTensors random(2, 1, 64, 1500, 1500, at::kFloat, 4.0);
    const AttentionCall call = random.call(1500, 1);
    const CalibratingBackend backend(2, 2, wanting(coverage));
    const at::Tensor out = backend.attend(call, nullptr);
    CHECK(relativeDifference(out, byMatrices(call)) < 4e-6);
    const ThresholdTable table = backend.thresholds("test");
    CHECK(table.perLayer[0] == std::vector<float>{0, 0});
    const at::Tensor mass = trueBlockMass(call);
    for (int h = 0; h < 2; ++h) {
        const float tau = table.perLayer[1][h];
        CHECK(tau > 0);
        CHECK(tau < 1);
        CHECK(coveredShare(call, mass, h, tau + 1e-5f) >= coverage);
        CHECK(coveredShare(call, mass, h, tau - 1e-3f) < coverage);
    }
}

TEST_CASE("several clips take the largest threshold of each head") {
    const RandomTensors sharp(2, 1, 64, 1000, 1000, at::kFloat, 6.0);
    const RandomTensors flat(2, 1, 64, 1000, 1000, at::kFloat, 1.0);
    const auto after = [&](std::initializer_list<const RandomTensors*> clips) {
        const CalibratingBackend backend(1, 2, wanting(0.8));
        for (const RandomTensors* clip : clips) backend.attend(clip->call(1000), nullptr);
        return backend.thresholds("test").perLayer[0];
    };
    const auto a = after({&sharp}), b = after({&flat}), both = after({&sharp, &flat});
    for (int h = 0; h < 2; ++h) CHECK(both[h] == std::max(a[h], b[h]));
}

TEST_CASE("calibration options out of range are refused") {
    CHECK_THROWS_AS(CalibratingBackend(1, 1, wanting(0)), Error);
    CHECK_THROWS_AS(CalibratingBackend(1, 1, wanting(1.1)), Error);
    CalibrationOptions options;
    options.stride = 5;
    CHECK_THROWS_AS(CalibratingBackend(1, 1, options), Error);
}

}  // namespace reelquery::test
