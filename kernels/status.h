#pragma once

// How every kernel reports: a code and a static sentence. Kernels never throw, print or exit.

namespace reelquery::kernels {

enum class StatusCode {
    kOk,
    kInvalidArgument,  ///< shapes, strides or options that contradict each other
    kUnsupported,      ///< a valid request that no kernel here serves
    kOutOfMemory,
    kCancelled,  ///< a stop was requested; outputs are undefined
    kDevice      ///< the driver or the device failed
};

/// Not to be dropped: a kernel has no other way to say that it did nothing.
struct [[nodiscard]] Status {
    StatusCode code = StatusCode::kOk;
    const char* message = "";  ///< static storage; names the argument or the call

    bool ok() const { return code == StatusCode::kOk; }
};

}  // namespace reelquery::kernels
