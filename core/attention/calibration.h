#pragma once
// Finds, for every layer and head, the smallest threshold whose kept blocks hold a wanted share of
// the true attention mass.
//
// The paper predicts thresholds from whole-model scores, which costs thousands of evaluations; its
// authors point to this cheaper profile instead. Here the threshold is solved for exactly: each
// block of a row enters at a known threshold (the estimated mass before it, by the selection rule),
// so the share of the true mass is a step function of the threshold.

#include <memory>
#include <vector>

#include "core/attention/attention_backend.h"
#include "core/attention/attention_kernels.h"
#include "core/attention/threshold_file.h"

namespace reelquery {

struct CalibrationOptions {
    int stride = 16;
    double coverage = 0.9;  ///< wanted share of the true mass, in (0, 1]
    int sinkBlocks = 1;
    int recentBlocks = 1;
};

/// The smallest threshold of one head. estimated and actual: [NQ][NK] block masses, row by row;
/// firstBlock: global index of row 0; causal rows see the columns up to their own index.
/// 1 where only keeping everything reaches the coverage.
float smallestThreshold(const std::vector<float>& estimated, const std::vector<float>& actual,
                        std::int64_t rows, std::int64_t columns, std::int64_t firstBlock,
                        bool causal, const CalibrationOptions& options);

/// Answers densely and, on the way, raises the thresholds so that every prefill call it has seen is
/// covered: run it over the calibration clips, one whole prompt per call, then take the table.
/// Single queries and calls without blocks to choose from are passed over. CPU tensors.
class CalibratingBackend final : public AttentionBackend {
  public:
    /// layers, heads: of the model. Errors: Error{kUsage} for options out of range.
    CalibratingBackend(int layers, int heads, const CalibrationOptions& options);
    ~CalibratingBackend() override;

    at::Tensor attend(const AttentionCall& call, AttentionRecorder* recorder) const override;

    std::string name() const override { return "dense, calibrating"; }

    /// The maxima so far; 0 for layers that no call has reached. model: for people.
    ThresholdTable thresholds(const std::string& model) const;

  private:
    CalibrationOptions options_;
    std::unique_ptr<AttentionKernels> kernels_;
    mutable std::vector<std::vector<float>> perLayer_;  // [layers][Hq]; attend() is not concurrent
};

}  // namespace reelquery
