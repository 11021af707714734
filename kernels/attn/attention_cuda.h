#pragma once
// Attention and XAttention on NVIDIA GPUs (compute capability 8.0 and later), bf16, D 64 or 128.
// Symbols: Hq query heads, Lq queries, Lk keys, D head dimension, NQ query blocks, NK key blocks.
//
// These functions live in the shared library reelquery_cuda, which is opened only where a device is
// found; they have C linkage so that one dlsym each finds them. All tensors, lists and workspaces
// are device memory; everything runs on `stream` of the current device. No call allocates device
// memory, waits for the device or keeps state, so a whole sequence can be captured into a graph
// (not thresholdPerHead, which is host memory and read during the call). Thread: any.

#include <cstddef>
#include <cstdint>

#include "kernels/attention_params.h"
#include "kernels/block_layout.h"
#include "kernels/status.h"

struct CUstream_st;

namespace reelquery::kernels {

/// The runtime's cudaStream_t, named without its headers.
using CudaStream = CUstream_st*;

/// Which kernels serve a call.
enum class CudaPath {
    kAuto,     ///< Hopper's where the device is one, the portable ones elsewhere
    kHopper,   ///< compute capability 9.0 only
    kPortable  ///< any since 8.0; for tests and comparisons
};

/// What the library holds for a card.
enum class CudaImages {
    kNone,  ///< nothing: no kernel will run
    kPtx,   ///< code that the driver compiles for it, once
    kImage  ///< machine code
};

/// Device memory that a call may overwrite.
struct CudaWorkspace {
    void* data = nullptr;  ///< on 256 bytes
    std::size_t bytes = 0;
};

/// Where selection leaves its result, device memory. See BlockLists.
struct CudaSelection {
    std::uint16_t* columns =
        nullptr;  ///< [Hq, NQ, pitch]; entries past a row's count are not written
    std::int32_t* counts = nullptr;  ///< [Hq, NQ]
    std::int64_t pitch = 0;          ///< at least NK
    float* keptShare = nullptr;      ///< [Hq, NQ] kept share of the row's mass, or null
    float* mass = nullptr;           ///< [Hq, NQ, NK] block masses, or null
};

/// One layer's new token on its way into a key/value cache, bf16. Positions and lengths that change
/// from token to token are device memory, so that a captured graph serves every token.
struct CudaDecodeInputs {
    AttentionShape shape;                ///< queries 1, keys the capacity of the cache
    const void* q = nullptr;             ///< [Hq, D], before the rotation
    const void* k = nullptr;             ///< [Hkv, D], before the rotation
    const void* v = nullptr;             ///< [Hkv, D]
    const float* cos = nullptr;          ///< [D/2] of the token's angles
    const float* sin = nullptr;          ///< [D/2]
    MutableHeadsView keys;               ///< [Hkv, capacity, D], rotated
    MutableHeadsView values;             ///< [Hkv, capacity, D]
    const std::int64_t* held = nullptr;  ///< tokens in the cache, below capacity; the new one goes
                                         ///< behind them
    void* out = nullptr;                 ///< [Hq, D]
};

#pragma GCC visibility push(default)
extern "C" {

/// What the library was built with for cards of this compute capability. Touches no card.
CudaImages reelqueryCudaImages(int major, int minor);

/// Whether the library's kernels load on a card: asks the runtime for one kernel of every object
/// file, on card `device` of the runtime's count, which becomes the thread's current one. Makes a
/// CUDA context there and, where only PTX serves the card, has the driver compile it (seconds once;
/// the driver keeps the result). kAuto: all that such a card would run. Errors: kUnsupported where
/// nothing serves it, kDevice with the runtime's words where the card does not answer.
Status reelqueryCudaProbe(int device, CudaPath path);

/// Bytes that reelqueryCudaPrefill and reelqueryCudaSelect need for this shape on the current
/// device: the larger of both. At most 512 MiB unless one head alone needs more.
std::size_t reelqueryCudaWorkspaceBytes(const AttentionShape* shape, const SelectionParams* params,
                                        CudaPath path);

/// out = softmax(scale * q k^T) v, over every key that a query sees where `lists` is null, else
/// over the listed blocks. Without lists, calls of at most 256 queries over at least 2048 keys
/// (isShortPrefill() in split_kv.h; a question over a prefix cache) split the keys among blocks of
/// threads and merge the parts: other sums than one tile per head would make, but always the same
/// ones, as the way depends on Lq and Lk alone, and its parts on the shape and the device. Rows
/// with an empty list give zeros; blocks that a row cannot see are passed over. out: [Hq, Lq, D]
/// bf16, through its strides. Requires Hq % Hkv == 0, Lk < 8388608, scale > 0, data on 16 bytes and
/// strides that are multiples of 8. Errors: kInvalidArgument, kUnsupported, kDevice.
Status reelqueryCudaPrefill(const AttentionInputs* inputs, const BlockLists* lists,
                            const MutableHeadsView* out, CudaWorkspace workspace, CudaPath path,
                            CudaStream stream);

/// Scores the blocks by strided antidiagonal sums and keeps the largest. See Note [Which blocks a
/// row keeps]; sums are float32, so rows whose cut falls between masses that agree to about 1e-6 of
/// the row's mass may differ from the double-precision reference by those blocks. Reads no v.
/// Requires the same and stride 4, 8 or 16, Hq <= 256. Errors: the same.
Status reelqueryCudaSelect(const AttentionInputs* inputs, const SelectionParams* params,
                           const CudaSelection* selection, CudaWorkspace workspace, CudaPath path,
                           CudaStream stream);

/// Bytes that reelqueryCudaDecode needs on the current device; the same for every capacity.
std::size_t reelqueryCudaDecodeWorkspaceBytes(const AttentionShape* shape);

/// Rotates q and k by half-split rotation, puts k and v behind the `held` tokens of the cache and
/// writes the attention of q over all held + 1 of them (kv_len) to out. Does not change `held`. A
/// `held` at or past the capacity leaves the cache alone and attends to what is there. The result
/// does not depend on the capacity, to the last bit, see Note [Parts of the keys] in split_kv.h.
/// Every compute capability since 8.0 runs the same kernels. Requires q, k, v, out, keys and values
/// on 16 bytes and strides that are multiples of 8. Errors: as reelqueryCudaPrefill.
Status reelqueryCudaDecode(const CudaDecodeInputs* inputs, CudaWorkspace workspace,
                           CudaStream stream);

}  // extern "C"
#pragma GCC visibility pop

}  // namespace reelquery::kernels
