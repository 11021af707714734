#include "core/bench/random_weights.h"

#include <ATen/ATen.h>

#include <functional>
#include <map>

#include "core/base/error.h"
#include "core/bench/random_model_kinds.h"
#include "core/device/torch_target.h"
#include "core/spec/weight_shapes.h"

namespace reelquery {

RandomWeights randomWeights(const std::string& kindName, const ComputeTarget& target,
                            std::uint64_t seed) {
    const RandomModelKind& kind = randomModelKind(kindName);
    std::vector<WeightShape> shapes = weightShapes(kind.config);
    if (kind.hasHead) shapes.push_back(headShape(kind.config));
    RandomWeights weights{kind.config, {}, kind.hasHead, 0};
    std::map<std::string, WeightShape> byName;
    for (WeightShape& shape : shapes) {
        weights.parameters += shape.values();
        byName.emplace(shape.name, std::move(shape));
    }
    const auto options = at::TensorOptions().dtype(typeOf(target)).device(deviceOf(target));
    weights.lookup = [byName = std::move(byName), options, seed](const std::string& name) {
        const auto found = byName.find(name);
        ENSURE(found != byName.end(), "a model asks for its own weights");
        const ValueRange range = randomRange(found->second);
        at::manual_seed(seed ^ std::hash<std::string>{}(name));
        return at::empty(found->second.shape, options)
            .uniform_(range.middle - range.reach, range.middle + range.reach);
    };
    return weights;
}

}  // namespace reelquery
