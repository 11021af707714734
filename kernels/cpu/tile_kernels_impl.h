// The bodies behind tile_kernels.h, written once over a vector type (Vec) and an arithmetic (Arith:
// what a unit is, how two are multiplied, how weights become units). Included by the tiles_*.cpp
// only. See Note [No inline functions in the files of an instruction set].

namespace reelquery::kernels {
namespace {

// 2^x for x <= 0 with the relative error of a polynomial of the given degree on [-1/2, 1/2]
// (minimax fits: 2.6e-6 for degree 4, 2e-9 for degree 6). NaN stays NaN, -inf gives 0.
template <class Vec, int Degree>
inline typename Vec::Reg exp2Negative(typename Vec::Reg x) {
    x = Vec::max(Vec::set(Vec::kLowestExponent), x);  // in this order NaN survives
    const typename Vec::Reg whole = Vec::round(x);
    const typename Vec::Reg f = Vec::sub(x, whole);
    typename Vec::Reg p;
    if constexpr (Degree == 4) {
        p = Vec::set(0.009570090100169182f);
        p = Vec::fma(p, f, Vec::set(0.05591785907745361f));
        p = Vec::fma(p, f, Vec::set(0.2402474582195282f));
        p = Vec::fma(p, f, Vec::set(0.6931217908859253f));
        p = Vec::fma(p, f, Vec::set(0.9999992847442627f));
    } else {
        p = Vec::set(0.0001534580223960802f);
        p = Vec::fma(p, f, Vec::set(0.0013399930903688073f));
        p = Vec::fma(p, f, Vec::set(0.009618489071726799f));
        p = Vec::fma(p, f, Vec::set(0.05550328642129898f));
        p = Vec::fma(p, f, Vec::set(0.24022646248340607f));
        p = Vec::fma(p, f, Vec::set(0.6931471824645996f));
        p = Vec::fma(p, f, Vec::set(1.0f));
    }
    return Vec::scaleByPow2(p, whole);
}

// c [kTileRows x 2 vectors] = a b, or c = rescale[row] * c + a b where rescale is given.
template <class Vec, class Arith, bool Accumulate>
inline void multiplyTile(const uint32_t* a, int64_t aStride, const uint32_t* b, int64_t depth,
                         float* c, int64_t cStride, const float* rescale) {
    constexpr int kRows = Vec::kTileRows;
    typename Vec::Reg acc[kRows][2];
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
        if constexpr (Accumulate) {
            const typename Vec::Reg factor = Vec::set(rescale[r]);
            acc[r][0] = Vec::mul(factor, Vec::load(c + r * cStride));
            acc[r][1] = Vec::mul(factor, Vec::load(c + r * cStride + Vec::kLanes));
        } else {
            acc[r][0] = acc[r][1] = Vec::set(0.0f);
        }
    }
    for (int64_t i = 0; i < depth; ++i) {
        const typename Arith::Units b0 = Arith::load(b), b1 = Arith::load(b + Vec::kLanes);
        b += 2 * Vec::kLanes;
#pragma GCC unroll 8
        for (int r = 0; r < kRows; ++r) {
            const typename Arith::Units x = Arith::broadcast(a + r * aStride + i);
            acc[r][0] = Arith::mac(acc[r][0], x, b0);
            acc[r][1] = Arith::mac(acc[r][1], x, b1);
        }
    }
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
        Vec::store(c + r * cStride, acc[r][0]);
        Vec::store(c + r * cStride + Vec::kLanes, acc[r][1]);
    }
}

// Hides what a row does not see among its 128 raw scores and moves its maximum on. Returns the old
// maximum less the new one.
template <class Vec>
inline float maximumOfRow(float* scores, int limit, float* rowMax) {
    constexpr int kVectors = kTileKeys / Vec::kLanes;
    if (limit < kTileKeys) {
        for (int i = limit < 0 ? 0 : limit / Vec::kLanes; i < kVectors; ++i)
            Vec::store(scores + i * Vec::kLanes, Vec::keepFirst(Vec::load(scores + i * Vec::kLanes),
                                                                limit - i * Vec::kLanes));
    }
    typename Vec::Reg top = Vec::load(scores);
    for (int i = 1; i < kVectors; ++i) top = Vec::max(top, Vec::load(scores + i * Vec::kLanes));
    const float before = *rowMax;
    const float blockMax = Vec::largest(top);
    *rowMax = blockMax > before ? blockMax : before;
    // -inf - -inf is NaN; a row that has seen nothing has nothing to rescale.
    return before == -__builtin_inff() ? before : before - *rowMax;
}

// Turns the first `seen` raw scores of a row into weights 2^(scaleLog2 * (score - maximum)), which
// replace the scores (as units), and adds them to the row's sums.
template <class Vec, class Arith>
inline void weightsOfRow(float* scores, int seen, float scaleLog2, float rowMax, float rescale,
                         float* rowSum) {
    const int vectors = (seen + Vec::kLanes - 1) / Vec::kLanes;  // or one more, hidden by then
    using Reg = typename Vec::Reg;
    // A row that sees nothing yet has no maximum; any finite one gives it weights of zero.
    const float base = rowMax == -__builtin_inff() ? 0.0f : rowMax;
    const Reg scale = Vec::set(scaleLog2), shift = Vec::set(-base * scaleLog2);
    Reg sum = Vec::mul(Vec::set(rescale), Vec::load(rowSum));
    Reg other = Vec::set(0.0f);
#pragma GCC unroll 2
    for (int i = 0; i < vectors; i += 2) {
        const float* at = scores + i * Vec::kLanes;
        const Reg w0 = exp2Negative<Vec, Arith::kExpDegree>(Vec::fma(Vec::load(at), scale, shift));
        const Reg w1 = exp2Negative<Vec, Arith::kExpDegree>(
            Vec::fma(Vec::load(at + Vec::kLanes), scale, shift));
        sum = Vec::add(sum, w0);
        other = Vec::add(other, w1);
        Arith::storeWeights(scores, i * Vec::kLanes, w0, w1);
    }
    Vec::store(rowSum, Vec::add(sum, other));
}

// The running softmax of a strip. Maxima first, so that the factors for what the rows have gathered
// so far are worked out for many rows at once. seen: keys that any row of the strip sees.
template <class Vec, class Arith>
inline void softmaxStrip(const AttendBlock& t, int first, int rows, int seen) {
    for (int r = 0; r < rows; ++r)
        t.rescale[r] =
            maximumOfRow<Vec>(t.scores + r * kTileKeys, t.limits ? t.limits[first + r] : kTileKeys,
                              t.rowMax + first + r);
    const typename Vec::Reg scale = Vec::set(t.scaleLog2);
    for (int r = 0; r < rows; r += Vec::kLanes)  // may run past `rows`, never past the strip
        Vec::store(t.rescale + r, exp2Negative<Vec, 6>(Vec::mul(Vec::load(t.rescale + r), scale)));
    for (int r = 0; r < rows; ++r)
        weightsOfRow<Vec, Arith>(t.scores + r * kTileKeys, seen, t.scaleLog2, t.rowMax[first + r],
                                 t.rescale[r], t.rowSum + (first + r) * Vec::kLanes);
}

// Keys of the block that any of some rows sees.
inline int keysSeen(const AttendBlock& t, int first, int rows) {
    if (!t.limits) return kTileKeys;
    int seen = 0;
    for (int r = first; r < first + rows; ++r) seen = t.limits[r] > seen ? t.limits[r] : seen;
    return seen;
}

// Weights times values for row `first` + r, key by key and no further than the row sees.
// See Note [Values that are not finite].
template <class Vec, class Arith>
inline void addSeenValues(const AttendBlock& t, int first, int r) {
    constexpr int kColumns = 2 * Vec::kLanes;
    constexpr int kUnits = kTileKeys / Arith::kUnitElements;
    const uint32_t* weights = reinterpret_cast<const uint32_t*>(t.scores + r * kTileKeys);
    float* out = t.out + static_cast<int64_t>(first + r) * t.valueColumns;
    for (int column = 0; column < t.valueColumns; ++column) {
        const uint32_t* panel = t.v + (column / kColumns * kUnits * kColumns + column % kColumns);
        float sum = out[column] * t.rescale[r];
        for (int key = 0; key < t.limits[first + r]; ++key) {
            const int unit = key / Arith::kUnitElements, part = key % Arith::kUnitElements;
            sum += Arith::number(weights[unit], part) * Arith::number(panel[unit * kColumns], part);
        }
        out[column] = sum;
    }
}

template <class Vec, class Arith>
void attendBlock(const AttendBlock& t) {
    constexpr int kColumns = 2 * Vec::kLanes;
    constexpr int kUnits = kTileKeys / Arith::kUnitElements;
    for (int first = 0; first < t.rows; first += kTileStripRows) {
        const int rows = t.rows - first < kTileStripRows ? t.rows - first : kTileStripRows;
        const int seen = keysSeen(t, first, rows);
        if (seen <= 0) continue;
        for (int column = 0; column < seen; column += kColumns)
            for (int r = 0; r < rows; r += Vec::kTileRows)
                multiplyTile<Vec, Arith, false>(
                    t.q + static_cast<int64_t>(first + r) * t.qUnits, t.qUnits,
                    t.k + static_cast<int64_t>(column) * t.qUnits, t.qUnits,
                    t.scores + r * kTileKeys + column, kTileKeys, nullptr);
        softmaxStrip<Vec, Arith>(t, first, rows, seen);
        if (t.limits && t.spoiled) {
            for (int r = 0; r < rows; ++r) addSeenValues<Vec, Arith>(t, first, r);
            continue;
        }
        int depth[kTileStripRows / Vec::kTileRows];  // units of the keys that each tile sees
        for (int r = 0; r < rows; r += Vec::kTileRows)
            depth[r / Vec::kTileRows] =
                (keysSeen(t, first + r, Vec::kTileRows) + Arith::kUnitElements - 1) /
                Arith::kUnitElements;
        for (int column = 0; column < t.valueColumns; column += kColumns)
            for (int r = 0; r < rows; r += Vec::kTileRows)
                multiplyTile<Vec, Arith, true>(
                    reinterpret_cast<const uint32_t*>(t.scores + r * kTileKeys), kTileKeys,
                    t.v + static_cast<int64_t>(column) * kUnits, depth[r / Vec::kTileRows],
                    t.out + static_cast<int64_t>(first + r) * t.valueColumns + column,
                    t.valueColumns, t.rescale + r);
    }
}

template <class Vec>
void writeRows(const WriteRows& t) {
    alignas(64) float last[Vec::kLanes];
    for (int r = 0; r < t.rows; ++r) {
        const float* from = t.out + static_cast<int64_t>(r) * t.valueColumns;
        const float total = Vec::sum(Vec::load(t.sums + r * Vec::kLanes));
        const typename Vec::Reg factor = Vec::set(total == 0.0f ? 0.0f : 1.0f / total);
        float* to = static_cast<float*>(t.to) + (t.toBf16 ? 0 : r * t.toStride);
        uint16_t* toBits = static_cast<uint16_t*>(t.to) + (t.toBf16 ? r * t.toStride : 0);
        int d = 0;
        for (; d + Vec::kLanes <= t.dim; d += Vec::kLanes) {
            const typename Vec::Reg x = Vec::mul(Vec::load(from + d), factor);
            if (t.toBf16)
                Vec::storeBf16(toBits + d, x);
            else
                Vec::store(to + d, x);
        }
        if (d == t.dim) continue;
        uint16_t lastBits[Vec::kLanes];
        const typename Vec::Reg x = Vec::mul(Vec::load(from + d), factor);  // columns are padded
        Vec::store(last, x);
        Vec::storeBf16(lastBits, x);
        for (int i = 0; d + i < t.dim; ++i) {
            if (t.toBf16)
                toBits[d + i] = lastBits[i];
            else
                to[d + i] = last[i];
        }
    }
}

// Softmax numerators of one row of a pooled panel, added up per group of columns.
template <class Vec>
inline void sumRow(const ScorePanel& t, int row, const float* cells) {
    const int sees = t.firstLimit + row * t.limitStep;
    const int limit = sees < t.columns ? sees : t.columns;
    const typename Vec::Reg scale = Vec::set(t.scaleLog2);
    const typename Vec::Reg x0 = Vec::keepFirst(Vec::mul(Vec::load(cells), scale), limit);
    const typename Vec::Reg x1 =
        Vec::keepFirst(Vec::mul(Vec::load(cells + Vec::kLanes), scale), limit - Vec::kLanes);
    const float top = Vec::largest(Vec::max(x0, x1));
    t.maxima[row * t.maxStride] = top;
    const typename Vec::Reg shift = Vec::set(top == -__builtin_inff() ? 0.0f : top);
    Vec::storeSums(exp2Negative<Vec, 6>(Vec::sub(x0, shift)),
                   exp2Negative<Vec, 6>(Vec::sub(x1, shift)), t.sumColumns,
                   t.sums + row * t.sumStride);
}

template <class Vec, class Arith>
void scorePanel(const ScorePanel& t) {
    constexpr int kColumns = 2 * Vec::kLanes;
    alignas(64) float tile[Vec::kTileRows * kColumns];
    for (int first = 0; first < t.rows; first += Vec::kTileRows) {
        const bool seesAny = t.firstLimit + (first + Vec::kTileRows - 1) * t.limitStep > 0;
        if (seesAny)
            multiplyTile<Vec, Arith, false>(t.q + first * t.qStride, t.qStride, t.k, t.depthUnits,
                                            tile, kColumns, nullptr);
        for (int row = 0; row < Vec::kTileRows; ++row) {
            if (seesAny) {
                sumRow<Vec>(t, first + row, tile + row * kColumns);
            } else {
                t.maxima[(first + row) * t.maxStride] = -__builtin_inff();
                for (int i = 0; i < kColumns / t.sumColumns; ++i)
                    t.sums[(first + row) * t.sumStride + i] = 0.0f;
            }
        }
    }
}

template <class Vec>
void exp2Shifted(float* values, int64_t count, float shift) {
    alignas(64) float tail[Vec::kLanes];
    const typename Vec::Reg by = Vec::set(shift);
    int64_t i = 0;
    for (; i + Vec::kLanes <= count; i += Vec::kLanes)
        Vec::store(values + i, exp2Negative<Vec, 6>(Vec::sub(Vec::load(values + i), by)));
    for (int j = 0; j < Vec::kLanes; ++j) tail[j] = i + j < count ? values[i + j] : shift;
    Vec::store(tail, exp2Negative<Vec, 6>(Vec::sub(Vec::load(tail), by)));
    for (int j = 0; i + j < count; ++j) values[i + j] = tail[j];
}

template <class Vec, class Arith>
constexpr TileKernels makeTileKernels() {
    return {Arith::kUnitElements,     2 * Vec::kLanes, Vec::kTileRows,          Vec::kLanes,
            &attendBlock<Vec, Arith>, &writeRows<Vec>, &scorePanel<Vec, Arith>, &exp2Shifted<Vec>};
}

}  // namespace
}  // namespace reelquery::kernels
