#include "kernels/cpu/packing.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "kernels/bfloat16.h"

namespace reelquery::kernels {

namespace {

constexpr int kLineBytes = 64;
constexpr int kLineUnits = 16;
constexpr int kRowsAhead = 8;

std::size_t bytesOf(Dtype dtype) {
    return dtype == Dtype::kFloat32 ? 4 : 2;
}

const std::byte* rowAt(const SourceRows& source, int row) {
    return static_cast<const std::byte*>(source.data) + row * source.stride * bytesOf(source.dtype);
}

std::uint32_t bf16At(const std::byte* row, int i) {
    std::uint16_t bits;
    std::memcpy(&bits, row + 2 * i, 2);
    return bits;
}

// One float as a unit.
std::uint32_t floatUnit(const std::byte* row, Dtype dtype, int i) {
    if (dtype == Dtype::kBfloat16) return bf16At(row, i) << 16;
    std::uint32_t bits;
    std::memcpy(&bits, row + 4 * i, 4);
    return bits;
}

}  // namespace

SourceRows headRows(const HeadsView& view, const AttentionShape& shape, int head,
                    std::int64_t token, int rows) {
    const std::int64_t start = head * view.headStride + token * view.tokenStride;
    return {static_cast<const std::byte*>(view.data) +
                start * static_cast<std::int64_t>(bytesOf(shape.dtype)),
            shape.dtype, view.tokenStride, rows, shape.headDim};
}

void prefetchRow(const SourceRows& source, int row) {
    const int rowBytes = source.dim * static_cast<int>(bytesOf(source.dtype));
    for (int line = 0; line < rowBytes; line += kLineBytes)
        __builtin_prefetch(rowAt(source, row) + line);
}

void packRows(const SourceRows& source, int unitElements, std::uint32_t* out,
              std::int64_t outStride) {
    for (int r = 0; r < source.rows; ++r, out += outStride) {
        const std::byte* row = rowAt(source, r);
        // Rows of a projection lie kilobytes apart, too far for the processor to guess the next.
        if (r + kRowsAhead < source.rows) prefetchRow(source, r + kRowsAhead);
        if (unitElements == 2) {
            if (source.dim % 2) out[source.dim / 2] = 0;
            std::memcpy(out, row, source.dim * std::size_t{2});
        } else if (source.dtype == Dtype::kFloat32) {
            std::memcpy(out, row, source.dim * std::size_t{4});
        } else {
            for (int d = 0; d < source.dim; ++d) out[d] = bf16At(row, d) << 16;
        }
    }
}

void packTransposed(const SourceRows& source, int unitElements, int columns, std::uint32_t* out) {
    const int units = unitsFor(source.dim, unitElements);
    const bool copies = unitElements == 2 || source.dtype == Dtype::kFloat32;
    const int whole = unitElements == 2 ? source.dim / 2 : source.dim;  // without half a pair
    // One cache line of every row at a time: rows lie a power of two apart and would push each
    // other out of the cache if it took more than one visit to read a line.
    for (int first = 0; first < units; first += kLineUnits) {
        const int end = std::min(first + kLineUnits, whole);
        for (int c = 0; c < source.rows; ++c) {
            const std::byte* row = rowAt(source, c);
            if (copies)
                for (int u = first; u < end; ++u)
                    std::memcpy(out + u * columns + c, row + 4 * u, 4);
            else
                for (int u = first; u < end; ++u) out[u * columns + c] = bf16At(row, u) << 16;
            if (whole < units) out[whole * columns + c] = bf16At(row, 2 * whole);
        }
    }
    for (int u = 0; u < units; ++u)
        std::fill(out + u * columns + source.rows, out + (u + 1) * columns, 0u);
}

bool allFinite(const SourceRows& source) {
    std::uint32_t largest = 0;  // magnitudes compare like their bits; Inf and NaN are the largest
    for (int r = 0; r < source.rows; ++r) {
        const std::byte* row = rowAt(source, r);
        if (source.dtype == Dtype::kFloat32) {
            for (int d = 0; d < source.dim; ++d)
                largest = std::max(largest, floatUnit(row, source.dtype, d) & 0x7fffffffu);
        } else {
            for (int d = 0; d < source.dim; ++d)
                largest = std::max(largest, (bf16At(row, d) & 0x7fffu) << 16);
        }
    }
    return largest < 0x7f800000u;
}

void packPanels(const SourceRows& source, int unitElements, int columns, int depth,
                std::uint32_t* out) {
    for (int first = 0; first < source.dim; first += columns) {
        const int here = std::min(columns, source.dim - first);
        for (int r = 0; r < depth; r += unitElements, out += columns) {
            const int real = std::clamp(source.rows - r, 0, unitElements);
            if (real == 0) {
                std::fill(out, out + columns, 0u);
                continue;
            }
            const std::byte* row = rowAt(source, r);
            if (unitElements == 1) {
                for (int c = 0; c < here; ++c) out[c] = floatUnit(row, source.dtype, first + c);
            } else if (real == 1) {
                for (int c = 0; c < here; ++c) out[c] = bf16At(row, first + c);
            } else {
                const std::byte* next = rowAt(source, r + 1);
                for (int c = 0; c < here; ++c)
                    out[c] = bf16At(row, first + c) | bf16At(next, first + c) << 16;
            }
            std::fill(out + here, out + columns, 0u);
        }
    }
}

}  // namespace reelquery::kernels
