#pragma once
// The CUDA library as the program opens it: by dlopen, one dlsym for each function.

#include <dlfcn.h>

#include <cstdio>

#include "kernels/attn/attention_cuda.h"
#include "kernels/rows/row_steps_cuda.h"

namespace reelquery::test {

struct CudaLibrary {
    decltype(&kernels::reelqueryCudaImages) images = nullptr;
    decltype(&kernels::reelqueryCudaProbe) probe = nullptr;
    decltype(&kernels::reelqueryCudaWorkspaceBytes) workspaceBytes = nullptr;
    decltype(&kernels::reelqueryCudaPrefill) prefill = nullptr;
    decltype(&kernels::reelqueryCudaSelect) select = nullptr;
    decltype(&kernels::reelqueryCudaDecodeWorkspaceBytes) decodeWorkspaceBytes = nullptr;
    decltype(&kernels::reelqueryCudaDecode) decode = nullptr;
    decltype(&kernels::reelqueryCudaRotate) rotate = nullptr;
    decltype(&kernels::reelqueryCudaGate) gate = nullptr;
    decltype(&kernels::reelqueryCudaNorm) norm = nullptr;

    bool complete() const {
        return images && probe && workspaceBytes && prefill && select && decodeWorkspaceBytes && decode && rotate &&
               gate && norm;
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
    find(library.images, "reelqueryCudaImages");
    find(library.probe, "reelqueryCudaProbe");
    find(library.workspaceBytes, "reelqueryCudaWorkspaceBytes");
    find(library.prefill, "reelqueryCudaPrefill");
    find(library.select, "reelqueryCudaSelect");
    find(library.decodeWorkspaceBytes, "reelqueryCudaDecodeWorkspaceBytes");
    find(library.decode, "reelqueryCudaDecode");
    find(library.rotate, "reelqueryCudaRotate");
    find(library.gate, "reelqueryCudaGate");
    find(library.norm, "reelqueryCudaNorm");
    return library;
}

}  // namespace reelquery::test
