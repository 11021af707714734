#pragma once
// NaN and Inf among keys and values: they reach the rows that see them, and no others. See Note
// [Values that are not finite] in kernels/cpu/tile_kernels.h.

#include <limits>

#include "tests/gpu/prefill_check.cuh"

namespace reelquery::test {

/// Puts `value` into one number of a key or a value vector.
inline void spoil(const kernels::HeadsView& view, int head, std::int64_t token, int column,
                  float value) {
    std::uint32_t wide;
    std::memcpy(&wide, &value, 4);
    const auto bits = static_cast<std::uint16_t>(wide >> 16);
    auto* data = static_cast<std::uint16_t*>(const_cast<void*>(view.data));
    require(cudaMemcpy(data + head * view.headStride + token * view.tokenStride + column, &bits, 2,
                       cudaMemcpyHostToDevice),
            "spoiling a value");
}

struct SpoiledFinding {
    PrefillFinding prefill;
    int clean = 0;    ///< sampled rows that must be finite
    int reached = 0;  ///< sampled rows that must not

    /// Both kinds of rows must occur, or the check would prove nothing. What is not finite counts
    /// as unwritten, and is not asked about here.
    bool passed() const {
        return prefill.status.ok() && prefill.rowsPass() && prefill.strayed == 0 &&
               prefill.repeats && clean > 0 && reached > 0;
    }
};

/// All rows of a call. NaN and Inf lie in values of keys from the last few hundred, so that rows of
/// the same block come before and after them; `inKeys`: a NaN in a key as well.
inline SpoiledFinding checkSpoiled(const CudaLibrary& library, kernels::CudaPath path,
                                   const kernels::AttentionShape& s, bool sparse, bool inKeys,
                                   std::uint32_t seed) {
    constexpr float kInf = std::numeric_limits<float>::infinity();
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    const GpuInputs inputs(s, Layout::kCache, seed, 0);
    const kernels::AttentionInputs& call = inputs.get();
    const std::int64_t last = s.keys - 1;
    const int dim = s.headDim;
    // Of the last key only the last row knows; of the others the rows behind them.
    spoil(call.v, 0, last, 0, kInf);
    spoil(call.v, 0, last - s.queries / 3, dim - 1, kNan);
    spoil(call.v, s.kvHeads - 1, last - s.queries / 2, 17, -kInf);
    if (inKeys) spoil(call.k, 0, last - s.queries / 4, 5, kNan);
    TestLists lists;
    if (sparse) lists = randomLists(s, seed);
    const DeviceArray<unsigned char> keep(lists.keep);
    SpoiledFinding finding;
    finding.prefill = runPrefill(library, path, call, sparse ? &lists : nullptr,
                                 sparse ? keep.get() : nullptr, sampleRows(s, seed, 4000));
    for (std::size_t i = 0; i < finding.prefill.verdicts.size(); ++i)
        ++(finding.prefill.isFinite[i] ? finding.clean : finding.reached);
    return finding;
}

}  // namespace reelquery::test
