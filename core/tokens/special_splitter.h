#pragma once
// Finds control tokens written out in a text.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/spec/model_config.h"

namespace reelquery {

/// A stretch of text, or a control token (then id >= 0).
struct TextOrSpecial {
    std::string_view text;
    TokenId id = -1;
};

/// Immutable after construction.
class SpecialSplitter {
  public:
    SpecialSplitter() = default;
    explicit SpecialSplitter(std::vector<std::pair<std::string, TokenId>> tokens);

    /// Cuts a text at the control tokens in it: leftmost first, the longest where several start at
    /// one place. Empty stretches are left out. The views point into `text`.
    std::vector<TextOrSpecial> split(std::string_view text) const;

  private:
    std::vector<std::pair<std::string, TokenId>> tokens_;  // longest first
    std::string firstBytes_;
};

}  // namespace reelquery
