#pragma once
// Exit codes of the command line, as its help prints them.

#include "core/base/error.h"

namespace reelquery {

inline constexpr int kExitAnswered = 0;
inline constexpr int kExitInternal = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitVideo = 3;
inline constexpr int kExitModel = 4;
inline constexpr int kExitDevice = 5;  ///< device or memory
inline constexpr int kExitCancelled = 130;

inline int exitCode(ErrorCode code) {
    switch (code) {
        case ErrorCode::kUsage:
            return kExitUsage;
        case ErrorCode::kVideo:
            return kExitVideo;
        case ErrorCode::kModel:
            return kExitModel;
        case ErrorCode::kDevice:
        case ErrorCode::kMemory:
            return kExitDevice;
        case ErrorCode::kCancelled:
            return kExitCancelled;
        case ErrorCode::kInternal:
            break;
    }
    return kExitInternal;
}

}  // namespace reelquery
