#pragma once
// What a voice leaves of a sound: without the rumble that makes the level of noise go up and down.

#include <cstdint>

namespace reelquery {

/// Butterworth's high-pass of second order at 200 Hz, for 16 kHz. A voice keeps its formants; pink
/// and brown noise (wind, traffic, fans) loses what is slower than a block is long, and with it
/// what made it look like speech.
class HighPass {
  public:
    double operator()(std::int16_t sample) {
        const double x = sample;
        const double y = kB * (x - 2 * x1_ + x2_) - kA1 * y1_ - kA2 * y2_;
        x2_ = x1_;
        x1_ = x;
        y2_ = y1_;
        y1_ = y;
        return y;
    }

  private:
    // c = tan(pi 200 / 16000), d = 1 + sqrt(2) c + c^2: 1/d, 2 (c^2 - 1)/d, (1 - sqrt(2) c +
    // c^2)/d.
    static constexpr double kB = 0.9459768560028, kA1 = -1.8890330793945, kA2 = 0.8948743446166;
    double x1_ = 0, x2_ = 0, y1_ = 0, y2_ = 0;
};

}  // namespace reelquery
