#include "vision/encoder/vision_attention.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace reelquery {

namespace {

// About a third of a second for torch's attention on two cores (150 GFLOP/s).
constexpr double kFlopBetweenPolls = 50e9;
// A GPU does that in a millisecond and is better asked for everything at once.
constexpr double kFlopBetweenPollsGpu = 1e13;

/// q, k, v [count, heads, length, D] -> the same shape, in slices of queries short enough to poll.
at::Tensor attendSliced(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                        const CancelToken& cancel) {
    const std::int64_t length = q.size(2);
    const double scale = 1.0 / std::sqrt(static_cast<double>(q.size(3)));
    const double flopPerQuery =
        4.0 * static_cast<double>(q.size(0) * q.size(1) * length * q.size(3));
    const double flop = q.is_cuda() ? kFlopBetweenPollsGpu : kFlopBetweenPolls;
    const auto slice = std::max<std::int64_t>(64, static_cast<std::int64_t>(flop / flopPerQuery));
    std::vector<at::Tensor> parts;
    for (std::int64_t begin = 0; begin < length; begin += slice) {
        throwIfCancelled(cancel);
        const at::Tensor queries = q.narrow(2, begin, std::min(slice, length - begin));
        parts.push_back(
            at::scaled_dot_product_attention(queries, k, v, std::nullopt, 0.0, false, scale));
    }
    return parts.size() == 1 ? parts.front() : at::cat(parts, 2);
}

}  // namespace

std::vector<SegmentGroup> groupSegments(const std::vector<std::int64_t>& lengths,
                                        at::Device device) {
    std::map<std::int64_t, std::vector<std::int64_t>> rowsOfLength;
    std::int64_t row = 0;
    for (const std::int64_t length : lengths) {
        auto& rows = rowsOfLength[length];
        for (std::int64_t i = 0; i < length; ++i) rows.push_back(row++);
    }
    std::vector<SegmentGroup> groups;
    for (const auto& [length, rows] : rowsOfLength) {
        const auto total = static_cast<std::int64_t>(rows.size());
        SegmentGroup group{total / length, length, {}};
        if (rowsOfLength.size() > 1) {
            group.rows = at::tensor(rows, at::TensorOptions().dtype(at::kLong)).to(device);
        }
        groups.push_back(std::move(group));
    }
    return groups;
}

at::Tensor attendSegments(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                          const std::vector<SegmentGroup>& groups, const CancelToken& cancel) {
    const std::int64_t heads = q.size(1), headDim = q.size(2);
    at::Tensor out;
    if (groups.size() > 1) out = at::empty({q.size(0), heads * headDim}, q.options());
    for (const SegmentGroup& group : groups) {
        const auto segments = [&](const at::Tensor& x) {
            const at::Tensor picked = group.rows.defined() ? x.index_select(0, group.rows) : x;
            return picked.reshape({group.count, group.length, heads, headDim}).transpose(1, 2);
        };
        const at::Tensor result = attendSliced(segments(q), segments(k), segments(v), cancel)
                                      .transpose(1, 2)
                                      .reshape({group.count * group.length, heads * headDim});
        if (!group.rows.defined()) return result;
        out.index_copy_(0, group.rows, result);
    }
    return out;
}

}  // namespace reelquery
