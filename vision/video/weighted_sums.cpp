#include "vision/video/weighted_sums.h"

#include <algorithm>
#include <array>

// Each function below is compiled for three kinds of x86 processors and the best is taken when the
// program starts, which is too early for the sanitizers. -ffp-contract=off (see CMakeLists.txt)
// keeps the compiler from fusing what is not written as fused.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define REELQUERY_PER_PROCESSOR \
    __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define REELQUERY_PER_PROCESSOR
#endif

namespace reelquery {
namespace {

/// The terms from here on are fused.
int fusedFrom(const WeightedAxis& axis, int count) {
    return axis.fusesTail ? count - (count - 1) % 4 : count;
}

}  // namespace

REELQUERY_PER_PROCESSOR
void sumAlongRows(const WeightedAxis& axis, const float* in, float* out) {
    for (int i = 0; i < axis.outputs; ++i) {
        const float* weights = axis.weights + std::int64_t{i} * axis.taps;
        const float* from = in + std::int64_t{axis.first[i]} * kLanes;
        const int count = axis.count[i], fused = fusedFrom(axis, count);
        std::array<float, kLanes> sum;
        for (int k = 0; k < kLanes; ++k) sum[k] = from[k] * weights[0];
        for (int j = 1; j < fused; ++j) {
            for (int k = 0; k < kLanes; ++k) sum[k] += from[j * kLanes + k] * weights[j];
        }
        for (int j = fused; j < count; ++j) {
            for (int k = 0; k < kLanes; ++k) {
                sum[k] = __builtin_fmaf(from[j * kLanes + k], weights[j], sum[k]);
            }
        }
        std::copy(sum.begin(), sum.end(), out + std::int64_t{i} * kLanes);
    }
}

REELQUERY_PER_PROCESSOR
void sumAlongColumns(const WeightedAxis& axis, int width, const float* in, float* out) {
    for (int i = 0; i < axis.outputs; ++i) {
        const float* weights = axis.weights + std::int64_t{i} * axis.taps;
        const float* row = in + std::int64_t{axis.first[i]} * width;
        const int count = axis.count[i], fused = fusedFrom(axis, count);
        float* sum = out + std::int64_t{i} * width;
        for (int k = 0; k < width; ++k) sum[k] = row[k] * weights[0];
        for (int j = 1; j < fused; ++j) {
            row += width;
            for (int k = 0; k < width; ++k) sum[k] += row[k] * weights[j];
        }
        for (int j = fused; j < count; ++j) {
            row += width;
            for (int k = 0; k < width; ++k) sum[k] = __builtin_fmaf(row[k], weights[j], sum[k]);
        }
    }
}

REELQUERY_PER_PROCESSOR
void bytesToFloats(const std::uint8_t* in, float* out, int count) {
    for (int i = 0; i < count; ++i) out[i] = in[i];
}

}  // namespace reelquery
