#include "core/weights/weight_source.h"

#include <ATen/ATen.h>

#include "core/base/error.h"
#include "core/spec/weight_shapes.h"
#include "core/weights/card_linear.h"
#include "core/weights/tensor_file.h"
#include "core/weights/weight_packing.h"

namespace reelquery {

Linear WeightSource::linear(const std::string& module, std::int64_t outputs, std::int64_t inputs,
                            bool hasBias) const {
    const std::string name = module + ".weight";
    const at::Tensor weight = checkedTensor(*this, name, {outputs, inputs});
    const at::Tensor bias =
        hasBias ? checkedTensor(*this, module + ".bias", {outputs}) : at::Tensor();
    const WeightChoice format = packedAs(name, packTo(), target(), has(kHeadWeight));
    if (format == WeightChoice::kStored) return Linear::plain(weight, bias);
    auto map = makePackedLinear(packWeights(weight, format), bias, weight.scalar_type());
    madePacked(module, *map);
    return Linear(std::move(map));
}

Linear WeightSource::hostTable(const std::string& module, std::int64_t rows,
                               std::int64_t width) const {
    return Linear::plain(checkedTensor(*this, module + ".weight", {rows, width}).to(at::kCPU), {});
}

bool isLayerMatrix(const std::string& name) {
    return name.starts_with("model.layers.") && name.ends_with("_proj.weight");
}

WeightChoice packedAs(const std::string& name, WeightChoice packTo, const ComputeTarget& target,
                      bool hasHead) {
    if (isLayerMatrix(name)) return packTo;
    const bool isInteger = packTo == WeightChoice::kInt8 || packTo == WeightChoice::kInt4;
    const bool isHead = name == (hasHead ? kHeadWeight : kEmbeddingWeight);
    return isInteger && isHead && target.cudaDevice < 0 ? WeightChoice::kInt8
                                                        : WeightChoice::kStored;
}

at::Tensor checkedTensor(const WeightSource& weights, const std::string& name,
                         const std::vector<std::int64_t>& shape) {
    at::Tensor tensor = weights.tensor(name);
    if (tensor.sizes() != at::IntArrayRef(shape)) {
        throw Error(ErrorCode::kModel,
                    name + " is " + shapeText(tensor.sizes().vec()) + ", config.json calls for " +
                        shapeText(shape),
                    "the model folder mixes files of different models");
    }
    return tensor;
}

}  // namespace reelquery
