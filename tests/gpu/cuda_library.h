#pragma once
// The CUDA library as the program opens it: by dlopen, one dlsym for each function.

#include <dlfcn.h>

#include <cstdio>

#include "kernels/attn/attention_cuda.h"

namespace reelquery::test {

struct CudaLibrary {
    decltype(&kernels::reelqueryCudaWorkspaceBytes) workspaceBytes = nullptr;
    decltype(&kernels::reelqueryCudaPrefill) prefill = nullptr;
    decltype(&kernels::reelqueryCudaSelect) select = nullptr;
    decltype(&kernels::reelqueryCudaDecodeWorkspaceBytes) decodeWorkspaceBytes = nullptr;
    decltype(&kernels::reelqueryCudaDecode) decode = nullptr;

    bool complete() const {
        return workspaceBytes && prefill && select && decodeWorkspaceBytes && decode;
    }
};

inline CudaLibrary openCudaLibrary(const char* path) {
    CudaLibrary library;
    void* handle = dlopen(path, RTLD_NOW);
    if (!handle) {
        std::fprintf(stderr, "%s\n", dlerror());
        return library;
    }
    const auto find = [&](auto& function, const char* name) {
        function =
            reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(handle, name));
    };
    find(library.workspaceBytes, "reelqueryCudaWorkspaceBytes");
    find(library.prefill, "reelqueryCudaPrefill");
    find(library.select, "reelqueryCudaSelect");
    find(library.decodeWorkspaceBytes, "reelqueryCudaDecodeWorkspaceBytes");
    find(library.decode, "reelqueryCudaDecode");
    return library;
}

}  // namespace reelquery::test
