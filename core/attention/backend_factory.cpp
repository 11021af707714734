#include "core/attention/backend_factory.h"

#include <utility>

#include "core/attention/dense_backend.h"
#include "core/attention/measure_costs.h"
#include "core/attention/selector_table.h"
#include "core/attention/selectors/forced_density.h"
#include "core/attention/sparse_backend.h"
#include "core/base/error.h"

namespace reelquery {

namespace {

using SharedKernels = std::shared_ptr<const AttentionKernels>;

DensePolicy policyOf(const AttentionOptions& options) {
    if (options.denseFirstLayers < 0 || options.denseLastTokens < kDenseQuestion)
        throw Error(ErrorCode::kUsage, "numbers of dense layers and tokens cannot be negative",
                    "0 turns them off");
    return {options.denseFirstLayers, options.denseLastTokens};
}

std::unique_ptr<BlockSelector> selectorOf(const SelectorOptions& options,
                                          const AttentionTarget& target,
                                          const SharedKernels& kernels) {
    return makeBlockSelector({options, target.layers, target.heads, kernels});
}

std::string whyNotSparse(const BlockSelector& selector, const AttentionKernels& kernels,
                         const AttentionTarget& target) {
    const std::string why = kernels.whyNotSparse(target.bfloat16, target.headDim);
    return why.empty() ? selector.whyNot(target.bfloat16, target.headDim) : why;
}

std::unique_ptr<AttentionBackend> makeSparse(const DensePolicy& policy,
                                             const AttentionTarget& target,
                                             std::optional<AutoRule> rule,
                                             std::unique_ptr<BlockSelector> selector,
                                             SharedKernels kernels) {
    if (const std::string why = whyNotSparse(*selector, *kernels, target); !why.empty()) {
        if (rule) return std::make_unique<DenseBackend>(std::move(kernels), "dense: " + why);
        throw Error(ErrorCode::kDevice, "no sparse attention here: " + why,
                    "use --attention dense, or run in bf16 or on the CPU");
    }
    return std::make_unique<SparseBackend>(std::move(selector), policy, std::move(rule),
                                           std::move(kernels));
}

}  // namespace

std::unique_ptr<AttentionBackend> makeAttentionBackend(const AttentionOptions& options,
                                                       const AttentionTarget& target,
                                                       const AutoRule& rule) {
    const SharedKernels kernels = makeAttentionKernels(target.device);
    if (options.kind == AttentionKind::kDense) return std::make_unique<DenseBackend>(kernels);
    if (options.kind == AttentionKind::kSparse && options.forcedDensity)
        return makeForcedDensityBackend(options, target, *options.forcedDensity);
    const DensePolicy policy = policyOf(options);
    return makeSparse(policy, target,
                      options.kind == AttentionKind::kAuto ? std::optional(rule) : std::nullopt,
                      selectorOf(options.selector, target, kernels), kernels);
}

std::unique_ptr<AttentionBackend> makeForcedDensityBackend(const AttentionOptions& options,
                                                           const AttentionTarget& target,
                                                           double density) {
    const SharedKernels kernels = makeAttentionKernels(target.device);
    const DensePolicy policy = policyOf(options);
    return makeSparse(policy, target, std::nullopt,
                      std::make_unique<ForcedDensitySelector>(
                          selectorOf(options.selector, target, kernels), density),
                      kernels);
}

bool attendsWithTorch(const AttentionTarget& target) {
    return target.device == DeviceKind::kCuda &&
           !makeAttentionKernels(target.device)
                ->whyNotSparse(target.bfloat16, target.headDim)
                .empty();
}

std::string costKey(const SelectorOptions& options, const AttentionTarget& target) {
    return selectorOf(options, target, makeAttentionKernels(target.device))->costKey();
}

AttentionCosts measureAttentionCosts(const SelectorOptions& options, const AttentionTarget& target,
                                     const CostShape& shape, std::stop_token stop) {
    const SharedKernels kernels = makeAttentionKernels(target.device);
    const auto selector = selectorOf(options, target, kernels);
    if (const std::string why = whyNotSparse(*selector, *kernels, target); !why.empty())
        throw Error(ErrorCode::kDevice, "no sparse attention here: " + why,
                    "use --attention dense or --device cpu");
    return measureAttentionCosts(shape, *kernels, *selector, std::move(stop));
}

}  // namespace reelquery
