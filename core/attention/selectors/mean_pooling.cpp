// Mean pooling: the blocks whose mean key promises most to the mean query of a row, until the
// threshold of the estimated mass. What FlexPrefill's query-aware heads and others start from.

#include <ATen/ATen.h>

#include "core/attention/selectors/pooled.h"

namespace reelquery {

namespace {

class MeanPoolingSelector final : public MassSelector {
  public:
    using MassSelector::MassSelector;

  protected:
    at::Tensor massOf(const AttentionCall& call) const override { return pooledMass(call); }
};

}  // namespace

std::unique_ptr<BlockSelector> makeMeanPoolingSelector(const SelectorRequest& request) {
    return std::make_unique<MeanPoolingSelector>(request, "mean-pooling");
}

}  // namespace reelquery
