#include "core/weights/weight_packing.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <vector>

#include "core/base/error.h"

namespace reelquery {

namespace {

constexpr std::int64_t kGroup = 128;
constexpr double kLargestFp8 = 448;

/// A matrix of whole groups: missing values are copies of the row's last, which change neither the
/// smallest nor the largest of their group.
at::Tensor inGroups(const at::Tensor& wide, std::int64_t groups) {
    const std::int64_t missing = groups * kGroup - wide.size(1);
    at::Tensor whole = wide;
    if (missing > 0) {
        whole = at::cat({wide, wide.narrow(1, wide.size(1) - 1, 1).expand({-1, missing})}, 1);
    }
    return whole.view({wide.size(0), groups, kGroup});
}

at::Tensor packNibbles(const at::Tensor& q, std::int64_t rowBytes) {
    at::Tensor padded = at::zeros({q.size(0), 2 * rowBytes}, q.options());
    padded.narrow(1, 0, q.size(1)).copy_(q);
    const at::Tensor pairs = padded.view({q.size(0), rowBytes, 2});
    return pairs.select(2, 0).bitwise_or(pairs.select(2, 1).__lshift__(4)).contiguous();
}

/// Values to bytes of float8_e4m3fn by torch's own rounding.
PackedMatrix packFp8(const at::Tensor& wide) {
    PackedMatrix matrix;
    matrix.format = PackedFormat::kFp8;
    matrix.blockRows = 1;
    matrix.blockColumns = wide.size(1);
    const at::Tensor largest = std::get<0>(wide.abs().max(1, true));
    matrix.scales = largest.clamp_min(1e-30).div(kLargestFp8).contiguous();
    matrix.words = wide.div(matrix.scales)
                       .clamp(-kLargestFp8, kLargestFp8)
                       .to(at::kFloat8_e4m3fn)
                       .view(at::kByte);
    return matrix;
}

PackedMatrix packIntegers(const at::Tensor& wide, PackedFormat format) {
    PackedMatrix matrix;
    matrix.format = format;
    matrix.groupSize = std::min(kGroup, wide.size(1));
    const std::int64_t rows = wide.size(0), inputs = wide.size(1);
    const std::int64_t groups = (inputs + kGroup - 1) / kGroup;
    const at::Tensor grouped = inGroups(wide, groups);
    const std::int64_t rowBytes = packedRowBytes(format, inputs);
    if (format == PackedFormat::kInt8) {
        // A float16 scale below its normal numbers would lose digits; such weights are zero anyway.
        matrix.scales = std::get<0>(grouped.abs().max(2)).div(127).clamp_min(6.2e-5).to(at::kHalf);
        const at::Tensor q = grouped.div(matrix.scales.to(at::kFloat).unsqueeze(2))
                                 .round()
                                 .clamp(-127, 127)
                                 .add(128)
                                 .to(at::kByte)
                                 .view({rows, -1})
                                 .narrow(1, 0, inputs);
        matrix.words = at::zeros({rows, rowBytes}, q.options());
        matrix.words.narrow(1, 0, inputs).copy_(q);
        return matrix;
    }
    const at::Tensor low = std::get<0>(grouped.min(2)).clamp_max(0);
    const at::Tensor high = std::get<0>(grouped.max(2)).clamp_min(0);
    matrix.scales = high.sub(low).div(15).clamp_min(6.2e-5).to(at::kHalf);
    const at::Tensor scale = matrix.scales.to(at::kFloat);
    const at::Tensor zero = low.neg().div(scale).round().clamp(0, 15);
    const at::Tensor q = grouped.div(scale.unsqueeze(2))
                             .round()
                             .add(zero.unsqueeze(2))
                             .clamp(0, 15)
                             .to(at::kByte)
                             .view({rows, -1})
                             .narrow(1, 0, inputs);
    matrix.words = packNibbles(q, rowBytes);
    matrix.zeros = zero.to(at::kByte).contiguous();
    return matrix;
}

}  // namespace

PackedFormat packedFormatOf(WeightChoice packTo) {
    ENSURE(packTo != WeightChoice::kStored, "there is a format to pack to");
    if (packTo == WeightChoice::kFp8) return PackedFormat::kFp8;
    return packTo == WeightChoice::kInt8 ? PackedFormat::kInt8 : PackedFormat::kInt4;
}

PackedMatrix packWeights(const at::Tensor& weight, WeightChoice packTo) {
    const PackedFormat format = packedFormatOf(packTo);
    // A slice of rows at a time, so that float32 takes no second matrix.
    constexpr std::int64_t kSliceValues = std::int64_t{8} << 20;
    const std::int64_t step = std::max<std::int64_t>(1, kSliceValues / weight.size(1));
    std::vector<PackedMatrix> parts;
    for (std::int64_t begin = 0; begin < weight.size(0); begin += step) {
        const std::int64_t count = std::min(step, weight.size(0) - begin);
        const at::Tensor wide = weight.narrow(0, begin, count).to(at::kFloat);
        PackedMatrix part =
            format == PackedFormat::kFp8 ? packFp8(wide) : packIntegers(wide, format);
        part.outputs = count;
        part.inputs = weight.size(1);
        checkPacked(part);
        parts.push_back(std::move(part));
    }
    return parts.size() == 1 ? std::move(parts.front()) : joinPacked(parts);
}

std::int64_t packedBytes(WeightChoice packTo, std::int64_t outputs, std::int64_t inputs) {
    const PackedFormat format = packedFormatOf(packTo);
    const std::int64_t words = outputs * packedRowBytes(format, inputs);
    if (format == PackedFormat::kFp8) return words + 4 * outputs;
    const std::int64_t groups = (inputs + kGroup - 1) / kGroup;
    return words + outputs * groups * (format == PackedFormat::kInt4 ? 3 : 2);
}

}  // namespace reelquery
