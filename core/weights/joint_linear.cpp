#include "core/weights/joint_linear.h"

#include <utility>

#include "core/base/error.h"

namespace reelquery {

JointLinear::JointLinear(std::vector<at::Tensor> weights, std::vector<at::Tensor> biases)
    : weights_(std::move(weights)), biases_(std::move(biases)) {
    ENSURE(!weights_.empty() && (biases_.empty() || biases_.size() == weights_.size()),
           "every map has a bias or none has");
    for (const at::Tensor& weight : weights_) outputs_.push_back(weight.size(0));
    if (!weights_.front().is_cuda()) return;
    weights_ = {at::cat(weights_)};
    if (!biases_.empty()) biases_ = {at::cat(biases_)};
}

std::vector<at::Tensor> JointLinear::operator()(const at::Tensor& x,
                                                const CancelToken& cancel) const {
    std::vector<at::Tensor> products;
    for (std::size_t i = 0; i < weights_.size(); ++i) {
        throwIfCancelled(cancel);
        products.push_back(biases_.empty() ? at::linear(x, weights_[i])
                                           : at::linear(x, weights_[i], biases_[i]));
    }
    return products.size() == outputs_.size() ? products
                                              : products.front().split_with_sizes(outputs_, -1);
}

}  // namespace reelquery
