// Lays a packed matrix out in tiles. Loading only, so written to be
// plain: every thread gathers the codes of one lane from the source value by value.

#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include "kernels/cuda/launch.h"
#include "kernels/gemm/gemm_checks.h"
#include "kernels/gemm/gemm_images.h"
#include "kernels/gemm/tile_words.h"

namespace reelquery::kernels {

namespace {

constexpr unsigned kThreads = 256;

struct RetileParams {
    SourceMatrix from;
    TiledShape shape;  // of the whole matrix
    std::uint32_t *codes, *high;
    void *scales, *seconds;
    std::int64_t firstRow;
    std::int64_t rows;  // to write, the padding of the last tile included
    std::int64_t steps;
};

// A thread: one lane's words of one row and step.
__global__ void __launch_bounds__(kThreads) retileCodes(const RetileParams p) {
    const std::int64_t item = std::int64_t{blockIdx.x} * kThreads + threadIdx.x;
    if (item >= p.rows * p.steps * 4) return;
    const int column = static_cast<int>(item % 4);
    const std::int64_t step = item / 4 % p.steps, n = item / 4 / p.steps;
    const std::int64_t row = p.firstRow + n;
    const TileCodes codes = p.shape.codes;
    for (int piece = 0; piece < codeWords(codes) / 4; ++piece) {
        const auto word = [&](int i) {
            return makeCodeWord(p.from, p.shape, n, step, column, piece * 4 + i);
        };
        *reinterpret_cast<uint4*>(p.codes + codeWordAt(codes, p.steps, row, step, column, piece)) =
            make_uint4(word(0), word(1), word(2), word(3));
    }
    for (int word = 0; word < highWords(codes); ++word)
        p.high[highWordAt(codes, p.steps, row, step, column) + word] =
            makeHighWord(p.from, p.shape, n, step, column, word);
}

// Bits of the scale of row n at value k, as the target's type has them.
__device__ std::uint32_t scaleBits(const RetileParams& p, std::int64_t n, std::int64_t k) {
    const SourceMatrix& s = p.from;
    if (sourceBlock(s.format).values > 0) return blockScale(s.format, sourceBlockAt(s, n, k));
    const std::int64_t at = n / s.scaleRows * sourceGroups(s) + sourceGroup(s, k);
    const std::uint32_t bits = s.scaleType == ScaleType::kFloat32
                                   ? static_cast<const std::uint32_t*>(s.scales)[at]
                                   : static_cast<const std::uint16_t*>(s.scales)[at];
    if (s.scaleType != ScaleType::kFloat32 || p.shape.scaleType == ScaleType::kFloat32) return bits;
    // A float32 that the narrower type holds as it is.
    return p.shape.scaleType == ScaleType::kBfloat16
               ? bits >> 16
               : __half_as_ushort(__float2half_rn(__uint_as_float(bits)));
}

// Whether FP8 codes of a row among values [begin, end) are NaN.
__device__ bool holdsNan(const RetileParams& p, std::int64_t n, std::int64_t begin,
                         std::int64_t end) {
    bool found = false;
    for (std::int64_t k = begin; k < end; ++k)
        found = found || (sourceCode(p.from, n, k) & 0x7fu) == 0x7fu;
    return found;
}

// A thread: the scales (and zeros) of one row and step that has its own.
__global__ void __launch_bounds__(kThreads)
    retileScales(const RetileParams p, std::int64_t scaleSteps) {
    const std::int64_t item = std::int64_t{blockIdx.x} * kThreads + threadIdx.x;
    if (item >= p.rows * scaleSteps) return;
    const std::int64_t scaleStep = item % scaleSteps, n = item / scaleSteps;
    const std::int64_t row = p.firstRow + n, inputs = p.from.inputs;
    const bool isRow = n < p.from.outputs;
    const int shift = stepShift(p.shape), perStep = scalesPerStep(p.shape);
    const std::int64_t firstStep = shift == 31 ? 0 : scaleStep << shift;
    const std::int64_t at = scaleAt(scaleSteps, shift, perStep, row, firstStep);
    for (int i = 0; i < perStep; ++i) {
        const std::int64_t k = firstStep * kStepValues + i * (kStepValues / perStep);
        const bool isHere = isRow && k < inputs;
        std::uint32_t bits = isHere ? scaleBits(p, n, k) : 0;
        if (p.shape.codes == TileCodes::kFp8 && isHere) {
            const std::int64_t end =
                shift == 31 ? inputs : min(inputs, k + (std::int64_t{kStepValues} << shift));
            if (holdsNan(p, n, k, end)) bits = ~0u;  // a NaN in all three types
        }
        const bool isWide =
            p.shape.scales == TileScales::kGroupMins || p.shape.scaleType == ScaleType::kFloat32;
        if (isWide)
            static_cast<std::uint32_t*>(p.scales)[at + i] = bits;
        else
            static_cast<std::uint16_t*>(p.scales)[at + i] = static_cast<std::uint16_t>(bits);
        if (p.shape.hasZeros)
            static_cast<std::uint8_t*>(p.seconds)[at + i] =
                isHere ? p.from.zeros[n * sourceGroups(p.from) + sourceGroup(p.from, k)] : 0;
    }
}

// A thread: the scales of one row and block of 256.
__global__ void __launch_bounds__(kThreads) retileBlocks(const RetileParams p) {
    const std::int64_t blocks = p.steps / 2;
    const std::int64_t item = std::int64_t{blockIdx.x} * kThreads + threadIdx.x;
    if (item >= p.rows * blocks) return;
    const std::int64_t block = item % blocks, n = item / blocks, row = p.firstRow + n;
    const std::uint8_t* from = n < p.from.outputs ? sourceBlockAt(p.from, n, block * 256) : nullptr;
    if (p.shape.scales == TileScales::kBlocks32) {
        auto* to = static_cast<std::uint8_t*>(p.scales) + recordAt(blocks, row, block) * 16;
        for (int i = 0; i < 16; ++i) to[i] = from ? from[i] : 0;
        return;
    }
    for (int part = 0; part < 2; ++part) {
        auto* to =
            static_cast<std::uint8_t*>(p.scales) + recordAt(p.steps, row, block * 2 + part) * 8;
        for (int i = 0; i < 8; ++i) to[i] = from ? from[192 + part * 8 + i] : 0;
    }
    static_cast<std::uint16_t*>(p.seconds)[recordAt(blocks, row, block)] =
        from ? static_cast<std::uint16_t>(twoBytes(from + 208)) : 0;
}

unsigned blocksFor(std::int64_t items) {
    return static_cast<unsigned>((items + kThreads - 1) / kThreads);
}

// Nothing: once it has started, all that was launched before is done and can be read. A product may
// start early behind it, and reads its weights before it waits (Note [Early launches]).
__global__ void settle() {}

}  // namespace

const void* cuda::retileImage() {
    return reinterpret_cast<const void*>(retileCodes);
}

Status reelqueryCudaRetile(const SourceMatrix* from, const TiledMatrix* to, std::int64_t firstRow,
                           CudaStream stream) {
    if (const Status status = cuda::checkRetile(*from, *to, firstRow); !status.ok()) return status;
    const TiledShape& shape = to->shape;
    const TiledPlanes planes = planesOf(shape);
    auto* data = static_cast<std::uint8_t*>(to->data);
    const bool isLast = firstRow + from->outputs == shape.outputs;
    const std::int64_t end = isLast ? tilesOf(shape) * kTileRows : firstRow + from->outputs;
    const RetileParams p{*from,
                         shape,
                         reinterpret_cast<std::uint32_t*>(data + planes.codes),
                         reinterpret_cast<std::uint32_t*>(data + planes.high),
                         data + planes.scales,
                         data + planes.seconds,
                         firstRow,
                         end - firstRow,
                         stepsOf(shape)};
    retileCodes<<<blocksFor(p.rows * p.steps * 4), kThreads, 0, stream>>>(p);
    if (shape.scales == TileScales::kGroups || shape.scales == TileScales::kGroupMins)
        retileScales<<<blocksFor(p.rows * scaleStepsOf(shape)), kThreads, 0, stream>>>(
            p, scaleStepsOf(shape));
    else
        retileBlocks<<<blocksFor(p.rows * (p.steps / 2)), kThreads, 0, stream>>>(p);
    settle<<<1, 1, 0, stream>>>();
    return cuda::launchStatus("a packed matrix could not be laid out in tiles");
}

}  // namespace reelquery::kernels
