#include "core/model/mrope.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/error.h"
#include "core/model/prompt_builder.h"

namespace reelquery {

namespace {

/// Position of frame pair a on the time axis, counted from the run's start. In float32 and cut at
/// the end, as the float versions of the reference do (a cut before would stop the clock below 1
/// s).
std::int32_t timeStep(std::int64_t pair, const VisionRun& run, double tokensPerSecond) {
    if (tokensPerSecond <= 0 || run.isImage) return static_cast<std::int32_t>(pair);
    const auto at = static_cast<std::size_t>(pair);
    const float seconds = run.pairTimesS.empty()
                              ? static_cast<float>(pair) * static_cast<float>(run.secondsPerPair)
                              : static_cast<float>(run.pairTimesS[at] - run.pairTimesS[0]);
    return static_cast<std::int32_t>(seconds * static_cast<float>(tokensPerSecond));
}

bool isUneven(const VisionSpan& span) {
    for (std::size_t pair = 0; pair < span.pairTimesS.size(); ++pair) {
        const double evenS = span.pairTimesS[0] + static_cast<double>(pair) * span.secondsPerPair;
        if (std::abs(span.pairTimesS[pair] - evenS) > span.secondsPerPair) return true;
    }
    return false;
}

}  // namespace

MropePositions mropePositions(std::int64_t length, const std::vector<VisionRun>& runs,
                              std::int64_t mergeSize, double tokensPerSecond) {
    MropePositions positions;
    auto& [times, rows, columns] = positions.axes;
    for (auto& axis : positions.axes) axis.reserve(static_cast<std::size_t>(length));
    std::int32_t current = 0;
    const auto addText = [&](std::int64_t end) {
        while (positions.size() < end) {
            for (auto& axis : positions.axes) axis.push_back(current);
            ++current;
        }
    };
    for (const VisionRun& run : runs) {
        ENSURE(run.begin >= positions.size(), "runs come in order and do not overlap");
        addText(run.begin);
        const auto height = static_cast<std::int32_t>(run.grid.h / mergeSize);
        const auto width = static_cast<std::int32_t>(run.grid.w / mergeSize);
        std::int32_t largest = current;
        for (std::int64_t pair = 0; pair < run.grid.t; ++pair) {
            const std::int32_t time = current + timeStep(pair, run, tokensPerSecond);
            largest = std::max(largest, time);
            for (std::int32_t row = 0; row < height; ++row) {
                for (std::int32_t column = 0; column < width; ++column) {
                    times.push_back(time);
                    rows.push_back(current + row);
                    columns.push_back(current + column);
                }
            }
        }
        current = 1 + std::max({largest, current + height - 1, current + width - 1});
    }
    ENSURE(positions.size() <= length, "runs end inside the sequence");
    addText(length);
    positions.delta = current - length;
    return positions;
}

MropePositions mropePositions(const PromptSequence& prompt, std::int64_t mergeSize,
                              double tokensPerSecond) {
    std::vector<VisionRun> runs;
    for (const VisionSpan& span : prompt.vision) {
        VisionRun run{span.begin, span.grid, span.isImage, span.secondsPerPair};
        if (isUneven(span)) run.pairTimesS = span.pairTimesS;
        runs.push_back(std::move(run));
    }
    return mropePositions(static_cast<std::int64_t>(prompt.ids.size()), runs, mergeSize,
                          tokensPerSecond);
}

}  // namespace reelquery
