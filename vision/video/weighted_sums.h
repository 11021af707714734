#pragma once
// The two passes of a separable resize as plain loops, compiled for several processors. No torch.

#include <cstdint>

namespace reelquery {

/// Rows that the horizontal pass takes side by side, times three channels.
inline constexpr int kRowsAtOnce = 8;
inline constexpr int kLanes = 3 * kRowsAtOnce;

/// One output axis: out[i] is the sum over j < count[i] of weights[i * taps + j] * in[first[i] +
/// j], in the order of j. Product and sum are rounded one after the other, but together (fused) for
/// the last (count[i] - 1) % 4 when fusesTail is set.
struct WeightedAxis {
    const int* first;
    const int* count;
    const float* weights;
    int outputs;
    int taps;
    bool fusesTail;
};

/// in: [inputs, kLanes]. out: [axis.outputs, kLanes].
void sumAlongRows(const WeightedAxis& axis, const float* in, float* out);

/// in: [inputs, width]. out: [axis.outputs, width].
void sumAlongColumns(const WeightedAxis& axis, int width, const float* in, float* out);

/// out[i] = in[i].
void bytesToFloats(const std::uint8_t* in, float* out, int count);

}  // namespace reelquery
