#include "core/model/rotary.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/device/row_steps.h"
#include "core/device/torch_target.h"
#include "core/device/vector_math.h"

namespace reelquery {

at::Tensor rotaryFrequencies(const TextConfig& config) {
    const at::Tensor exponent =
        at::arange(0, config.headDim, 2, at::TensorOptions().dtype(at::kFloat)) /
        static_cast<double>(config.headDim);
    return at::pow(at::Scalar(config.ropeTheta), exponent).reciprocal();
}

std::vector<int> rotaryAxes(const TextConfig& config) {
    const auto& section = config.mropeSection;
    std::vector<int> axes;
    if (config.layer.rope == RopeLayout::kContiguous) {
        for (int axis = 0; axis < 3; ++axis) {
            axes.insert(axes.end(), static_cast<std::size_t>(section[axis]), axis);
        }
        return axes;
    }
    for (std::int64_t pair = 0; pair < config.headDim / 2; ++pair) {
        const auto axis = static_cast<int>(pair % 3);
        axes.push_back(pair < 3 * section[axis] ? axis : 0);
    }
    return axes;
}

void rotaryTables(const MropePositions& positions, std::int64_t begin, std::int64_t end,
                  const TextConfig& config, const ComputeTarget& target, at::Tensor& cos,
                  at::Tensor& sin) {
    ENSURE(begin >= 0 && begin <= end && end <= positions.size(), "tokens lie in the prompt");
    const std::int64_t n = end - begin, pairs = config.headDim / 2;
    const auto floats = at::TensorOptions().dtype(at::kFloat);
    const at::Tensor frequency = rotaryFrequencies(config);

    at::Tensor angles = at::empty({n, pairs}, hostOptions(target).dtype(at::kFloat));
    std::array<at::Tensor, 3> position;
    for (std::size_t axis = 0; axis < position.size(); ++axis) {
        position[axis] = at::empty({n, 1}, floats);
        std::copy_n(positions.axes[axis].begin() + begin, n, position[axis].data_ptr<float>());
    }
    const std::vector<int> axes = rotaryAxes(config);
    for (std::int64_t first = 0; first < pairs;) {  // neighbours on one axis in one product
        const int axis = axes[static_cast<std::size_t>(first)];
        std::int64_t count = 1;
        while (first + count < pairs && axes[static_cast<std::size_t>(first + count)] == axis)
            ++count;
        angles.narrow(1, first, count)
            .copy_(position[static_cast<std::size_t>(axis)] * frequency.narrow(0, first, count));
        first += count;
    }
    angles = angles.to(deviceOf(target), true);  // a card would wait for the CPU's sines
    const CosSin table = cosSinOf(angles);
    cos = table.cos;
    sin = table.sin;
}

at::Tensor rotate(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
    if (haveRowSteps(x)) {
        rotateHeads(x, cos, sin, x);
        return x.transpose(0, 1);
    }
    const std::int64_t half = x.size(2) / 2;
    const at::Tensor wide = x.transpose(0, 1).to(at::kFloat);  // [n, Hq, D] -> [Hq, n, D]
    const at::Tensor first = wide.narrow(2, 0, half), second = wide.narrow(2, half, half);
    at::Tensor out = at::empty({x.size(1), x.size(0), x.size(2)}, x.options());
    out.narrow(2, 0, half).copy_((first * cos).addcmul_(second, sin, -1));
    out.narrow(2, half, half).copy_((second * cos).addcmul_(first, sin));
    return out;
}

}  // namespace reelquery
