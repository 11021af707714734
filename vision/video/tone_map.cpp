#include "vision/video/tone_map.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/error.h"

namespace reelquery {
namespace {

constexpr double kReferenceWhite = 203;  // cd/m2, BT.2408
constexpr double kPeak = 1000;           // cd/m2 of the display HLG is made for
constexpr double kKnee = 0.3;
constexpr double kDisplayGamma = 2.4;  // of an SDR display, BT.1886
constexpr std::size_t kTableSteps = 8191;

// BT.2020 to BT.709 primaries in linear light (BT.2087).
constexpr std::array<std::array<float, 3>, 3> kTo709 = {{
    {1.6605F, -0.5876F, -0.0728F},
    {-0.1246F, 1.1329F, -0.0083F},
    {-0.0182F, -0.1006F, 1.1187F},
}};

double pqToLinear(double code) {
    constexpr double m1 = 2610.0 / 16384, m2 = 2523.0 / 4096 * 128;
    constexpr double c1 = 3424.0 / 4096, c2 = 2413.0 / 4096 * 32, c3 = 2392.0 / 4096 * 32;
    const double root = std::pow(code, 1 / m2);
    const double light = std::pow(std::max(root - c1, 0.0) / (c2 - c3 * root), 1 / m1);
    return light * 10000 / kReferenceWhite;
}

double hlgToScene(double code) {
    constexpr double a = 0.17883277, b = 1 - 4 * a;
    const double c = 0.5 - a * std::log(4 * a);
    return code <= 0.5 ? code * code / 3 : (std::exp((code - c) / a) + b) / 12;
}

/// Linear interpolation in a table over [0, 1].
float lookUp(const std::vector<float>& table, float x) {
    const float place = std::clamp(x, 0.0F, 1.0F) * static_cast<float>(kTableSteps);
    const auto below = std::min(static_cast<std::size_t>(place), kTableSteps - 1);
    const float part = place - static_cast<float>(below);
    return table[below] + part * (table[below + 1] - table[below]);
}

/// BT.2100's OOTF at 1000 cd/m2: gamma 1.2 on the scene's luminance.
float hlgDisplayGain(float r, float g, float b) {
    const float luminance = 0.2627F * r + 0.6780F * g + 0.0593F * b;
    return std::pow(std::max(luminance, 1e-6F), 0.2F) * static_cast<float>(kPeak / kReferenceWhite);
}

}  // namespace

double hdrToLinear(Transfer transfer, double code) {
    ENSURE(transfer != Transfer::kSdr, "an SDR picture needs no tone map");
    return transfer == Transfer::kPq ? pqToLinear(code) : hlgToScene(code);
}

double compressHighlights(double light) {
    constexpr double peak = kPeak / kReferenceWhite, j = kKnee;
    if (light <= j) return light;
    // The Moebius transform with value j and slope 1 at j, and value 1 at the peak.
    constexpr double a = -j * j * (peak - 1) / (j * j - 2 * j + peak);
    constexpr double b = (j * j - 2 * j * peak + peak) / (peak - 1);
    constexpr double scale = (b * b + 2 * b * j + j * j) / (b - a);
    return scale * (light + a) / (light + b);
}

ToneMap::ToneMap(Transfer transfer, bool isWideGamut)
    : transfer_(transfer), isWideGamut_(isWideGamut) {
    light_.reserve(kTableSteps + 1);
    code_.reserve(kTableSteps + 1);
    for (std::size_t i = 0; i <= kTableSteps; ++i) {
        const double x = static_cast<double>(i) / kTableSteps;
        light_.push_back(static_cast<float>(hdrToLinear(transfer, x)));
        code_.push_back(static_cast<float>(std::pow(x * x, 1 / kDisplayGamma)));
    }
}

float ToneMap::toLight(float code) const {
    return lookUp(light_, code);
}

float ToneMap::toCode(float light) const {
    return lookUp(code_, std::sqrt(std::max(light, 0.0F)));
}

void ToneMap::apply(float* r, float* g, float* b, std::size_t count) const {
    for (std::size_t i = 0; i < count; ++i) {
        float red = toLight(r[i]), green = toLight(g[i]), blue = toLight(b[i]);
        if (transfer_ == Transfer::kHlg) {
            const float gain = hlgDisplayGain(red, green, blue);
            red *= gain, green *= gain, blue *= gain;
        }
        if (isWideGamut_) {
            const std::array<float, 3> wide = {red, green, blue};
            const auto row = [&](std::size_t k) {
                return kTo709[k][0] * wide[0] + kTo709[k][1] * wide[1] + kTo709[k][2] * wide[2];
            };
            red = row(0), green = row(1), blue = row(2);
        }
        const float largest = std::max({red, green, blue});
        const float gain =
            largest > static_cast<float>(kKnee)
                ? static_cast<float>(compressHighlights(static_cast<double>(largest))) / largest
                : 1.0F;
        r[i] = toCode(red * gain);
        g[i] = toCode(green * gain);
        b[i] = toCode(blue * gain);
    }
}

}  // namespace reelquery
