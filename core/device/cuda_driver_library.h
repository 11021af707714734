#pragma once
// NVIDIA's driver library by the names of its functions, without CUDA's headers.

#include <dlfcn.h>

namespace reelquery {

/// libcuda.so.1, opened where it is there and never closed: a driver does not survive that.
/// Thread: any.
class CudaDriverLibrary {
  public:
    static constexpr int kSuccess = 0;  ///< CUDA_SUCCESS of cuda.h

    CudaDriverLibrary() : handle_(dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL)) {}

    bool isOpen() const { return handle_ != nullptr; }

    /// Calls a function of the driver, whose arguments must be of its very types (cuda.h; a stable
    /// binary interface). An absent one counts as failed.
    template <class... Args>
    int call(const char* name, Args... args) const {
        const auto function =
            isOpen() ? reinterpret_cast<int (*)(Args...)>(dlsym(handle_, name)) : nullptr;
        return function ? function(args...) : -1;
    }

  private:
    void* handle_;
};

}  // namespace reelquery
