#pragma once
// Device memory for the GPU tests and benches.

#include <cuda_runtime.h>

#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

namespace reelquery::test {

/// Ends the program with the call's name where a CUDA call failed.
inline void require(cudaError_t error, const char* what) {
    if (error == cudaSuccess) return;
    std::fprintf(stderr, "%s failed: %s\n", what, cudaGetErrorString(error));
    std::exit(1);
}

/// An owned array on the device. Move-only.
template <class T>
class DeviceArray {
  public:
    DeviceArray() = default;

    explicit DeviceArray(std::size_t size) : size_(size) {
        require(cudaMalloc(&data_, size * sizeof(T)), "cudaMalloc");
    }

    explicit DeviceArray(const std::vector<T>& values) : DeviceArray(values.size()) {
        require(cudaMemcpy(data_, values.data(), size_ * sizeof(T), cudaMemcpyHostToDevice),
                "cudaMemcpy to the device");
    }

    DeviceArray(DeviceArray&& other) noexcept { swap(other); }

    DeviceArray& operator=(DeviceArray&& other) noexcept {
        swap(other);
        return *this;
    }

    ~DeviceArray() { cudaFree(data_); }

    T* get() const { return data_; }

    std::size_t size() const { return size_; }

    /// Sets every byte.
    void fill(int byte) { require(cudaMemset(data_, byte, size_ * sizeof(T)), "cudaMemset"); }

    std::vector<T> toHost() const {
        std::vector<T> values(size_);
        require(cudaMemcpy(values.data(), data_, size_ * sizeof(T), cudaMemcpyDeviceToHost),
                "cudaMemcpy to the host");
        return values;
    }

  private:
    void swap(DeviceArray& other) {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
    }

    T* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace reelquery::test
