#pragma once
// Models that are known to run here, to choose from without asking the network.

#include <cstdint>
#include <string>
#include <vector>

namespace reelquery {

/// One line of the list. Sizes are those that the hub told in November 2026.
struct CuratedModel {
    std::string repository;
    std::string licence;
    std::string shape;  ///< as `reelquery random-model --like` names it; empty: it only hears
    std::int64_t weightBytes = 0;  ///< of all weights, to a tenth of a GB
    bool isPacked = false;         ///< weights of 4 bits, which stay so in memory
};

/// Smallest first.
const std::vector<CuratedModel>& curatedModels();

}  // namespace reelquery
