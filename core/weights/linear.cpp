#include "core/weights/linear.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/base/error.h"
#include "core/device/card_row.h"
#include "core/weights/cpu_product.h"

namespace reelquery {

namespace {

/// A matrix in the run's number type, multiplied by torch.
class PlainLinear final : public LinearFormat {
  public:
    PlainLinear(at::Tensor weight, at::Tensor bias)
        : weight_(std::move(weight)), bias_(std::move(bias)) {
        ENSURE(weight_.dim() == 2 && (!bias_.defined() || bias_.numel() == weight_.size(0)),
               "a linear map is [N, K] with a bias [N]");
    }

    at::Tensor apply(const at::Tensor& x) const override {
        // torch takes the path of a thousand rows for one, at half the memory's pace.
        if (isPlainRow(x, weight_)) {
            at::Tensor y = multiplyPlainRow(x, weight_);
            return bias_.defined() ? y.add_(bias_) : y;
        }
        if (isCardRow(x, weight_)) return multiplyCardRow(x, weight_, bias_);
        return bias_.defined() ? at::linear(x, weight_, bias_) : at::linear(x, weight_);
    }

    at::Tensor rows(const at::Tensor& index) const override {
        return at::embedding(weight_, index);
    }

    std::int64_t outputs() const override { return weight_.size(0); }

    std::int64_t bytes() const override {
        return static_cast<std::int64_t>(weight_.nbytes() + (bias_.defined() ? bias_.nbytes() : 0));
    }

    Shared joined(const std::vector<Shared>& maps) const override {
        if (!weight_.is_cuda()) return nullptr;
        std::vector<at::Tensor> weights, biases;
        for (const Shared& map : maps) {
            const auto* plain = dynamic_cast<const PlainLinear*>(map.get());
            if (!plain || plain->bias_.defined() != bias_.defined()) return nullptr;
            weights.push_back(plain->weight_);
            if (bias_.defined()) biases.push_back(plain->bias_);
        }
        return std::make_shared<const PlainLinear>(at::cat(weights),
                                                   biases.empty() ? at::Tensor() : at::cat(biases));
    }

  private:
    at::Tensor weight_;  // [N, K]
    at::Tensor bias_;    // [N] or undefined
};

}  // namespace

Linear::Linear(LinearFormat::Shared map) : maps_{std::move(map)} {
    outputs_ = {maps_.front()->outputs()};
}

Linear Linear::plain(const at::Tensor& weight, const at::Tensor& bias) {
    return Linear(std::make_shared<const PlainLinear>(weight, bias));
}

Linear Linear::join(const std::vector<Linear>& maps) {
    ENSURE(!maps.empty(), "there is something to join");
    Linear all;
    for (const Linear& map : maps) {
        ENSURE(map.maps_.size() == 1, "single maps are joined");
        all.maps_.push_back(map.maps_.front());
        all.outputs_.push_back(map.outputs_.front());
    }
    if (auto joined = all.maps_.front()->joined(all.maps_)) all.maps_ = {std::move(joined)};
    return all;
}

at::Tensor Linear::apply(const at::Tensor& x) const {
    ENSURE(maps_.size() == 1, "one map is applied");
    return maps_.front()->apply(x);
}

std::vector<at::Tensor> Linear::applyEach(const at::Tensor& x, const CancelToken& cancel) const {
    std::vector<at::Tensor> products;
    for (const auto& map : maps_) {
        throwIfCancelled(cancel);
        products.push_back(map->apply(x));
    }
    return products.size() == outputs_.size() ? products
                                              : products.front().split_with_sizes(outputs_, -1);
}

at::Tensor Linear::rows(const at::Tensor& index) const {
    ENSURE(maps_.size() == 1, "rows are those of one map");
    return maps_.front()->rows(index);
}

std::int64_t Linear::outputs() const {
    return std::accumulate(outputs_.begin(), outputs_.end(), std::int64_t{0});
}

std::int64_t Linear::bytes() const {
    std::int64_t bytes = 0;
    for (const auto& map : maps_) bytes += map->bytes();
    return bytes;
}

}  // namespace reelquery
