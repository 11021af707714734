#include "core/attention/arriving_values.h"

#include <ATen/ATen.h>

namespace reelquery {

namespace {

at::Tensor onWayToHost(const at::Tensor& values) {
    if (!values.is_cuda()) return values;
    const auto pinned = values.options().device(at::kCPU).pinned_memory(true);
    at::Tensor host = at::empty(values.sizes(), pinned);
    host.copy_(values, true);
    return host;
}

}  // namespace

ArrivingValues::ArrivingValues(const AttentionKernels& kernels, const at::Tensor& values)
    : host_(onWayToHost(values)), arrival_(kernels.mark(values.device())) {}

std::vector<double> ArrivingValues::read() const {
    waitFor(arrival_);
    const at::Tensor flat = host_.to(at::kDouble).contiguous();
    const double* data = flat.const_data_ptr<double>();
    return {data, data + flat.numel()};
}

}  // namespace reelquery
