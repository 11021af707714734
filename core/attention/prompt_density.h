#pragma once
// What choosing blocks found in one prompt: what the automatic rule goes by.

#include <cstdint>
#include <map>
#include <optional>
#include <variant>

#include "core/attention/arriving_values.h"
#include "core/attention/auto_rule.h"

namespace reelquery {

/// Per layer, what the latest selection kept. State that steers what is computed: it belongs to
/// whoever reads the prompt, who passes it to every call and makes a new one for every prompt.
/// Confined to one thread.
class PromptDensity {
  public:
    /// What the layer's latest selection found; nothing where there was none. Waits where a device
    /// has yet to compute it.
    std::optional<SeenDensity> of(int layer) const;

    void saw(int layer, const SeenDensity& density);

    /// perHead: [Hq] densities, which may still be on their way.
    void saw(int layer, std::int64_t keys, ArrivingValues perHead);

    /// Earlier calls say nothing about those to come: what follows is computed as if it were not
    /// known how they went.
    void forget() { layers_.clear(); }

  private:
    struct Arriving {
        std::int64_t keys;
        ArrivingValues perHead;
    };

    std::map<int, std::variant<SeenDensity, Arriving>> layers_;
};

}  // namespace reelquery
