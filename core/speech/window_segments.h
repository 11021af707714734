#pragma once
// From a window's tokens to segments.

#include <cstdint>
#include <vector>

#include "core/spec/model_config.h"

namespace reelquery {

/// A stretch of a window between two times.
struct TokenSegment {
    double fromS = 0, toS = 0;
    std::vector<TokenId> tokens;  ///< times included
};

/// A window cut where one time follows another.
struct CutWindow {
    std::vector<TokenSegment> segments;
    std::int64_t nextSeek = 0;     ///< frame at which the next window begins
    bool endsWithOneTime = false;  ///< the last segment was finished by the window's end
};

/// tokens: of a window that begins at frame `seek` and has `size` frames of sound. What follows the
/// last pair of times is dropped and heard again in the next window, unless the window ends with a
/// single time.
CutWindow cutWindow(const std::vector<TokenId>& tokens, std::int64_t seek, std::int64_t size,
                    TokenId timesBegin);

}  // namespace reelquery
