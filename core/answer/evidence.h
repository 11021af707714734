#pragma once
// Where in the video the model looked while it answered. Not proof that it is right.

#include <string>
#include <vector>

#include "core/base/run_options.h"

namespace reelquery {

/// A stretch of the video that drew attention.
struct Moment {
    double fromS = 0, toS = 0;
    double peakS = 0;   ///< time of its strongest step
    double weight = 0;  ///< its share of the whole curve
};

/// A line of what is said that drew attention.
struct SaidLine {
    double timeS = 0;  ///< when it begins
    std::string text;
    double weight = 0;  ///< its share of what all lines drew
};

/// Attention of the question and the answer over the video, beyond what a neutral prompt draws.
struct Evidence {
    std::vector<double> timesS;   ///< [steps] time of the first frame of each pair
    std::vector<float> weights;   ///< [steps] >= 0, sum 1 (or all 0)
    std::vector<Moment> moments;  ///< the strongest first, apart from each other
    std::vector<SaidLine> lines;  ///< of the subtitles in the prompt, the strongest first

    bool isEmpty() const { return weights.empty(); }
};

/// What `asked` draws beyond `neutral`, [steps] each: differences below 0 cut off, scaled to sum 1
/// (all 0 where nothing is left). Requires equal lengths.
std::vector<float> evidenceCurve(const std::vector<double>& asked,
                                 const std::vector<double>& neutral);

/// The peaks of a curve, the strongest first: each with the neighbours that reach half its height
/// and follow without a gap, at least one step apart from stronger ones. At most five, and none
/// that hardly stands out. steps: [steps] the stretch of video behind each weight, in order.
/// Requires equal lengths. Pure.
std::vector<Moment> findMoments(const std::vector<TimeRange>& steps,
                                const std::vector<float>& weights);

/// The lines of a prompt that stand out, the strongest first: at most five, each with at least
/// half of the strongest one's weight and twice what a line has on average. `said`: every line of
/// the prompt, in order, weights as what evidenceCurve makes of their mass. Pure.
std::vector<SaidLine> findLines(std::vector<SaidLine> said);

/// The stretch of video behind each pair of frames: from its first frame to the next pair, or to
/// where its rate puts its end where the next pair is further off (after a closer look's stretch).
/// frameTimesS: [2 * steps].
std::vector<TimeRange> stepsOf(const std::vector<double>& frameTimesS);

}  // namespace reelquery
