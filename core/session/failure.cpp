#include "core/session/failure.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <string>
#include <utility>

#include "core/device/cuda_libraries.h"
#include "core/device/device_errors.h"

namespace reelquery {

Error describeThrown(const std::exception_ptr& thrown, const std::string& doing) {
    try {
        std::rethrow_exception(thrown);
    } catch (...) {
        const CudaCardState* card = cudaLibraries().usable();
        if (const auto known = deviceError(card ? card->card.index : -1, doing)) return *known;
    }
    std::string words = "something unknown was thrown";
    try {
        std::rethrow_exception(thrown);
    } catch (const c10::Error& error) {
        words = error.what_without_backtrace();
    } catch (const std::exception& error) {
        words = error.what();
    } catch (...) {
    }
    words.resize(std::min(words.find('\n'), words.size()));
    return Error(ErrorCode::kInternal, "internal error while " + doing + ": " + words,
                 "please report this");
}

Event endOfThrown(RequestId request, const std::exception_ptr& thrown,
                  const std::string& said) noexcept {
    try {
        const Error error = describeThrown(thrown, "answering");
        if (error.code() == ErrorCode::kCancelled) return Cancelled{request, said};
        return Failed{request, error.code(), error.message(), error.hint(), said};
    } catch (...) {
        return Failed{request, ErrorCode::kMemory, {}, {}, {}};  // empty texts take no memory
    }
}

}  // namespace reelquery
