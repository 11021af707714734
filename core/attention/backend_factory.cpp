#include "core/attention/backend_factory.h"

#include "core/attention/dense_backend.h"
#include "core/attention/forced_density.h"
#include "core/attention/threshold_file.h"
#include "core/attention/xattention_backend.h"
#include "core/base/error.h"

namespace reelquery {

namespace {

void checkOptions(const AttentionOptions& options) {
    const auto require = [](bool holds, const char* message, const char* hint) {
        if (!holds) throw Error(ErrorCode::kUsage, message, hint);
    };
    require(options.stride == 4 || options.stride == 8 || options.stride == 16,
            "the attention stride must be 4, 8 or 16", "16 is the default");
    const double threshold = options.threshold.value_or(kDefaultThreshold);
    require(threshold >= 0 && threshold <= 1, "the attention threshold must lie between 0 and 1",
            "without one the model's own is taken, else 0.9");
    require(options.denseFirstLayers >= 0 && options.denseLastTokens >= kDenseQuestion,
            "numbers of dense layers and tokens cannot be negative", "0 turns them off");
    require(options.sinkBlocks >= 1 && options.recentBlocks >= 1,
            "at least one sink block and one recent block are always kept", "1 is the default");
}

std::unique_ptr<AttentionBackend> makeSparse(const AttentionOptions& options,
                                             const AttentionTarget& target,
                                             std::optional<AutoRule> rule,
                                             std::unique_ptr<AttentionKernels> kernels) {
    checkOptions(options);
    const std::string why = kernels->whyNotSparse(target.bfloat16, target.headDim);
    if (!why.empty()) {
        if (rule) return std::make_unique<DenseBackend>(std::move(kernels), "dense: " + why);
        throw Error(ErrorCode::kDevice, "no XAttention here: " + why,
                    "use --attention dense, or run in bf16 or on the CPU");
    }
    std::optional<ThresholdTable> thresholds;
    if (!options.thresholdsFile.empty()) {
        thresholds = readThresholds(options.thresholdsFile);
        checkThresholds(*thresholds, options.thresholdsFile, target.layers, target.heads,
                        options.stride);
    }
    return std::make_unique<XAttentionBackend>(options, std::move(thresholds), rule,
                                               std::move(kernels));
}

}  // namespace

std::unique_ptr<AttentionBackend> makeAttentionBackend(const AttentionOptions& options,
                                                       const AttentionTarget& target,
                                                       const AutoRule& rule) {
    switch (options.kind) {
        case AttentionKind::kDense:
            return std::make_unique<DenseBackend>(makeAttentionKernels(target.device));
        case AttentionKind::kXAttention:
            return makeSparse(options, target, std::nullopt, makeAttentionKernels(target.device));
        case AttentionKind::kAuto:
            return makeSparse(options, target, rule, makeAttentionKernels(target.device));
    }
    throw Error(ErrorCode::kInternal, "unknown kind of attention");
}

std::unique_ptr<AttentionBackend> makeForcedDensityBackend(const AttentionOptions& options,
                                                           const AttentionTarget& target,
                                                           double density) {
    return makeSparse(
        options, target, std::nullopt,
        std::make_unique<ForcedDensityKernels>(makeAttentionKernels(target.device), density));
}

}  // namespace reelquery
