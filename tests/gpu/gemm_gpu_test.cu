// Correctness of the kernels over packed weights, over weights of bf16 for one row and over 8-bit
// key/value caches on a device.
// Usage: gemm_gpu_test LIBRARY [tiny]: tiny keeps what compute-sanitizer gets through. Exit: 0
// passed, 1 failed, 77 no device here.

#include <cstdio>
#include <string>

#include "tests/gpu/bf16_row_check.cuh"
#include "tests/gpu/gemm_check.cuh"
#include "tests/gpu/int8_cache_check.cuh"

int main(int argc, char** argv) {
    using namespace reelquery;
    int devices = 0;
    if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
        std::printf("skipped: no CUDA device here\n");
        return 77;
    }
    const auto library = test::openGemmLibrary(argc > 1 ? argv[1] : "libreelquery_cuda.so");
    if (!library.complete()) return 1;
    int checks = 0, failures = 0;
    const auto report = [&](bool passed, const std::string& what, const std::string& figures) {
        ++checks;
        if (!passed) ++failures;
        std::printf("%s %s: %s\n", passed ? "ok  " : "FAIL", what.c_str(), figures.c_str());
        std::fflush(stdout);
    };
    const bool tiny = argc > 2 && std::string(argv[2]) == "tiny";
    test::checkInt8Cache(library, tiny, report);
    test::checkBf16Rows(library, tiny, report);
    test::checkGemm(library, tiny, report);
    std::printf("%d checks, %d failed\n", checks, failures);
    return failures ? 1 : 0;
}
