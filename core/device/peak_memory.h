#pragma once
// The most memory that something took, of the machine and of a card, each for itself.

#include <cstdint>
#include <optional>

namespace reelquery {

/// Watches from its making on. One at a time in a process: a new one starts both figures anew.
class PeakMemory {
  public:
    /// card: the one whose figure is wanted, -1 for none. Requires a usable card.
    explicit PeakMemory(int card);

    /// Largest resident size of the process, file mappings included. Counts from the start of the
    /// process where the kernel cannot start it anew.
    std::int64_t hostBytes() const;

    /// Most bytes torch's allocator had in use on the card; none without one.
    std::optional<std::int64_t> deviceBytes() const;

  private:
    int card_;
};

}  // namespace reelquery
