#pragma once
// The packed-weight functions of the CUDA library, found as the program finds them.

#include <dlfcn.h>

#include <cstdio>
#include <type_traits>

#include "kernels/gemm/gemm_cuda.h"

namespace reelquery::test {

struct GemmLibrary {
    decltype(&kernels::reelqueryCudaRetile) retile = nullptr;
    decltype(&kernels::reelqueryCudaFewRows) fewRows = nullptr;
    decltype(&kernels::reelqueryCudaUnpack) unpack = nullptr;
    decltype(&kernels::reelqueryCudaFp8Rows) fp8Rows = nullptr;
    decltype(&kernels::reelqueryCudaFp8Codes) fp8Codes = nullptr;

    bool complete() const { return retile && fewRows && unpack && fp8Rows && fp8Codes; }
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
    find(library.unpack, "reelqueryCudaUnpack");
    find(library.fp8Rows, "reelqueryCudaFp8Rows");
    find(library.fp8Codes, "reelqueryCudaFp8Codes");
    return library;
}

}  // namespace reelquery::test
