#pragma once
// One token's attention over a cache against the double-precision oracle.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/block_layout.h"
#include "tests/gpu/bfloat16_bits.h"
#include "tests/gpu/cuda_library.h"
#include "tests/gpu/device_memory.h"
#include "tests/gpu/gpu_inputs.cuh"
#include "tests/gpu/gpu_oracle.cuh"
#include "tests/gpu/row_verdict.h"
#include "tests/gpu/spoiled_check.cuh"

namespace reelquery::test {

/// One token over a cache.
struct DecodeCase {
    int heads = 0, kvHeads = 0, dim = 0;
    std::int64_t held = 0;
    std::int64_t spare = kSpareTokens;  ///< room behind the held tokens (at least one)
    bool full = false;     ///< `held` says that nothing is free, though there are held tokens only
    bool spoiled = false;  ///< a NaN in a key of key/value head 0, an Inf in a value of the last
};

/// What a check found.
struct DecodeFinding {
    kernels::Status status;
    double error = 0;      ///< largest, against the exact softmax
    double yardstick = 0;  ///< the error of rounding weights and result to bf16
    int strayed = 0;    ///< values of the cache or behind the output that changed or stayed wrong
    int wrongRows = 0;  ///< heads that their own yardstick objects to

    bool passed() const {
        return status.ok() && wrongRows == 0 && error <= 2 * yardstick + 1e-6 && strayed == 0;
    }
};

inline std::vector<std::uint16_t> bitsOf(const void* data, std::size_t count) {
    std::vector<std::uint16_t> bits(count);
    require(cudaMemcpy(bits.data(), data, count * 2, cudaMemcpyDeviceToHost), "reading bf16");
    return bits;
}

/// Half-split rotation of [heads, D] rows in float32, rounded to bf16.
inline std::vector<std::uint16_t> rotated(const std::vector<std::uint16_t>& rows, int dim,
                                          const std::vector<float>& cos,
                                          const std::vector<float>& sin) {
    std::vector<std::uint16_t> out(rows.size());
    const int half = dim / 2;
    for (std::size_t row = 0; row < rows.size(); row += static_cast<std::size_t>(dim))
        for (int i = 0; i < half; ++i) {
            const auto at = row + static_cast<std::size_t>(i);
            const float first = toFloat(rows[at]), second = toFloat(rows[at + half]);
            const auto c = cos[static_cast<std::size_t>(i)], s = sin[static_cast<std::size_t>(i)];
            out[at] = toBits(std::fma(-second, s, first * c));
            out[at + half] = toBits(std::fma(first, s, second * c));
        }
    return out;
}

/// A cache of held tokens with room behind them (NaN) gets one more. Run twice, which must change
/// nothing, since `held` does not move. `bits`: where to put the output, or null.
inline DecodeFinding checkDecode(const CudaLibrary& library, const DecodeCase& c,
                                 std::uint32_t seed, std::vector<std::uint16_t>* bits = nullptr) {
    using namespace kernels;
    const int heads = c.heads, kvHeads = c.kvHeads, dim = c.dim;
    const float scale = 1 / std::sqrt(static_cast<float>(dim));
    const std::int64_t filled = std::max<std::int64_t>(c.held, 1);
    const std::int64_t capacity = c.full ? filled : filled + c.spare;
    const std::int64_t held = c.full ? capacity + seed % 3 : c.held;
    const std::int64_t seen = std::min(held + 1, capacity);
    const AttentionShape cacheShape{heads, kvHeads, dim, 1, filled, true, scale, Dtype::kBfloat16};
    const GpuInputs cache(cacheShape, Layout::kCache, seed, 0.3f, capacity - filled);
    if (c.spoiled) {
        spoil(cache.get().k, 0, filled / 2, 3, std::numeric_limits<float>::quiet_NaN());
        spoil(cache.get().v, kvHeads - 1, filled / 3, 5, std::numeric_limits<float>::infinity());
    }
    const GpuInputs fresh({kvHeads, kvHeads, dim, 1, 1, true, scale, Dtype::kBfloat16},
                          Layout::kTokenMajor, seed + 50, 0);
    AttentionInputs old = cache.get();
    const auto qCount = static_cast<std::size_t>(heads * dim);
    const auto kvCount = static_cast<std::size_t>(kvHeads * dim);
    const auto cacheCount = kvCount * static_cast<std::size_t>(capacity);
    // The queries of a cache layout lie apart; the call wants them in a row.
    std::vector<std::uint16_t> q;
    for (int h = 0; h < heads; ++h) {
        const auto* row = static_cast<const std::uint16_t*>(old.q.data) + h * old.q.headStride;
        const auto bits = bitsOf(row, static_cast<std::size_t>(dim));
        q.insert(q.end(), bits.begin(), bits.end());
    }
    const auto k = bitsOf(fresh.get().q.data, kvCount), v = bitsOf(fresh.get().k.data, kvCount);
    const auto keysBefore = bitsOf(old.k.data, cacheCount);
    const auto valuesBefore = bitsOf(old.v.data, cacheCount);
    std::vector<float> cos, sin;
    for (int i = 0; i < dim / 2; ++i) {
        const double angle = static_cast<double>(held) * std::pow(1e6, -2.0 * i / dim);
        cos.push_back(static_cast<float>(std::cos(angle)));
        sin.push_back(static_cast<float>(std::sin(angle)));
    }

    const DeviceArray<std::uint16_t> deviceQ(q), deviceK(k), deviceV(v);
    const DeviceArray<float> deviceCos(cos), deviceSin(sin);
    const DeviceArray<std::int64_t> deviceHeld(std::vector<std::int64_t>{held});
    DeviceArray<std::uint16_t> out(qCount + 128);
    CudaDecodeInputs inputs;
    inputs.shape = cacheShape;
    inputs.shape.keys = capacity;
    inputs.q = deviceQ.get();
    inputs.k = deviceK.get();
    inputs.v = deviceV.get();
    inputs.cos = deviceCos.get();
    inputs.sin = deviceSin.get();
    inputs.keys = {const_cast<void*>(old.k.data), old.k.headStride, old.k.tokenStride};
    inputs.values = {const_cast<void*>(old.v.data), old.v.headStride, old.v.tokenStride};
    inputs.held = deviceHeld.get();
    inputs.out = out.get();
    DeviceArray<char> workspace(library.decodeWorkspaceBytes(&inputs.shape));
    DecodeFinding found;
    std::vector<std::uint16_t> got, before;
    for (int run = 0; run < 2; ++run) {  // over different poison: the same, bit for bit
        out.fill(0xff);
        workspace.fill(run ? 0xff : 0x7b);
        found.status = library.decode(&inputs, {workspace.get(), workspace.size()}, nullptr);
        require(cudaDeviceSynchronize(), "decoding");
        if (!found.status.ok()) return found;
        before = got;
        got = out.toHost();
    }
    if (got != before) ++found.strayed;
    for (std::size_t i = qCount; i < got.size(); ++i) found.strayed += got[i] != 0xffff;

    const auto newQ = rotated(q, dim, cos, sin), newK = rotated(k, dim, cos, sin);
    const auto keys = bitsOf(old.k.data, cacheCount), values = bitsOf(old.v.data, cacheCount);
    for (std::size_t i = 0; i < cacheCount; ++i) {
        const auto token = static_cast<std::int64_t>(i) / dim % capacity;
        const auto at =
            i / static_cast<std::size_t>(capacity * dim) * static_cast<std::size_t>(dim) +
            i % static_cast<std::size_t>(dim);
        found.strayed += keys[i] != (token == held ? newK[at] : keysBefore[i]);
        found.strayed += values[i] != (token == held ? v[at] : valuesBefore[i]);
    }

    const DeviceArray<std::uint16_t> deviceNewQ(newQ);
    old.shape.keys = seen;
    old.q = {deviceNewQ.get(), dim, std::int64_t{heads} * dim};
    std::vector<int2> rows;
    for (int h = 0; h < heads; ++h) rows.push_back({h, 0});
    const DeviceArray<int2> samples(rows);
    DeviceArray<double> logits(static_cast<std::size_t>(heads * seen));
    DeviceArray<double> exact(qCount), rounded(qCount);
    attendRows<<<heads, kOracleThreads>>>(old, samples.get(), nullptr, 1,
                                          static_cast<int>(keyBlocks(old.shape)), logits.get(),
                                          exact.get(), rounded.get());
    require(cudaDeviceSynchronize(), "the oracle");
    const auto want = exact.toHost(), yard = rounded.toHost();
    if (bits) *bits = got;
    for (std::size_t head = 0; head < qCount; head += static_cast<std::size_t>(dim)) {
        const auto value = [&](int d) {
            return static_cast<double>(toFloat(got[head + static_cast<std::size_t>(d)]));
        };
        found.wrongRows += !judgeRow(value, &want[head], &yard[head], dim).passed;
    }
    for (std::size_t i = 0; i < qCount; ++i) {
        if (!std::isfinite(want[i])) continue;
        const double off = std::abs(static_cast<double>(toFloat(got[i])) - want[i]);
        if (!(off <= found.error)) found.error = off;
        found.yardstick = std::max(found.yardstick, std::abs(yard[i] - want[i]));
    }
    return found;
}

}  // namespace reelquery::test
