#pragma once
// M-RoPE: every token has three positions (time, row, column); text has the same on all three.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/spec/vision_config.h"

namespace reelquery {

struct PromptSequence;

/// A run of vision tokens inside a sequence.
struct VisionRun {
    std::int64_t begin = 0;
    PatchGrid grid;
    bool isImage = false;
    double secondsPerPair = 1.0;
    std::vector<double> pairTimesS = {};  ///< [grid.t] where pairs come unevenly, else empty
};

/// Positions of a sequence of L tokens.
struct MropePositions {
    std::array<std::vector<std::int32_t>, 3> axes;  ///< time, row, column; [L] each
    std::int64_t delta = 0;  ///< token n >= L (generated) has position n + delta on all axes

    std::int64_t size() const { return static_cast<std::int64_t>(axes[0].size()); }

    bool operator==(const MropePositions&) const = default;
};

/// Positions of `length` tokens with these vision runs, in order of begin.
/// tokensPerSecond 0: the time axis counts frame pairs (Qwen2-VL); otherwise a video's pair a sits
/// at trunc(a * secondsPerPair * tokensPerSecond) (Qwen2.5-VL), or, where pairs come unevenly, as
/// many seconds after the first as it really is. After a run the text goes on at
/// 1 + the largest position so far, as the paper has it.
MropePositions mropePositions(std::int64_t length, const std::vector<VisionRun>& runs,
                              std::int64_t mergeSize, double tokensPerSecond);

/// The same for a finished prompt. Pairs count as uneven when one lies more than a step from where
/// even ones would have it; the reference knows even ones only.
MropePositions mropePositions(const PromptSequence& prompt, std::int64_t mergeSize,
                              double tokensPerSecond);

}  // namespace reelquery
