#include "core/attention/relative_difference.h"

#include <ATen/ATen.h>

namespace reelquery {

double relativeDifference(const at::Tensor& a, const at::Tensor& b) {
    const double difference = (a.to(at::kDouble) - b.to(at::kDouble)).norm().item<double>();
    if (difference == 0) return 0;
    return difference / b.to(at::kDouble).norm().item<double>();
}

}  // namespace reelquery
