#include "core/session/device.h"

#include "core/base/error.h"

namespace reelquery {

ResolvedDevice resolveDevice(DeviceKind device, DtypeChoice dtype) {
    if (device == DeviceKind::kCuda) {
        throw Error(ErrorCode::kDevice, "this version runs models on the CPU only",
                    "use --device cpu or leave --device out");
    }
    ResolvedDevice resolved;
    resolved.target = chooseTarget(dtype);
    resolved.name = "cpu";
    resolved.dtype = resolved.target.bfloat16 ? "bfloat16" : "float32";
    return resolved;
}

}  // namespace reelquery
