// Whether the library holds kernels for a card.

#include <cuda_runtime.h>

#include "kernels/attn/attention_cuda.h"
#include "kernels/attn/decode.h"
#include "kernels/attn/int8_decode.h"
#include "kernels/attn/merge_parts.h"
#include "kernels/attn/portable.h"
#include "kernels/attn/prefill_sm90.h"
#include "kernels/attn/score_sm90.h"
#include "kernels/attn/select.h"
#include "kernels/gemm/gemm_images.h"
#include "kernels/rows/row_images.h"

namespace reelquery::kernels {

namespace {

using namespace cuda;

// Whether the error says that no image fits and none could be made.
bool isMissingImage(cudaError_t error) {
    switch (error) {
        case cudaErrorNoKernelImageForDevice:
        case cudaErrorInvalidDeviceFunction:  // what a lazily loaded module says instead
        case cudaErrorInvalidKernelImage:
        case cudaErrorInvalidPtx:
        case cudaErrorUnsupportedPtxVersion:
        case cudaErrorJitCompilerNotFound:
        case cudaErrorJitCompilationDisabled:
            return true;
        default:
            return false;
    }
}

}  // namespace

Status reelqueryCudaProbe(int device, CudaPath path) {
    const auto failed = [](cudaError_t error) -> Status {
        cudaGetLastError();  // so that no later launch is blamed for it
        if (isMissingImage(error))
            return {StatusCode::kUnsupported, "the library holds no kernels for this architecture"};
        return {StatusCode::kDevice, cudaGetErrorString(error)};
    };
    int major = 0, count = 0;
    if (const cudaError_t error = cudaGetDeviceCount(&count); error != cudaSuccess)
        return failed(error);
    if (device < 0 || device >= count) return {StatusCode::kDevice, "there is no such card"};
    if (const cudaError_t error = cudaSetDevice(device); error != cudaSuccess) return failed(error);
    if (const cudaError_t error =
            cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device);
        error != cudaSuccess)
        return failed(error);
    const void* portable[] = {decodeImage(),        mergePartsImage(), prefillPortableImage(),
                              scorePortableImage(), selectImage(),     gateImage(),
                              normImage(),          rotateImage(),     retileImage(),
                              bf16RowImage(),       unpackImage(),     fewRowsGroupsImage(),
                              fewRowsBlocksImage(), fp8RowsImage(),    int8DecodeImage(),
                              int8PackImage()};
    const void* hopper[] = {prefillSm90Image<64>(), prefillSm90Image<128>(), scoreSm90Image()};
    const auto ask = [&](const void* kernel) {
        cudaFuncAttributes attributes;
        return cudaFuncGetAttributes(&attributes, kernel);
    };
    for (const void* kernel : portable)
        if (const cudaError_t error = ask(kernel); error != cudaSuccess) return failed(error);
    const bool runsHopper = path == CudaPath::kHopper || (path == CudaPath::kAuto && major == 9);
    if (!runsHopper) return {};
    for (const void* kernel : hopper)
        if (const cudaError_t error = ask(kernel); error != cudaSuccess) return failed(error);
    return {};
}

}  // namespace reelquery::kernels
