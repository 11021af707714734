#pragma once
// Ways to choose blocks beside each other on one question, read densely once.

#include <cstdint>
#include <string>
#include <vector>

#include "core/answer/ask_request.h"
#include "core/base/cancel.h"

namespace reelquery {

/// What one way kept and cost, over all layers, heads and chunks of the prompt.
struct SelectorFigures {
    SelectorOptions options;
    std::string name;       ///< "xattention S=8 tau=0.50"
    double keptMass = 0;    ///< share of the dense softmax's mass in the kept blocks, 0 to 1
    double worstHead = 0;   ///< the same of the layer and head that keeps least
    double density = 0;     ///< kept blocks of those that rows see, 0 to 1
    double selectionS = 0;  ///< wall time of choosing
};

struct SelectorBench {
    std::vector<SelectorFigures> figures;  ///< in the order of what was tried
    std::int64_t promptTokens = 0, videoTokens = 0;
    double attentionS = 0;  ///< of the dense attention that all are held against
    std::string model, device, dtype;
};

/// Reads the prompt of `request` densely, on the processor, and tries all of `tried` on it. Layers
/// and tokens that the request keeps dense are left out. Thread: any; blocks. Errors: as a
/// question's; Error{kUsage} for options that no selector takes.
SelectorBench benchSelectors(AskRequest request, const std::vector<SelectorOptions>& tried,
                             const CancelToken& cancel);

}  // namespace reelquery
