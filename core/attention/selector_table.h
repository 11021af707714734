#pragma once
// The selectors there are.

#include <memory>
#include <string>
#include <vector>

#include "core/attention/attention_kernels.h"
#include "core/attention/block_selector.h"
#include "core/base/run_options.h"

namespace reelquery {

/// What a selector is made from.
struct SelectorRequest {
    SelectorOptions options;  ///< checked for what all selectors share
    int layers = 0;           ///< of the model
    int heads = 0;            ///< Hq
    std::shared_ptr<const AttentionKernels> kernels;
};

/// Makes a selector from a request that names it.
using SelectorMaker = std::unique_ptr<BlockSelector>(const SelectorRequest&);

/// The names that SelectorOptions::name may have, the product's own first.
std::vector<std::string> selectorNames();

/// The selector that request.options name. Errors: Error{kUsage} for a name that is none, options
/// out of range or a threshold file that cannot be used.
std::unique_ptr<BlockSelector> makeBlockSelector(const SelectorRequest& request);

}  // namespace reelquery
