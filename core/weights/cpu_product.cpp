#include "core/weights/cpu_product.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/device/torch_workers.h"
#include "kernels/cpu/row_product.h"

namespace reelquery {

namespace {

using kernels::WeightFormat;
using kernels::WeightRows;

/// Rows of W that are unpacked together: few enough that the cache still holds some of them when
/// they are multiplied.
constexpr std::int64_t kPanelValues = std::int64_t{2} << 20;

WeightFormat formatOf(PackedFormat format) {
    switch (format) {
        case PackedFormat::kInt4:
            return WeightFormat::kInt4;
        case PackedFormat::kInt8:
            return WeightFormat::kInt8;
        case PackedFormat::kFp8:
            return WeightFormat::kFp8;
        case PackedFormat::kQ4_0:
            return WeightFormat::kQ4_0;
        case PackedFormat::kQ4_1:
            return WeightFormat::kQ4_1;
        case PackedFormat::kQ5_0:
            return WeightFormat::kQ5_0;
        case PackedFormat::kQ5_1:
            return WeightFormat::kQ5_1;
        case PackedFormat::kQ8_0:
            return WeightFormat::kQ8_0;
        case PackedFormat::kQ4_K:
            return WeightFormat::kQ4_K;
        case PackedFormat::kQ5_K:
            return WeightFormat::kQ5_K;
        case PackedFormat::kQ6_K:
            return WeightFormat::kQ6_K;
    }
    throw Error(ErrorCode::kInternal, "a packed format without a kernel");
}

WeightRows rowsOf(const PackedMatrix& matrix) {
    ENSURE(!matrix.groupOf.defined() && !matrix.words.is_cuda(), "kernels take groups in order");
    WeightRows rows;
    rows.format = formatOf(matrix.format);
    rows.words = matrix.words.const_data_ptr<std::uint8_t>();
    rows.rowBytes = matrix.words.stride(0);
    rows.outputs = matrix.outputs;
    rows.inputs = matrix.inputs;
    if (matrix.isBlocks()) return rows;
    rows.scales = matrix.scales.const_data_ptr();
    rows.halfScales = matrix.scales.scalar_type() == at::kHalf;
    if (matrix.zeros.defined()) rows.zeros = matrix.zeros.const_data_ptr<std::uint8_t>();
    if (matrix.format == PackedFormat::kFp8) {
        rows.blockRows = matrix.blockRows;
        rows.blockColumns = matrix.blockColumns;
        rows.scaleColumns = matrix.scales.size(1);
    } else {
        rows.groupSize = matrix.groupSize;
        rows.groups = matrix.groups();
    }
    return rows;
}

kernels::CpuIsa isa() {
    static const kernels::CpuIsa kBest = kernels::bestCpuIsa();
    return kBest;
}

at::Tensor multiplyOne(const at::Tensor& x, const WeightRows& rows) {
    const at::Tensor flat = x.contiguous();
    const bool isBf16 = x.scalar_type() == at::kBFloat16;
    at::Tensor y = at::empty({1, rows.outputs}, at::kFloat);
    TorchWorkers workers;
    kernels::multiplyRow(workers, isa(), rows, flat.const_data_ptr(), isBf16, y.data_ptr<float>());
    return isBf16 ? y.to(at::kBFloat16) : y;
}

}  // namespace

bool isPlainRow(const at::Tensor& x, const at::Tensor& weight) {
    return !x.is_cuda() && x.size(0) == 1 && x.scalar_type() == at::kBFloat16 &&
           weight.scalar_type() == at::kBFloat16 && weight.is_contiguous();
}

at::Tensor multiplyPlainRow(const at::Tensor& x, const at::Tensor& weight) {
    WeightRows rows;
    rows.format = WeightFormat::kBf16;
    rows.words = static_cast<const std::uint8_t*>(weight.const_data_ptr());
    rows.rowBytes = 2 * weight.size(1);
    rows.outputs = weight.size(0);
    rows.inputs = weight.size(1);
    return multiplyOne(x, rows);
}

at::Tensor multiplyPacked(const at::Tensor& x, const PackedMatrix& matrix) {
    const WeightRows rows = rowsOf(matrix);
    if (x.size(0) == 1) return multiplyOne(x, rows);
    const bool isBf16 = x.scalar_type() == at::kBFloat16;
    at::Tensor y = at::empty({x.size(0), rows.outputs}, x.options());
    const std::int64_t step =
        std::clamp<std::int64_t>(kPanelValues / rows.inputs, 16, rows.outputs);
    const at::Tensor panel = at::empty({std::min(step, rows.outputs), rows.inputs}, x.options());
    TorchWorkers workers;
    for (std::int64_t begin = 0; begin < rows.outputs; begin += step) {
        const std::int64_t end = std::min(rows.outputs, begin + step);
        kernels::unpackWeightRows(workers, isa(), rows, begin, end, panel.data_ptr(), isBf16);
        y.narrow(1, begin, end - begin).copy_(at::linear(x, panel.narrow(0, 0, end - begin)));
    }
    return y;
}

}  // namespace reelquery
