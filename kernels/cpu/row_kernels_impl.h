// Written once in plain loops over arrays of fixed length, which compilers turn into vectors of the
// instruction set they compile for. Included by rows_*.cpp only.

#include <stdint.h>

namespace reelquery::kernels {
namespace {

constexpr int64_t kRun = 256;   // values unpacked together
constexpr int64_t kLanes = 32;  // partial sums

inline float floatOfBits(uint32_t bits) {
    float x;
    __builtin_memcpy(&x, &bits, sizeof x);
    return x;
}

inline uint32_t bitsOfFloat(float x) {
    uint32_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    return bits;
}

// float16, its smallest numbers included.
inline float floatOfHalf(uint16_t half) {
    const uint32_t rest = half & 0x7fffu, sign = (half & 0x8000u) << 16;
    const float x = rest >= 0x7c00u ? floatOfBits(0x7f800000u | (rest & 0x3ffu) << 13)
                                    : floatOfBits(rest << 13) * 0x1p112f;
    return floatOfBits(bitsOfFloat(x) | sign);
}

inline float halfAt(const uint8_t* bytes) {
    return floatOfHalf(static_cast<uint16_t>(bytes[0] | bytes[1] << 8));
}

// float8_e4m3fn. The smallest are made of whole numbers: as bits they would be subnormal floats,
// which cost a processor a hundred times as much.
inline float floatOfFp8(uint8_t code) {
    const uint32_t rest = code & 0x7fu;
    const float normal = floatOfBits((rest << 20) + (120u << 23));
    const float small = static_cast<float>(static_cast<int>(rest)) * 0x1p-9f;
    const float x = rest == 0x7fu ? floatOfBits(0x7fc00000u) : rest < 8 ? small : normal;
    return floatOfBits(bitsOfFloat(x) | (code & 0x80u) << 24);
}

// Rounds to nearest even; NaN stays NaN.
inline uint16_t bf16OfFloat(float x) {
    const uint32_t bits = bitsOfFloat(x);
    const uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
    return static_cast<uint16_t>((bits & 0x7fffffffu) > 0x7f800000u ? (bits >> 16) | 0x40u
                                                                    : rounded);
}

inline float scaleAt(const WeightRows& w, int64_t index) {
    return w.halfScales ? floatOfHalf(static_cast<const uint16_t*>(w.scales)[index])
                        : static_cast<const float*>(w.scales)[index];
}

// Values [k, k + count) of a row of integers, one group.
void unpackPiece(const WeightRows& w, const uint8_t* row, int64_t k, int64_t count, float zero,
                 float scale, float* out) {
    if (w.format == WeightFormat::kInt8) {
        for (int64_t i = 0; i < count; ++i)
            out[i] = (static_cast<float>(row[k + i]) - zero) * scale;
        return;
    }
    if (k % 2 || count % 2) {
        for (int64_t i = 0; i < count; ++i) {
            const int q = row[(k + i) / 2] >> ((k + i) % 2 * 4) & 15;
            out[i] = (static_cast<float>(q) - zero) * scale;
        }
        return;
    }
    const uint8_t* bytes = row + k / 2;
    for (int64_t i = 0; i < count / 2; ++i) {
        out[2 * i] = (static_cast<float>(bytes[i] & 15) - zero) * scale;
        out[2 * i + 1] = (static_cast<float>(bytes[i] >> 4) - zero) * scale;
    }
}

void unpackIntegers(const WeightRows& w, int64_t n, int64_t k, int64_t count, float* out) {
    const uint8_t* row = w.words + n * w.rowBytes;
    const float middle = w.format == WeightFormat::kInt4 ? 8.0f : 128.0f;
    while (count > 0) {
        const int64_t group = k / w.groupSize;
        int64_t piece = (group + 1) * w.groupSize - k;
        if (piece > count) piece = count;
        const int64_t at = n * w.groups + group;
        unpackPiece(w, row, k, piece, w.zeros ? static_cast<float>(w.zeros[at]) : middle,
                    scaleAt(w, at), out);
        k += piece;
        out += piece;
        count -= piece;
    }
}

void unpackFp8(const WeightRows& w, int64_t n, int64_t k, int64_t count, float* out) {
    const uint8_t* row = w.words + n * w.rowBytes;
    const float* scales = static_cast<const float*>(w.scales) + n / w.blockRows * w.scaleColumns;
    while (count > 0) {
        const int64_t block = k / w.blockColumns;
        int64_t piece = (block + 1) * w.blockColumns - k;
        if (piece > count) piece = count;
        const float scale = scales[block];
        for (int64_t i = 0; i < piece; ++i) out[i] = floatOfFp8(row[k + i]) * scale;
        k += piece;
        out += piece;
        count -= piece;
    }
}

void unpackNibbles(const uint8_t* bytes, float* low, float* high, int count, float step,
                   float shift, float offset) {
    for (int i = 0; i < count; ++i) {
        low[i] = step * (static_cast<float>(bytes[i] & 15) - shift) + offset;
        high[i] = step * (static_cast<float>(bytes[i] >> 4) - shift) + offset;
    }
}

void unpackFives(const uint8_t* bits, const uint8_t* bytes, float* out, float step, float shift,
                 float offset) {
    const uint32_t word =
        bits[0] | bits[1] << 8 | bits[2] << 16 | static_cast<uint32_t>(bits[3]) << 24;
    for (int i = 0; i < 16; ++i) {
        const uint32_t low = (bytes[i] & 15u) | (word >> i & 1u) << 4;
        const uint32_t high = (bytes[i] >> 4) | (word >> (i + 16) & 1u) << 4;
        out[i] = step * (static_cast<float>(low) - shift) + offset;
        out[i + 16] = step * (static_cast<float>(high) - shift) + offset;
    }
}

// A block of 32 values.
void unpackSmallBlock(WeightFormat format, const uint8_t* block, float* out) {
    const float d = halfAt(block);
    switch (format) {
        case WeightFormat::kQ8_0:
            for (int i = 0; i < 32; ++i)
                out[i] = d * static_cast<float>(static_cast<int8_t>(block[2 + i]));
            return;
        case WeightFormat::kQ4_0:
            return unpackNibbles(block + 2, out, out + 16, 16, d, 8, 0);
        case WeightFormat::kQ4_1:
            return unpackNibbles(block + 4, out, out + 16, 16, d, 0, halfAt(block + 2));
        case WeightFormat::kQ5_0:
            return unpackFives(block + 2, block + 6, out, d, 16, 0);
        default:
            return unpackFives(block + 4, block + 8, out, d, 0, halfAt(block + 2));
    }
}

// The 6-bit scales and offsets of Q4_K and Q5_K.
void readKScales(const uint8_t* s, uint8_t* scale, uint8_t* offset) {
    for (int j = 0; j < 4; ++j) {
        scale[j] = s[j] & 63;
        offset[j] = s[j + 4] & 63;
        scale[j + 4] = static_cast<uint8_t>((s[j + 8] & 15) | (s[j] >> 6) << 4);
        offset[j + 4] = static_cast<uint8_t>(s[j + 8] >> 4 | (s[j + 4] >> 6) << 4);
    }
}

void unpackQ45K(const uint8_t* block, bool hasFifthBits, float* out) {
    const float d = halfAt(block), dmin = halfAt(block + 2);
    uint8_t scale[8], offset[8];
    readKScales(block + 4, scale, offset);
    const uint8_t* qh = block + 16;
    const uint8_t* qs = block + (hasFifthBits ? 48 : 16);
    for (int j = 0; j < 8; ++j) {
        const float step = d * static_cast<float>(scale[j]);
        const float down = dmin * static_cast<float>(offset[j]);
        const uint8_t* bytes = qs + 32 * (j / 2);
        const int shift = j % 2 * 4;
        float* to = out + 32 * j;
        if (!hasFifthBits) {
            for (int i = 0; i < 32; ++i)
                to[i] = step * static_cast<float>(bytes[i] >> shift & 15) - down;
            continue;
        }
        for (int i = 0; i < 32; ++i) {
            const int q = (bytes[i] >> shift & 15) | (qh[i] >> j & 1) << 4;
            to[i] = step * static_cast<float>(q) - down;
        }
    }
}

void unpackQ6K(const uint8_t* block, float* out) {
    const float d = halfAt(block + 208);
    for (int half = 0; half < 2; ++half) {
        const uint8_t* ql = block + 64 * half;
        const uint8_t* qh = block + 128 + 32 * half;
        const uint8_t* sc = block + 192 + 8 * half;
        for (int part = 0; part < 4; ++part) {
            const uint8_t* low = ql + 32 * (part % 2);
            const int shift = part / 2 * 4, highShift = 2 * part;
            for (int piece = 0; piece < 2; ++piece) {
                const float step =
                    d * static_cast<float>(static_cast<int8_t>(sc[2 * part + piece]));
                float* to = out + 128 * half + 32 * part + 16 * piece;
                for (int i = 0; i < 16; ++i) {
                    const int at = 16 * piece + i;
                    const int q = ((low[at] >> shift & 15) | (qh[at] >> highShift & 3) << 4) - 32;
                    to[i] = step * static_cast<float>(q);
                }
            }
        }
    }
}

// Values [k, k + count) of row n; count at most kRun, k a multiple of kRun.
void unpackRun(const WeightRows& w, int64_t n, int64_t k, int64_t count, float* out) {
    const uint8_t* row = w.words + n * w.rowBytes;
    switch (w.format) {
        case WeightFormat::kBf16: {
            const uint16_t* from = reinterpret_cast<const uint16_t*>(row) + k;
            for (int64_t i = 0; i < count; ++i)
                out[i] = floatOfBits(static_cast<uint32_t>(from[i]) << 16);
            return;
        }
        case WeightFormat::kInt4:
        case WeightFormat::kInt8:
            return unpackIntegers(w, n, k, count, out);
        case WeightFormat::kFp8:
            return unpackFp8(w, n, k, count, out);
        case WeightFormat::kQ4_K:
            return unpackQ45K(row + k / 256 * 144, false, out);
        case WeightFormat::kQ5_K:
            return unpackQ45K(row + k / 256 * 176, true, out);
        case WeightFormat::kQ6_K:
            return unpackQ6K(row + k / 256 * 210, out);
        default: {
            const int64_t bytes = w.rowBytes / (w.inputs / 32);
            for (int64_t at = 0; at < count; at += 32)
                unpackSmallBlock(w.format, row + (k + at) / 32 * bytes, out + at);
        }
    }
}

// Adds the products of count values to kLanes partial sums.
inline void addProducts(const float* a, const float* b, int64_t count, float* sums) {
    int64_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
        for (int lane = 0; lane < kLanes; ++lane) sums[lane] += a[i + lane] * b[i + lane];
    }
    for (; i < count; ++i) sums[i % kLanes] += a[i] * b[i];
}

void multiplyUnpacked(const WeightRows& w, const RowInput& x, int64_t begin, int64_t end,
                      float* y) {
    alignas(64) float values[kRun];
    for (int64_t n = begin; n < end; ++n) {
        alignas(64) float sums[kLanes] = {};
        for (int64_t k = 0; k < w.inputs; k += kRun) {
            const int64_t count = w.inputs - k < kRun ? w.inputs - k : kRun;
            unpackRun(w, n, k, count, values);
            addProducts(values, x.wide + k, count, sums);
        }
        float sum = 0;
        for (int lane = 0; lane < kLanes; ++lane) sum += sums[lane];
        y[n - begin] = sum;
    }
}

void unpackRows(const WeightRows& w, int64_t begin, int64_t end, void* out, int toBf16) {
    alignas(64) float values[kRun];
    for (int64_t n = begin; n < end; ++n) {
        for (int64_t k = 0; k < w.inputs; k += kRun) {
            const int64_t count = w.inputs - k < kRun ? w.inputs - k : kRun;
            const int64_t at = (n - begin) * w.inputs + k;
            if (!toBf16) {
                unpackRun(w, n, k, count, static_cast<float*>(out) + at);
                continue;
            }
            unpackRun(w, n, k, count, values);
            uint16_t* to = static_cast<uint16_t*>(out) + at;
            for (int64_t i = 0; i < count; ++i) to[i] = bf16OfFloat(values[i]);
        }
    }
}

// One piece of attention over 8-bit keys and values.
inline void attendNarrowPiece(const NarrowPiece& piece) {
    alignas(64) float weights[kNarrowQueries][kNarrowKeys];
    alignas(64) float row[kMostNarrowDim];
    const int dim = piece.dim;
    for (int i = 0; i < piece.keys; ++i) {
        const int8_t* key = piece.k + static_cast<int64_t>(i) * dim;
        for (int d = 0; d < dim; ++d) row[d] = static_cast<float>(key[d]);
        for (int g = 0; g < piece.queries; ++g) {
            alignas(64) float sums[kLanes] = {};
            addProducts(row, piece.q + static_cast<int64_t>(g) * dim, dim, sums);
            float sum = 0;
            for (int lane = 0; lane < kLanes; ++lane) sum += sums[lane];
            weights[g][i] = sum * (piece.kScales[i] * piece.scale);
        }
    }
    for (int g = 0; g < piece.queries; ++g) {
        float top = weights[g][0], sum = 0;
        for (int i = 1; i < piece.keys; ++i) top = weights[g][i] > top ? weights[g][i] : top;
        for (int i = 0; i < piece.keys; ++i) {
            const float weight = __builtin_expf(weights[g][i] - top);
            sum += weight;
            weights[g][i] = weight * piece.vScales[i];
        }
        piece.top[g] = top;
        piece.sum[g] = sum;
        for (int d = 0; d < dim; ++d) piece.out[static_cast<int64_t>(g) * dim + d] = 0;
    }
    for (int i = 0; i < piece.keys; ++i) {
        const int8_t* value = piece.v + static_cast<int64_t>(i) * dim;
        for (int d = 0; d < dim; ++d) row[d] = static_cast<float>(value[d]);
        for (int g = 0; g < piece.queries; ++g) {
            float* out = piece.out + static_cast<int64_t>(g) * dim;
            const float weight = weights[g][i];
            for (int d = 0; d < dim; ++d) out[d] += weight * row[d];
        }
    }
}

inline InputOrder noOrder(const WeightRows&) {
    return InputOrder::kNone;
}

}  // namespace
}  // namespace reelquery::kernels
