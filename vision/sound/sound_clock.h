#pragma once
// Decides from time stamps where decoded sound belongs. No FFmpeg here.

#include <cstdint>
#include <optional>

namespace reelquery {

/// Where a decoded frame goes.
struct SoundPlace {
    bool isNewRun = false;  ///< it does not follow the frame before
    double atS = 0;         ///< its start on the file's clock
};

/// Frames that follow each other within rounding are one run, however coarse the container's time
/// stamps are: a run's clock is its count of samples. A gap begins a new run at its own time stamp.
/// Time stamps that make no sense (far beyond the file's end, or back by more than an overlap) do
/// not move sound: it goes on where it was, and so do the time stamps behind it.
class SoundClock {
  public:
    /// durationS: of the file, 0 where it is not known.
    explicit SoundClock(double durationS) : durationS_(durationS) {}

    /// The next frame of `lengthS` seconds; stampS: its time stamp, if it has one. `breaks`: it
    /// cannot go on in the same run (another rate, another layout).
    SoundPlace place(std::optional<double> stampS, double lengthS, bool breaks);

    /// Time stamps that were not believed.
    int disbelieved() const { return disbelieved_; }

  private:
    const double durationS_;
    double nextS_ = 0;    // where the next frame of the run would start
    double offsetS_ = 0;  // added to time stamps since one made no sense
    bool hasRun_ = false;
    int disbelieved_ = 0;
};

}  // namespace reelquery
