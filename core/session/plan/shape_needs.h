#pragma once
// What a model would need here, told from its shape before it is here.

#include <cstdint>
#include <vector>

#include "core/session/plan/model_catalog.h"

namespace reelquery {

struct ModelConfig;

/// As tokenNeeds, for a model of this shape whose files hold so many bytes of weights; isPacked:
/// weights of few bits, which stay so in memory. Errors: kDevice.
std::vector<TokenNeed> tokenNeedsOf(const ModelConfig& config, std::int64_t weightBytes,
                                    bool isPacked);

}  // namespace reelquery
