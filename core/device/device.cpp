#include "core/device/device.h"

#include "core/base/error.h"
#include "core/device/cuda_libraries.h"

namespace reelquery {

ResolvedDevice resolveDevice(DeviceKind device, DtypeChoice dtype) {
    const CudaCardState* card = nullptr;
    if (device != DeviceKind::kCpu) card = cudaLibraries().usable();
    if (device == DeviceKind::kCuda && !card) {
        throw Error(ErrorCode::kDevice, "no GPU can be used: " + cudaLibraries().whyNone(),
                    "use --device cpu or leave --device out");
    }
    ResolvedDevice resolved;
    resolved.target = chooseTarget(dtype, card ? card->card.index : -1);
    resolved.name =
        card ? "cuda:" + std::to_string(card->card.index) + " " + card->card.name : "cpu";
    resolved.dtype = resolved.target.bfloat16 ? "bfloat16" : "float32";
    return resolved;
}

}  // namespace reelquery
