#include "core/device/cuda_stream.h"

#include <ATen/ATen.h>
#include <ATen/DeviceAccelerator.h>

namespace reelquery {

kernels::CudaStream currentCudaStream(const at::Device& device) {
    return static_cast<kernels::CudaStream>(
        at::accelerator::getCurrentStream(device.index()).native_handle());
}

at::Tensor cudaScratch(std::size_t bytes, const at::Device& device) {
    return at::empty({static_cast<std::int64_t>(bytes)},
                     at::TensorOptions().dtype(at::kByte).device(device));
}

}  // namespace reelquery
