#include "core/device/device_errors.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <new>

#include "core/base/format_text.h"
#include "core/device/cuda_memory.h"
#include "core/device/host_memory.h"

namespace reelquery {

namespace {

constexpr int kCudaOutOfMemory = 2;  // cudaErrorMemoryAllocation
constexpr const char* kSmaller = "use fewer frames, a shorter range or a smaller model";

// cudaError_t of errors after which "the process must be terminated and relaunched" (CUDA Runtime
// API): uncorrectable ECC, NVLink, contained errors, illegal address, launch timeout, destroyed
// context, assert, hardware stack, illegal instruction, misaligned address, address space, program
// counter, launch failure, tensor memory leak, unknown.
constexpr int kSticky[] = {214, 220, 226, 700, 702, 709, 710, 714,
                           715, 716, 717, 718, 719, 721, 999};

/// The first line of what torch says, without its advice to programmers.
std::string firstLine(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

/// Bytes that a message of torch's CPU allocator names; 0 where it is one without a number; nothing
/// where it is not about memory. Torch has no type of its own for this.
std::optional<std::int64_t> refusedBytes(const std::string& message) {
    const std::string wanted = "tried to allocate ";
    if (const auto at = message.find(wanted); at != std::string::npos) {
        return std::strtoll(message.c_str() + at + wanted.size(), nullptr, 10);
    }
    const bool isAbsurd = message.find("Storage size calculation overflowed") != std::string::npos;
    return isAbsurd ? std::optional<std::int64_t>(0) : std::nullopt;
}

/// cudaOutOfMemory, but without its numbers where asking for them fails as well.
Error cardOutOfMemory(int card, const std::string& doing) {
    try {
        return cudaOutOfMemory(card, doing);
    } catch (const std::exception&) {
        return Error(ErrorCode::kMemory, "the GPU ran out of memory while " + doing, kSmaller);
    }
}

}  // namespace

Error hostOutOfMemory(const std::string& doing, std::int64_t wantedBytes) {
    const std::string wanted =
        wantedBytes > 0 ? gibText(wantedBytes) + " more were wanted and " : "";
    return Error(ErrorCode::kMemory,
                 "the machine ran out of memory while " + doing + ": " + wanted +
                     gibText(availableMemoryBytes()) + " are free",
                 std::string(kSmaller) + ", or close other programs");
}

bool isStickyCudaError(int code) {
    return std::find(std::begin(kSticky), std::end(kSticky), code) != std::end(kSticky);
}

Error cudaFailure(const std::string& doing, int code, const std::string& what) {
    return Error(ErrorCode::kDevice, "the GPU failed while " + doing + ": " + what,
                 isStickyCudaError(code)
                     ? "restart the program: this GPU answers nothing more to it until then"
                     : "try again, or add --device cpu");
}

std::optional<Error> deviceError(int card, const std::string& doing) noexcept {
    try {
        throw;
    } catch (const Error& error) {
        return error;
    } catch (const c10::OutOfMemoryError& refused) {
        if (card >= 0) return cardOutOfMemory(card, doing);
        return hostOutOfMemory(doing, refusedBytes(refused.what_without_backtrace()).value_or(0));
    } catch (const c10::AcceleratorError& failed) {
        if (failed.get_error_code() == kCudaOutOfMemory) {
            return card >= 0 ? cardOutOfMemory(card, doing) : hostOutOfMemory(doing, 0);
        }
        return cudaFailure(doing, failed.get_error_code(),
                           firstLine(failed.what_without_backtrace()));
    } catch (const c10::Error& error) {
        if (const auto bytes = refusedBytes(error.what_without_backtrace())) {
            return hostOutOfMemory(doing, *bytes);
        }
        return std::nullopt;
    } catch (const std::bad_alloc&) {
        return hostOutOfMemory(doing, 0);
    } catch (...) {
        return std::nullopt;
    }
}

void rethrowDeviceError(int card, const std::string& doing) {
    if (const auto error = deviceError(card, doing)) throw *error;
    throw;
}

}  // namespace reelquery
