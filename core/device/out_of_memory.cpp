#include "core/device/out_of_memory.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "core/device/cuda_memory.h"

namespace reelquery {

namespace {

/// cudaErrorMemoryAllocation.
constexpr int kNoMemory = 2;

/// CUDA's numbers for errors after which "the process must be terminated and relaunched" (CUDA
/// Runtime API, cudaError_t), and those of a card that is gone: uncorrectable ECC, NVLink, illegal
/// address, launch timeout, assert, hardware stack, illegal instruction, misaligned address,
/// address space, program counter, launch failure, contained, unknown.
constexpr std::array kSticky = {214, 220, 700, 702, 710, 714, 715, 716, 717, 718, 719, 721, 999};

/// 0 where torch names no number.
int cudaCode(const c10::Error& thrown) {
    const auto* accelerator = dynamic_cast<const c10::AcceleratorError*>(&thrown);
    return accelerator ? accelerator->get_error_code() : 0;
}

/// torch's words up to its first line break; what follows is advice for programmers.
std::string firstLine(const c10::Error& thrown) {
    const std::string_view text = thrown.what_without_backtrace();
    return std::string(text.substr(0, text.find('\n')));
}

/// A full card with its numbers, or without them where it does not answer.
Error cardOutOfMemory(int card, const std::string& doing) {
    try {
        if (card >= 0) return cudaOutOfMemory(card, doing);
    } catch (const c10::Error&) {
        // The card does not even say how full it is.
    }
    return Error(ErrorCode::kMemory, "the GPU ran out of memory while " + doing,
                 "use fewer frames, a shorter range or a smaller model, or add --device cpu");
}

}  // namespace

Error hostOutOfMemory(const std::string& doing) {
    return Error(ErrorCode::kMemory, "the machine ran out of memory while " + doing,
                 "use fewer frames, a shorter range or a smaller model, or close other programs");
}

Error describeTorchError(const c10::Error& thrown, int card, const std::string& doing) {
    const int code = cudaCode(thrown);
    if (code == kNoMemory || dynamic_cast<const c10::OutOfMemoryError*>(&thrown)) {
        return cardOutOfMemory(card, doing);
    }
    const std::string words = firstLine(thrown);
    // c10/core/impl/alloc_cpu.cpp: "DefaultCPUAllocator: can't allocate memory: you tried to ...".
    if (words.find("DefaultCPUAllocator") != std::string::npos) return hostOutOfMemory(doing);
    if (std::find(kSticky.begin(), kSticky.end(), code) != kSticky.end()) {
        return Error(ErrorCode::kDevice, "the GPU stopped working while " + doing + ": " + words,
                     "restart the program; if it happens again, add --device cpu");
    }
    return Error(ErrorCode::kInternal, "internal error while " + doing + ": " + words,
                 "please report this");
}

void tellTorchErrors(int card, const std::string& doing, const std::function<void()>& work) {
    try {
        work();
    } catch (const c10::Error& thrown) {
        throw describeTorchError(thrown, card, doing);
    }
}

}  // namespace reelquery
