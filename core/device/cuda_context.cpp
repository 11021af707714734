#include "core/device/cuda_context.h"

#include "core/device/cuda_driver_library.h"

namespace reelquery {
namespace {

constexpr unsigned kStreamNonBlocking = 1;  // CU_STREAM_NON_BLOCKING: apart from the null stream

}  // namespace

std::shared_ptr<const CudaContext> CudaContext::primaryOf(int ordinal) {
    const CudaDriverLibrary driver;
    const auto works = [](int status) { return status == CudaDriverLibrary::kSuccess; };
    int device = 0;
    if (!works(driver.call("cuInit", 0u)) || !works(driver.call("cuDeviceGet", &device, ordinal)))
        return nullptr;
    const std::shared_ptr<CudaContext> made(new CudaContext(device));
    if (!works(driver.call("cuDevicePrimaryCtxRetain", &made->context_, device))) {
        made->context_ = nullptr;
        return nullptr;
    }
    if (!works(driver.call("cuCtxPushCurrent_v2", made->context_))) return nullptr;
    const int created = driver.call("cuStreamCreate", &made->stream_, kStreamNonBlocking);
    CUctx_st* popped = nullptr;
    driver.call("cuCtxPopCurrent_v2", &popped);
    return works(created) ? made : nullptr;
}

CudaContext::~CudaContext() {
    const CudaDriverLibrary driver;
    if (stream_) driver.call("cuStreamDestroy_v2", stream_);
    if (context_) driver.call("cuDevicePrimaryCtxRelease_v2", device_);
}

}  // namespace reelquery
