#pragma once
// Attention among the patches of a segment: a time step, or a window. Internal to vision/encoder.
// P patches, D head dimension.

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "core/base/cancel.h"

namespace reelquery {

/// Segments of one length.
struct SegmentGroup {
    std::int64_t count = 0;
    std::int64_t length = 0;  ///< patches of each
    at::Tensor rows;          ///< [count * length] patch rows; undefined: all rows, in order
};

/// Splits consecutive segments of these lengths into groups of equal length, which need neither
/// padding nor masks.
std::vector<SegmentGroup> groupSegments(const std::vector<std::int64_t>& lengths,
                                        at::Device device);

/// Non-causal attention inside each segment. q, k, v: [P, heads, D], any strides with D contiguous.
/// Returns [P, heads * D]. Errors: kCancelled; looked at before every 0.3 s of work or so.
at::Tensor attendSegments(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                          const std::vector<SegmentGroup>& groups, const CancelToken& cancel);

}  // namespace reelquery
