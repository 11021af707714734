#pragma once
// The functions of the CUDA library over packed weights and 8-bit caches, found as the program
// finds them.

#include <dlfcn.h>

#include <cstdio>
#include <type_traits>

#include "kernels/attn/int8_cache.h"
#include "kernels/gemm/gemm_cuda.h"

namespace reelquery::test {

struct GemmLibrary {
    decltype(&kernels::reelqueryCudaRetile) retile = nullptr;
    decltype(&kernels::reelqueryCudaFewRows) fewRows = nullptr;
    decltype(&kernels::reelqueryCudaBf16Row) bf16Row = nullptr;
    decltype(&kernels::reelqueryCudaUnpack) unpack = nullptr;
    decltype(&kernels::reelqueryCudaFp8Rows) fp8Rows = nullptr;
    decltype(&kernels::reelqueryCudaFp8Codes) fp8Codes = nullptr;
    decltype(&kernels::reelqueryCudaInt8Pack) int8Pack = nullptr;
    decltype(&kernels::reelqueryCudaInt8Unpack) int8Unpack = nullptr;
    decltype(&kernels::reelqueryCudaInt8Decode) int8Decode = nullptr;
    decltype(&kernels::reelqueryCudaDecodeWorkspaceBytes) decodeWorkspaceBytes = nullptr;

    bool complete() const {
        return retile && fewRows && bf16Row && unpack && fp8Rows && fp8Codes && int8Pack &&
               int8Unpack && int8Decode && decodeWorkspaceBytes;
    }
};

inline GemmLibrary openGemmLibrary(const char* path) {
    GemmLibrary library;
    void* handle = dlopen(path, RTLD_NOW);
    if (!handle) {
        std::fprintf(stderr, "%s\n", dlerror());
        return library;
    }
    const auto find = [&](auto& function, const char* name) {
        function =
            reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(handle, name));
    };
    find(library.retile, "reelqueryCudaRetile");
    find(library.fewRows, "reelqueryCudaFewRows");
    find(library.bf16Row, "reelqueryCudaBf16Row");
    find(library.unpack, "reelqueryCudaUnpack");
    find(library.fp8Rows, "reelqueryCudaFp8Rows");
    find(library.fp8Codes, "reelqueryCudaFp8Codes");
    find(library.int8Pack, "reelqueryCudaInt8Pack");
    find(library.int8Unpack, "reelqueryCudaInt8Unpack");
    find(library.int8Decode, "reelqueryCudaInt8Decode");
    find(library.decodeWorkspaceBytes, "reelqueryCudaDecodeWorkspaceBytes");
    return library;
}

}  // namespace reelquery::test
