// XAttention (arXiv 2503.16428): the blocks whose antidiagonal sums promise the most attention
// mass. With the diagonal or a random pattern instead, which show what the antidiagonal is worth.

#include <optional>
#include <utility>

#include "core/attention/selector_table.h"
#include "core/attention/threshold_file.h"
#include "core/base/format_text.h"
#include "core/base/option_names.h"

namespace reelquery {

namespace {

class XAttentionSelector final : public BlockSelector {
  public:
    XAttentionSelector(const SelectorRequest& request, std::optional<ThresholdTable> thresholds)
        : thresholds_(std::move(thresholds)), kernels_(request.kernels) {
        params_.stride = request.options.stride;
        params_.pattern = request.options.pattern;
        threshold_ = request.options.threshold.value_or(kDefaultThreshold);
        params_.threshold = static_cast<float>(threshold_);
        params_.sinkBlocks = request.options.sinkBlocks;
        params_.recentBlocks = request.options.recentBlocks;
    }

    SelectedBlocks select(const AttentionCall& call,
                          std::int64_t denseFromPosition) const override {
        kernels::SelectionParams params = params_;
        if (thresholds_) params.thresholdPerHead = thresholds_->layer(call.layer).data();
        params.denseFromPosition = denseFromPosition;
        return kernels_->select(call, params);
    }

    std::int64_t forcedBlocks(bool causal) const override {
        return params_.sinkBlocks + (causal ? params_.recentBlocks : 0);
    }

    std::string name() const override {
        // The default goes without saying.
        const bool isPaper = params_.pattern == kernels::ScorePattern::kAntidiagonal;
        const std::string pattern = isPaper ? "" : formatText(" %s", nameOf(params_.pattern));
        const std::string tau = thresholds_ ? "tau per head" : formatText("tau=%.2f", threshold_);
        return formatText("xattention S=%d%s %s", params_.stride, pattern.c_str(), tau.c_str());
    }

    std::string whyNot(bool bfloat16, int headDim) const override {
        return kernels_->whyNotSparse(bfloat16, headDim);
    }

    std::string costKey() const override { return formatText("S%d", params_.stride); }

  private:
    double threshold_ = kDefaultThreshold;  ///< of all heads where there is no table
    std::optional<ThresholdTable> thresholds_;
    kernels::SelectionParams params_;
    std::shared_ptr<const AttentionKernels> kernels_;
};

}  // namespace

std::unique_ptr<BlockSelector> makeXAttentionSelector(const SelectorRequest& request) {
    const SelectorOptions& options = request.options;
    std::optional<ThresholdTable> thresholds;
    if (!options.thresholdsFile.empty()) {
        thresholds = readThresholds(options.thresholdsFile);
        checkThresholds(*thresholds, options.thresholdsFile, request.layers, request.heads,
                        options.stride);
    }
    return std::make_unique<XAttentionSelector>(request, std::move(thresholds));
}

}  // namespace reelquery
