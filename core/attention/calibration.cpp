#include "core/attention/calibration.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "core/attention/dense_backend.h"
#include "core/attention/torch_bridge.h"
#include "core/attention/true_mass.h"
#include "core/base/error.h"
#include "core/device/torch_workers.h"
#include "kernels/cpu/cpu_attention.h"

namespace reelquery {

namespace {

// A block that joins its row once the threshold exceeds `from`, and the true mass it brings.
struct Step {
    float from = 0;
    float mass = 0;
};

// Appends the steps of one row, in the order of Note [Which blocks a row keeps], and returns the
// mass of its forced blocks. A test holds the order to the reference's.
double addRowSteps(const float* estimated, const float* actual, std::int64_t visible,
                   std::int64_t self, bool causal, const CalibrationOptions& options,
                   std::vector<Step>& steps) {
    double total = 0, kept = 0, forced = 0;
    std::vector<std::int64_t> others;
    for (std::int64_t j = 0; j < visible; ++j) {
        total += estimated[j];
        if (j < options.sinkBlocks || (causal && j > self - options.recentBlocks)) {
            kept += estimated[j];
            forced += actual[j];
        } else {
            others.push_back(j);
        }
    }
    std::sort(others.begin(), others.end(), [&](std::int64_t a, std::int64_t b) {
        if (estimated[a] != estimated[b]) return estimated[a] > estimated[b];
        const std::int64_t fromA = std::abs(a - self), fromB = std::abs(b - self);
        return fromA != fromB ? fromA < fromB : a < b;
    });
    for (const std::int64_t j : others) {
        steps.push_back({static_cast<float>(total > 0 ? kept / total : 1), actual[j]});
        kept += estimated[j];
    }
    return forced;
}

}  // namespace

float smallestThreshold(const std::vector<float>& estimated, const std::vector<float>& actual,
                        std::int64_t rows, std::int64_t columns, std::int64_t firstBlock,
                        bool causal, const CalibrationOptions& options) {
    std::vector<Step> steps;
    double covered = 0;
    for (std::int64_t r = 0; r < rows; ++r) {
        const std::int64_t self = firstBlock + r, visible = causal ? self + 1 : columns;
        covered += addRowSteps(estimated.data() + r * columns, actual.data() + r * columns, visible,
                               self, causal, options, steps);
    }
    const double wanted = options.coverage * std::accumulate(actual.begin(), actual.end(), 0.0);
    if (!std::isfinite(wanted)) return 1;
    std::sort(steps.begin(), steps.end(),
              [](const Step& a, const Step& b) { return a.from < b.from; });
    float threshold = 0;
    for (std::size_t i = 0; i < steps.size() && covered < wanted; ++i) {
        covered += steps[i].mass;
        threshold = std::nextafter(steps[i].from, 2.0f);  // a block enters above, not at, its step
    }
    return covered < wanted ? 1.0f : std::min(threshold, 1.0f);
}

CalibratingBackend::CalibratingBackend(int layers, int heads, const CalibrationOptions& options)
    : options_(options),
      kernels_(makeAttentionKernels(DeviceKind::kCpu)),
      perLayer_(static_cast<std::size_t>(layers),
                std::vector<float>(static_cast<std::size_t>(heads), 0.0f)) {
    if (!(options.coverage > 0 && options.coverage <= 1))
        throw Error(ErrorCode::kUsage, "the coverage must lie above 0 and at most at 1",
                    "0.9 is the default");
    if (!kernels::isScoreStride(options.stride))
        throw Error(ErrorCode::kUsage, "the attention stride must be 4, 8 or 16",
                    "16 is the default");
}

CalibratingBackend::~CalibratingBackend() = default;

at::Tensor CalibratingBackend::attend(const AttentionCall& call,
                                      AttentionRecorder* recorder) const {
    at::Tensor out = attendDensely(*kernels_, call, recorder, statsOf(call));
    const kernels::AttentionInputs inputs = attentionInputs(call);
    const kernels::AttentionShape& shape = inputs.shape;
    const int forced = options_.sinkBlocks + (shape.causal ? options_.recentBlocks : 0);
    if (shape.queries == 1 || kernels::keyBlocks(shape) <= forced) return out;

    kernels::SelectionParams params;
    params.stride = options_.stride;
    params.sinkBlocks = options_.sinkBlocks;
    params.recentBlocks = options_.recentBlocks;
    kernels::BlockSelection selection;
    std::vector<float> estimated;
    TorchWorkers workers;
    kernels::Workspace workspace;
    throwIfFailed(kernels::selectBlocks(inputs, params,
                                        {workers, workspace, kernels::bestCpuIsa(), call.stop},
                                        selection, &estimated));
    const at::Tensor mass = trueBlockMass(call).contiguous();
    if (call.stop.stop_requested()) return out;

    std::vector<float>& thresholds = perLayer_.at(static_cast<std::size_t>(call.layer));
    const std::int64_t cells = selection.rows * selection.pitch;
    for (std::int64_t h = 0; h < shape.heads; ++h) {
        const float* estimate = estimated.data() + h * cells;
        const float* actual = mass.const_data_ptr<float>() + h * cells;
        float& threshold = thresholds.at(static_cast<std::size_t>(h));
        threshold = std::max(
            threshold, smallestThreshold({estimate, estimate + cells}, {actual, actual + cells},
                                         selection.rows, selection.pitch,
                                         kernels::firstQueryBlock(shape), shape.causal, options_));
    }
    return out;
}

ThresholdTable CalibratingBackend::thresholds(const std::string& model) const {
    return {model, options_.stride, options_.coverage, perLayer_};
}

}  // namespace reelquery
