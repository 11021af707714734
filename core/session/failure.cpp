#include "core/session/failure.h"

#include <c10/util/Exception.h>

#include <new>
#include <utility>

#include "core/device/cuda_libraries.h"
#include "core/device/out_of_memory.h"

namespace reelquery {

Error describeThrown(const std::exception_ptr& thrown, const std::string& doing) {
    try {
        std::rethrow_exception(thrown);
    } catch (const Error& error) {
        return error;
    } catch (const c10::Error& error) {
        const CudaCardState* card = cudaLibraries().usable();
        try {
            return describeTorchError(error, card ? card->card.index : -1, doing);
        } catch (const c10::Error& again) {  // while asking the card for its numbers
            return describeTorchError(again, -1, doing);
        }
    } catch (const std::bad_alloc&) {
        return hostOutOfMemory(doing);
    } catch (const std::exception& error) {
        return Error(ErrorCode::kInternal, std::string("internal error: ") + error.what(),
                     "please report this");
    } catch (...) {
        return Error(ErrorCode::kInternal, "internal error: something unknown was thrown",
                     "please report this");
    }
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
