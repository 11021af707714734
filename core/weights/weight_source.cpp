#include "core/weights/weight_source.h"

#include <ATen/ATen.h>

#include "core/base/error.h"
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
    if (packTo() == WeightChoice::kStored || !isLayerMatrix(name)) {
        return Linear::plain(weight, bias);
    }
    auto map = makePackedLinear(packWeights(weight, packTo()), bias, weight.scalar_type());
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
