#include "core/weights/weight_source.h"

#include <ATen/ATen.h>

#include "core/base/error.h"
#include "core/weights/tensor_file.h"

namespace reelquery {

Linear WeightSource::linear(const std::string& module, std::int64_t outputs, std::int64_t inputs,
                            bool hasBias) const {
    const at::Tensor weight = checkedTensor(*this, module + ".weight", {outputs, inputs});
    return Linear::plain(
        weight, hasBias ? checkedTensor(*this, module + ".bias", {outputs}) : at::Tensor());
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
