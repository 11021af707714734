#include "core/device/kernel_status.h"

#include <string>

#include "core/base/error.h"

namespace reelquery {

void throwIfFailed(const kernels::Status& status) {
    switch (status.code) {
        case kernels::StatusCode::kOk:
        case kernels::StatusCode::kCancelled:
            return;
        case kernels::StatusCode::kOutOfMemory:
            throw Error(ErrorCode::kMemory, std::string("attention: ") + status.message,
                        "use fewer frames or a smaller token budget");
        case kernels::StatusCode::kDevice:
            throw Error(ErrorCode::kDevice, std::string("attention: ") + status.message);
        case kernels::StatusCode::kInvalidArgument:
        case kernels::StatusCode::kUnsupported:
            throw Error(ErrorCode::kInternal, std::string("attention: ") + status.message);
    }
}

}  // namespace reelquery
