#include "core/weights/packed_linear.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

#include "core/base/error.h"

namespace reelquery {

namespace {

/// Rows of W that are unpacked together: a scratch of float32 that stays small.
constexpr std::int64_t kPanelValues = std::int64_t{4} << 20;

}  // namespace

std::unique_ptr<PackedProduct> makeCudaProduct(const PackedMatrix& /*matrix*/) {
    return nullptr;
}

PackedLinear::PackedLinear(PackedMatrix matrix, at::Tensor bias, at::ScalarType type)
    : matrix_(std::move(matrix)), bias_(std::move(bias)), type_(type) {
    checkPacked(matrix_);
    ENSURE(!bias_.defined() || bias_.numel() == matrix_.outputs,
           "a bias has a value for each output");
    if (matrix_.words.is_cuda()) product_ = makeCudaProduct(matrix_);
}

at::Tensor PackedLinear::apply(const at::Tensor& x) const {
    if (product_) {
        at::Tensor y = product_->apply(x);
        return bias_.defined() ? y.add_(bias_) : y;
    }
    at::Tensor y = at::empty({x.size(0), matrix_.outputs}, x.options());
    const std::int64_t unit = std::max<std::int64_t>(1, matrix_.blockRows);
    const std::int64_t step =
        std::max<std::int64_t>(1, kPanelValues / matrix_.inputs / unit) * unit;
    for (std::int64_t begin = 0; begin < matrix_.outputs; begin += step) {
        const std::int64_t end = std::min(matrix_.outputs, begin + step);
        const at::Tensor panel = unpack(matrix_.slice(begin, end)).to(x.scalar_type());
        y.narrow(1, begin, end - begin).copy_(at::linear(x, panel));
    }
    return bias_.defined() ? y.add_(bias_) : y;
}

at::Tensor PackedLinear::rows(const at::Tensor& index) const {
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
    const std::int64_t words = product_ ? product_->bytes() : matrix_.bytes();
    return words + static_cast<std::int64_t>(bias_.defined() ? bias_.nbytes() : 0);
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
    return product_ != nullptr || !matrix_.words.is_cuda();
}

}  // namespace reelquery
