#include "core/speech/log_mel.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/device/torch_target.h"
#include "core/speech/speech_config.h"

namespace reelquery {

namespace {

constexpr std::int64_t kFft = 400;  // 25 ms
constexpr std::int64_t kLines = kFft / 2 + 1;
constexpr double kNyquistHz = 8000;
constexpr double kFloor = 1e-10;
constexpr double kRange = 8;  // decades below the maximum
constexpr float kSampleScale = 1.0F / 32768;
constexpr std::int64_t kFramesAtOnce = 6000;

// Slaney's scale: linear to 1000 Hz, logarithmic above.
constexpr double kHzPerMel = 200.0 / 3, kKneeHz = 1000, kKneeMel = kKneeHz / kHzPerMel;
const double kLogStep = std::log(6.4) / 27;

double melOf(double hz) {
    return hz < kKneeHz ? hz / kHzPerMel : kKneeMel + std::log(hz / kKneeHz) / kLogStep;
}

double hzOf(double mel) {
    return mel < kKneeMel ? mel * kHzPerMel : kKneeHz * std::exp(kLogStep * (mel - kKneeMel));
}

at::Tensor makeFilters(std::int64_t bins) {
    std::vector<double> edges;  // bins + 2, in Hz
    const double topMel = melOf(kNyquistHz);
    for (std::int64_t i = 0; i < bins + 2; ++i) {
        edges.push_back(hzOf(topMel * static_cast<double>(i) / static_cast<double>(bins + 1)));
    }
    at::Tensor filters = at::empty({bins, kLines}, at::kFloat);
    auto values = filters.accessor<float, 2>();
    for (std::int64_t bin = 0; bin < bins; ++bin) {
        const auto at = static_cast<std::size_t>(bin);
        const double left = edges[at], centre = edges[at + 1], right = edges[at + 2];
        for (std::int64_t line = 0; line < kLines; ++line) {
            const double hz = kNyquistHz * static_cast<double>(line) / (kLines - 1);
            const double up = (hz - left) / (centre - left), down = (right - hz) / (right - centre);
            values[bin][line] =
                static_cast<float>(std::max(0.0, std::min(up, down)) * 2 / (right - left));
        }
    }
    return filters;
}

}  // namespace

LogMel::LogMel(std::int64_t bins, const ComputeTarget& target)
    : filters_(makeFilters(bins).to(deviceOf(target))),
      taper_(at::hann_window(kFft, at::TensorOptions().dtype(at::kFloat)).to(deviceOf(target))) {}

std::int64_t LogMel::frames(SoundView sound) {
    return static_cast<std::int64_t>(sound.size()) / kFrameSamples;
}

at::Tensor LogMel::energies(SoundView sound, std::int64_t first, std::int64_t count) const {
    ENSURE(first >= 0 && count >= 0 && first + count <= frames(sound), "frames of the sound");
    if (count == 0) return at::empty({filters_.size(0), 0}, filters_.options());
    const auto length = static_cast<std::int64_t>(sound.size());
    at::Tensor samples = at::empty({(count - 1) * kFrameSamples + kFft}, at::kFloat);
    float* out = samples.data_ptr<float>();
    const std::int64_t begin = first * kFrameSamples - kFft / 2;
    for (std::int64_t i = 0; i < samples.size(0); ++i) {
        const std::int64_t at = std::abs(begin + i);  // mirrored before the start
        out[i] = at < length
                     ? static_cast<float>(sound[static_cast<std::size_t>(at)]) * kSampleScale
                     : 0.0F;
    }
    const at::Tensor spectrum =
        at::stft(samples.to(filters_.device()), kFft, kFrameSamples, kFft, taper_,
                 /*center=*/false, "reflect", /*normalized=*/false, /*onesided=*/true,
                 /*return_complex=*/true);  // [201, count]
    const at::Tensor power = spectrum.abs().square_();
    return at::matmul(filters_, power).clamp_min_(kFloor).log10_();
}

double LogMel::maximum(SoundView sound, const CancelToken& cancel) const {
    double greatest = std::log10(kFloor);
    for (std::int64_t first = 0; first < frames(sound); first += kFramesAtOnce) {
        throwIfCancelled(cancel);
        const std::int64_t count = std::min(kFramesAtOnce, frames(sound) - first);
        greatest = std::max(greatest, energies(sound, first, count).max().item<double>());
    }
    return greatest;
}

at::Tensor LogMel::window(SoundView sound, std::int64_t first, std::int64_t count,
                          double maximum) const {
    ENSURE(count <= kWindowFrames, "a window's frames");
    at::Tensor window = at::zeros({filters_.size(0), kWindowFrames}, filters_.options());
    window.narrow(1, 0, count)
        .copy_(energies(sound, first, count).clamp_min_(maximum - kRange).add_(4).div_(4));
    return window;
}

}  // namespace reelquery
