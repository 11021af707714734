#include "core/weights/card_linear.h"

#include <ATen/ATen.h>

#include <utility>

#include "core/base/error.h"
#include "core/weights/packed_linear.h"

namespace reelquery {

namespace {

kernels::SourceFormat sourceFormat(PackedFormat format) {
    using F = kernels::SourceFormat;
    switch (format) {
        case PackedFormat::kInt4:
            return F::kInt4;
        case PackedFormat::kInt8:
            return F::kInt8;
        case PackedFormat::kFp8:
            return F::kFp8;
        case PackedFormat::kQ4_0:
            return F::kQ4_0;
        case PackedFormat::kQ4_1:
            return F::kQ4_1;
        case PackedFormat::kQ5_0:
            return F::kQ5_0;
        case PackedFormat::kQ5_1:
            return F::kQ5_1;
        case PackedFormat::kQ8_0:
            return F::kQ8_0;
        case PackedFormat::kQ4_K:
            return F::kQ4_K;
        case PackedFormat::kQ5_K:
            return F::kQ5_K;
        case PackedFormat::kQ6_K:
            return F::kQ6_K;
    }
    throw Error(ErrorCode::kInternal, "there is no such packed format", "");
}

}  // namespace

CardLinear::CardLinear(std::unique_ptr<TiledProduct> product, at::Tensor bias, at::ScalarType type)
    : product_(std::move(product)), bias_(std::move(bias)), type_(type) {
    ENSURE(!bias_.defined() || bias_.numel() == product_->outputs(),
           "a bias has a value for each output");
}

at::Tensor CardLinear::apply(const at::Tensor& x) const {
    return product_->apply(x, bias_);
}

at::Tensor CardLinear::rows(const at::Tensor& index) const {
    return product_->rows(index, type_);
}

std::int64_t CardLinear::outputs() const {
    return product_->outputs();
}

std::int64_t CardLinear::bytes() const {
    return product_->bytes() + static_cast<std::int64_t>(bias_.defined() ? bias_.nbytes() : 0);
}

LinearFormat::Shared CardLinear::joined(const std::vector<Shared>& maps) const {
    std::vector<const TiledProduct*> products;
    std::vector<at::Tensor> biases;
    for (const Shared& map : maps) {
        const auto* card = dynamic_cast<const CardLinear*>(map.get());
        if (!card || card->bias_.defined() != bias_.defined()) return nullptr;
        products.push_back(card->product_.get());
        if (bias_.defined()) biases.push_back(card->bias_);
    }
    std::unique_ptr<TiledProduct> all = TiledProduct::joined(products);
    if (!all) return nullptr;
    return std::make_shared<const CardLinear>(
        std::move(all), biases.empty() ? at::Tensor() : at::cat(biases), type_);
}

LinearFormat::Shared makePackedLinear(const PackedMatrix& matrix, const at::Tensor& bias,
                                      at::ScalarType type) {
    if (matrix.words.is_cuda()) {
        checkPacked(matrix);
        PackedSource source;
        source.format = sourceFormat(matrix.format);
        source.outputs = matrix.outputs;
        source.inputs = matrix.inputs;
        source.words = matrix.words;
        source.scales = matrix.scales;
        source.zeros = matrix.zeros;
        source.groupOf = matrix.groupOf;
        const bool isFp8 = matrix.format == PackedFormat::kFp8;
        source.groupSize = isFp8 ? matrix.blockColumns : matrix.groupSize;
        source.scaleRows = isFp8 ? matrix.blockRows : 1;
        if (auto product = TiledProduct::make(source))
            return std::make_shared<const CardLinear>(std::move(product), bias, type);
    }
    return std::make_shared<const PackedLinear>(matrix, bias, type);
}

}  // namespace reelquery
