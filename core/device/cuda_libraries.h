#pragma once
// The program's GPU half: libtorch's CUDA library and our kernels, opened at run time and only
// where a card can use them. Programs link neither, so a machine without a card needs no CUDA.

#include <string>
#include <vector>

#include "core/device/cuda_driver.h"
#include "kernels/attn/attention_cuda.h"
#include "kernels/attn/int8_cache.h"
#include "kernels/gemm/gemm_cuda.h"
#include "kernels/rows/row_steps_cuda.h"

namespace reelquery {

/// The functions of the shared library reelquery_cuda.
struct CudaKernelTable {
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
    decltype(&kernels::reelqueryCudaRetile) retile = nullptr;
    decltype(&kernels::reelqueryCudaFewRows) fewRows = nullptr;
    decltype(&kernels::reelqueryCudaBf16Row) bf16Row = nullptr;
    decltype(&kernels::reelqueryCudaUnpack) unpack = nullptr;
    decltype(&kernels::reelqueryCudaFp8Rows) fp8Rows = nullptr;
    decltype(&kernels::reelqueryCudaFp8Codes) fp8Codes = nullptr;
    decltype(&kernels::reelqueryCudaInt8Pack) int8Pack = nullptr;
    decltype(&kernels::reelqueryCudaInt8Unpack) int8Unpack = nullptr;
    decltype(&kernels::reelqueryCudaInt8Decode) int8Decode = nullptr;

    bool isComplete() const {
        return images && probe && workspaceBytes && prefill && select && decodeWorkspaceBytes &&
               decode && rotate && gate && norm && retile && fewRows && bf16Row && unpack &&
               fp8Rows && fp8Codes && int8Pack && int8Unpack && int8Decode;
    }
};

/// A card with the verdict on it.
struct CudaCardState {
    CudaCard card;
    std::string problem;  ///< why it cannot be used, and what to do; empty where it can
};

/// What was found and opened.
struct CudaLibraries {
    std::string driverProblem;         ///< why there are no cards at all; empty where there are
    std::string driverCuda;            ///< newest CUDA the driver runs, "13.0"; empty without one
    std::vector<CudaCardState> cards;  ///< every card the driver shows
    CudaKernelTable kernels;           ///< complete where kernelsProblem is empty
    bool isGpuHalfMissing = false;     ///< a card could be used but for libtorch's GPU half
    std::string kernelsProblem;        ///< why the cards run torch's own kernels only

    /// The card with this index; the first usable one for -1. Null where there is none.
    const CudaCardState* usable(int index = -1) const;

    /// Why no card can be used; empty where one can.
    std::string whyNone() const;
};

/// Asks the driver and, where a card is usable, opens the libraries: once per process, which takes
/// a second or two on a machine with a card and next to nothing elsewhere. torch looks for its CUDA
/// half once and remembers that there was none, so this must come before the first call of ATen.
/// Thread: any.
const CudaLibraries& cudaLibraries();

/// Why our kernels cannot run on the usable ones of these cards, in words for a person; empty where
/// they can. One refusal speaks for all of them: which kernels run is one fact of the process. Asks
/// table.images, and table.probe only where the driver must compile for a card, as that makes a
/// CUDA context there: a machine whose cards have images pays nothing. Requires both functions.
std::string whyNoKernels(const std::vector<CudaCardState>& cards, const CudaKernelTable& table);

/// Opens one of our shared libraries: from lib/ beside the program's folder or one up (a build), or
/// wherever the loader looks (an installation). Null with the loader's words in `problem`.
void* openOwnLibrary(const std::string& file, std::string& problem);

}  // namespace reelquery
