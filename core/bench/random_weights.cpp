#include "core/bench/random_weights.h"

#include <ATen/ATen.h>

#include <functional>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/bench/random_model_kinds.h"
#include "core/device/torch_target.h"
#include "core/weights/weight_packing.h"

namespace reelquery {

RandomWeights::RandomWeights(const ModelConfig& config, bool hasHead, const ComputeTarget& target,
                             std::uint64_t seed)
    : config_(config), target_(target), seed_(seed) {
    std::vector<WeightShape> shapes = weightShapes(config);
    if (hasHead) shapes.push_back(headShape(config));
    for (WeightShape& shape : shapes) {
        std::string name = shape.name;
        byName_.emplace(std::move(name), std::move(shape));
    }
}

std::int64_t RandomWeights::parameters() const {
    std::int64_t values = 0;
    for (const auto& [name, shape] : byName_) values += shape.values();
    return values;
}

std::int64_t RandomWeights::totalBytes() const {
    std::int64_t sum = 0;
    for (const auto& [name, shape] : byName_) sum += bytes(name);
    return sum;
}

at::Tensor RandomWeights::tensor(const std::string& name) const {
    const WeightShape& shape = shapeOf(name);
    const ValueRange range = randomRange(shape);
    at::manual_seed(seed_ ^ std::hash<std::string>{}(name));
    const auto options = at::TensorOptions().dtype(typeOf(target_)).device(deviceOf(target_));
    return at::empty(shape.shape, options)
        .uniform_(range.middle - range.reach, range.middle + range.reach);
}

std::int64_t RandomWeights::bytes(const std::string& name) const {
    const WeightShape& shape = shapeOf(name);
    const WeightChoice format = packedAs(name, packTo_, target_, has(kHeadWeight));
    if (format != WeightChoice::kStored) {
        return packedBytes(format, shape.shape[0], shape.shape[1]);
    }
    return shape.values() * target_.bytesPerValue();
}

const WeightShape& RandomWeights::shapeOf(const std::string& name) const {
    const auto found = byName_.find(name);
    ENSURE(found != byName_.end(), "a model asks for its own weights");
    return found->second;
}

RandomWeights randomWeights(const std::string& kindName, const ComputeTarget& target,
                            std::uint64_t seed) {
    const RandomModelKind& kind = randomModelKind(kindName);
    return RandomWeights(kind.config, kind.hasHead, target, seed);
}

}  // namespace reelquery
