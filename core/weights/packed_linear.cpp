#include "core/weights/packed_linear.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "core/weights/cpu_product.h"

namespace reelquery {

namespace {

/// Puts the inputs of a matrix with groupOf into the order of their groups, where all groups are of
/// one size: afterwards input i is what was input order[i], and groupOf is undefined. Else changes
/// nothing and returns an undefined order.
at::Tensor sortByGroup(PackedMatrix& matrix) {
    const at::Tensor groupOf = matrix.groupOf.to(at::kLong);
    const at::Tensor order = std::get<1>(groupOf.sort(/*stable=*/true, 0, false));
    const at::Tensor regular = at::arange(matrix.inputs, at::kLong).div(matrix.groupSize, "floor");
    if (!groupOf.index_select(0, order).eq(regular).all().item<bool>()) return {};
    at::Tensor q = matrix.words;
    const bool isInt4 = matrix.format == PackedFormat::kInt4;
    if (isInt4) {
        q = at::stack({q.bitwise_and(15), q.__rshift__(4)}, 2).reshape({matrix.outputs, -1});
    }
    // Values that only fill the last word stay where they are.
    const std::int64_t fill = q.size(1) - matrix.inputs;
    at::Tensor sorted = q.narrow(1, 0, matrix.inputs).index_select(1, order);
    if (fill > 0) sorted = at::cat({sorted, q.narrow(1, matrix.inputs, fill)}, 1);
    if (isInt4) {
        const at::Tensor pairs = sorted.view({matrix.outputs, -1, 2});
        sorted = pairs.select(2, 0).bitwise_or(pairs.select(2, 1).__lshift__(4));
    }
    matrix.words = sorted.contiguous();
    matrix.groupOf = at::Tensor();
    return order;
}

/// Rows of W that are unpacked together: a scratch of float32 that stays small.
constexpr std::int64_t kDequantisedValues = std::int64_t{4} << 20;

}  // namespace

PackedLinear::PackedLinear(PackedMatrix matrix, at::Tensor bias, at::ScalarType type)
    : matrix_(std::move(matrix)), bias_(std::move(bias)), type_(type) {
    checkPacked(matrix_);
    ENSURE(!bias_.defined() || bias_.numel() == matrix_.outputs,
           "a bias has a value for each output");
    if (!matrix_.words.is_cuda() && matrix_.groupOf.defined()) order_ = sortByGroup(matrix_);
}

at::Tensor PackedLinear::apply(const at::Tensor& x) const {
    const at::Tensor y = product(order_.defined() ? x.index_select(1, order_) : x);
    return bias_.defined() ? y.add(bias_) : y;
}

at::Tensor PackedLinear::product(const at::Tensor& x) const {
    if (!x.is_cuda() && !matrix_.groupOf.defined()) return multiplyPacked(x, matrix_);
    at::Tensor y = at::empty({x.size(0), matrix_.outputs}, x.options());
    const std::int64_t unit = std::max<std::int64_t>(1, matrix_.blockRows);
    const std::int64_t step =
        std::max<std::int64_t>(1, kDequantisedValues / matrix_.inputs / unit) * unit;
    for (std::int64_t begin = 0; begin < matrix_.outputs; begin += step) {
        const std::int64_t end = std::min(matrix_.outputs, begin + step);
        const at::Tensor panel = unpack(matrix_.slice(begin, end)).to(x.scalar_type());
        y.narrow(1, begin, end - begin).copy_(at::linear(x, panel));
    }
    return y;
}

at::Tensor PackedLinear::rows(const at::Tensor& index) const {
    ENSURE(!order_.defined(), "embeddings have their inputs in order");
    PackedMatrix picked = matrix_;
    picked.outputs = index.size(0);
    picked.words = matrix_.words.index_select(0, index);
    if (matrix_.format == PackedFormat::kFp8) {
        picked.blockRows = 1;
        picked.scales = matrix_.scales.index_select(0, index.div(matrix_.blockRows, "floor"));
    } else if (matrix_.scales.defined()) {
        picked.scales = matrix_.scales.index_select(0, index);
    }
    if (matrix_.zeros.defined()) picked.zeros = matrix_.zeros.index_select(0, index);
    return unpack(picked).to(type_);
}

std::int64_t PackedLinear::outputs() const {
    return matrix_.outputs;
}

std::int64_t PackedLinear::bytes() const {
    return matrix_.bytes() + static_cast<std::int64_t>(bias_.defined() ? bias_.nbytes() : 0);
}

LinearFormat::Shared PackedLinear::joined(const std::vector<Shared>& maps) const {
    if (!matrix_.words.is_cuda()) return nullptr;
    std::vector<PackedMatrix> matrices;
    std::vector<at::Tensor> biases;
    for (const Shared& map : maps) {
        const auto* packed = dynamic_cast<const PackedLinear*>(map.get());
        if (!packed || packed->bias_.defined() != bias_.defined()) return nullptr;
        matrices.push_back(packed->matrix_);
        if (bias_.defined()) biases.push_back(packed->bias_);
    }
    PackedMatrix all = joinPacked(matrices);
    if (!all.words.defined()) return nullptr;
    return std::make_shared<const PackedLinear>(
        std::move(all), biases.empty() ? at::Tensor() : at::cat(biases), type_);
}

bool PackedLinear::isProductFast() const {
    return !matrix_.words.is_cuda() && !matrix_.groupOf.defined();
}

}  // namespace reelquery
