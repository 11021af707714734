#pragma once
// Wall time between two points.

#include <chrono>

namespace reelquery {

class Stopwatch {
  public:
    /// Milliseconds since construction or the last lap.
    double lapMs() {
        const auto now = std::chrono::steady_clock::now();
        const double ms = std::chrono::duration<double, std::milli>(now - start_).count();
        start_ = now;
        return ms;
    }

  private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace reelquery
