#pragma once
// Where in the video the model looked while it answered. Not proof that it is right.

#include <vector>

namespace reelquery {

/// A stretch of the video that drew attention.
struct Moment {
    double fromS = 0, toS = 0;
    double peakS = 0;   ///< time of its strongest step
    double weight = 0;  ///< its share of the whole curve
};

/// Attention of the question and the answer over the video, beyond what a neutral prompt draws.
struct Evidence {
    std::vector<double> timesS;   ///< [steps] time of the first frame of each pair
    std::vector<float> weights;   ///< [steps] >= 0, sum 1 (or all 0)
    std::vector<Moment> moments;  ///< the strongest first, apart from each other

    bool isEmpty() const { return weights.empty(); }
};

}  // namespace reelquery
