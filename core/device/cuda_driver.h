#pragma once
// What the NVIDIA driver says about this machine, and whether this program can run on it.

#include <cstdint>
#include <string>
#include <vector>

namespace reelquery {

/// One card as the driver describes it.
struct CudaCard {
    int index = 0;  ///< the driver's, which is also torch's
    std::string name;
    std::int64_t memoryBytes = 0;  ///< all of it
    int major = 0, minor = 0;      ///< compute capability
};

/// The driver's answers.
struct CudaDriverReport {
    int version = 0;      ///< newest CUDA it runs, 1000 * major + 10 * minor; 0 without a driver
    std::string problem;  ///< why there are no cards; empty where there are some
    std::vector<CudaCard> cards;
};

/// 13000 -> "13.0".
std::string cudaVersionText(int version);

/// Opens libcuda.so.1 and asks. Creates no context and takes no device memory. Thread: any.
CudaDriverReport askCudaDriver();

/// Why this program cannot run models on a card, in words for a person; empty where it can.
std::string whyUnusable(const CudaDriverReport& driver, const CudaCard& card);

/// Which attention kernels serve a card: "Hopper kernels" or "portable kernels".
const char* kernelsOf(const CudaCard& card);

}  // namespace reelquery
