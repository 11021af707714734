#pragma once
// The log-mel spectrum that Whisper hears: 10 ms frames, 80 or 128 bins.
//
// Note [The spectrum's edges]
// As in the reference: before the sound its first 200 samples are mirrored, behind it are zeros;
// a sound of n samples has n / 160 frames. Values are floored at 8 below the maximum of the whole
// sound, so a window's spectrum depends on all of it. What a window has too few frames for is
// filled with 0.0, which is a middle level and no silence.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/cancel.h"
#include "core/device/compute_target.h"

namespace reelquery {

/// Mono samples at 16 kHz.
using SoundView = std::span<const std::int16_t>;

/// Filters and window on one device. Immutable. Thread: any.
class LogMel {
  public:
    /// target: whose device is used; the numbers are always float32.
    LogMel(std::int64_t bins, const ComputeTarget& target);

    /// Frames of a sound.
    static std::int64_t frames(SoundView sound);

    /// Log10 of the energies of `count` frames from `first` on, [bins, count], at least -10, not
    /// yet floored. Requires first + count <= frames(sound).
    at::Tensor energies(SoundView sound, std::int64_t first, std::int64_t count) const;

    /// The greatest value of energies() over a whole sound; -10 for one without a frame. An hour
    /// takes seconds. Errors: kCancelled.
    double maximum(SoundView sound, const CancelToken& cancel = {}) const;

    /// What the encoder takes: [bins, 3000], frames `first` to first + count floored and scaled,
    /// then 0.0. Requires count <= 3000. maximum: of the whole sound.
    at::Tensor window(SoundView sound, std::int64_t first, std::int64_t count,
                      double maximum) const;

    /// [bins, 201]: triangles on Slaney's mel scale from 0 to 8000 Hz, each of area 1 (Hz).
    const at::Tensor& filters() const { return filters_; }

  private:
    at::Tensor filters_;  // [bins, 201]
    at::Tensor taper_;    // [400], periodic Hann
};

}  // namespace reelquery
