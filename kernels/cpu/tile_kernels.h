#pragma once
// The inner kernels of CPU attention, one table per instruction set. Everything around them
// (packing, threads, selection) is compiled once for the baseline.
//
// Note [No inline functions in the files of an instruction set]
// tiles_avx*.cpp are compiled with -mavx*. An inline function that such a file shares with others
// (from the standard library, say) may be kept in its AVX version by the linker and then crash an
// older processor. So these files see only this header, <stdint.h> and intrinsics, and everything
// else in them has internal linkage.
//
// Note [Units and panels]
// Numbers are handled in 32-bit units: one float, or a pair of bf16 neighbours in the direction of
// the sum (what one lane of the bf16 dot product eats). A right-hand matrix is cut into panels of
// `panelColumns` columns, [depth units][panelColumns], so the inner loop reads it front to back;
// a left-hand matrix lies row by row, [rows][depth units].

//
// Note [Values that are not finite]
// A key that a row does not see has weight 0 there, but 0 * NaN and 0 * Inf are NaN. So where some
// rows see only a part of a block whose values are not all finite, the rows go through it one by
// one, slowly. Everywhere else every key of a block is seen by all rows or by none, and a NaN
// reaches exactly the rows that it would reach in plain loops. The CUDA kernels (kernels/attn) keep
// the same rule: multiplySeen() there is this walk one by one.

#include <stdint.h>

namespace reelquery::kernels {

enum { kTileKeys = 128 };  ///< keys of one call, the block size

enum { kTileStripRows = 32 };  ///< rows whose 128 scores stay in the L1 cache together

/// Adds one block of 128 keys to the running softmax of some query rows.
struct AttendBlock {
    const uint32_t* q = nullptr;      ///< [rows][qUnits]
    const uint32_t* k = nullptr;      ///< K^T: 128/panelColumns panels [qUnits][panelColumns]
    const uint32_t* v = nullptr;      ///< valueColumns/panelColumns panels [128 keys][panelColumns]
    const int32_t* limits = nullptr;  ///< [rows] keys of the block that the row sees; null: all 128
    int spoiled = 0;                  ///< whether a NaN or Inf is among the values
    int rows = 0;                     ///< multiple of tileRows
    int qUnits = 0;
    int valueColumns = 0;      ///< D padded to a multiple of panelColumns
    float scaleLog2 = 0;       ///< softmax scale * log2(e), > 0
    float* rowMax = nullptr;   ///< [rows] largest raw score so far, -inf at first
    float* rowSum = nullptr;   ///< [rows][lanes] partial sums of the weights, 0 at first
    float* out = nullptr;      ///< [rows][valueColumns] not yet normalised, 0 at first
    float* scores = nullptr;   ///< scratch [kTileStripRows][128], 64-byte aligned
    float* rescale = nullptr;  ///< scratch [kTileStripRows]
};

/// Pooled scores of some rows against one panel of pooled keys, reduced to sums of exponentials.
struct ScorePanel {
    const uint32_t* q = nullptr;  ///< [rows][depthUnits], qStride units apart
    const uint32_t* k = nullptr;  ///< one panel [depthUnits][panelColumns]
    int rows = 0;                 ///< multiple of tileRows
    int64_t depthUnits = 0;
    int64_t qStride = 0;
    int firstLimit = 0;  ///< columns of the panel that row 0 sees (any integer)
    int limitStep = 0;   ///< how many more the next row sees: 1 causal, 0 not
    int columns = 0;     ///< columns of the panel that exist
    int sumColumns = 0;  ///< columns added up per sum: 8, 16 or 32, at most panelColumns
    float scaleLog2 = 0;
    float* sums = nullptr;  ///< [rows][sumStride], panelColumns/sumColumns of each row written
    int64_t sumStride = 0;
    float* maxima = nullptr;  ///< [rows][maxStride], one of each row written: the log2 that
    int64_t maxStride = 0;    ///< the sums are relative to; -inf where a row sees nothing
};

/// Normalises rows of attention output and writes them in the caller's type and strides.
struct WriteRows {
    const float* out = nullptr;   ///< [rows][valueColumns]
    const float* sums = nullptr;  ///< [rows][lanes]; rows that add up to 0 give zeros
    int rows = 0;
    int dim = 0;  ///< numbers of a row to write
    int valueColumns = 0;
    void* to = nullptr;    ///< float, or bf16 where toBf16
    int64_t toStride = 0;  ///< numbers between rows
    int toBf16 = 0;
};

struct TileKernels {
    int unitElements;  ///< numbers per unit: 1 (float) or 2 (bf16)
    int panelColumns;
    int tileRows;  ///< divides kTileStripRows
    int lanes;     ///< floats per vector
    void (*attendBlock)(const AttendBlock&);
    void (*writeRows)(const WriteRows&);
    void (*scorePanel)(const ScorePanel&);
    void (*exp2Shifted)(float* values, int64_t count,
                        float shift);  ///< values = 2^(values - shift)
};

/// Null where the build has no such kernels.
const TileKernels* genericTiles();
const TileKernels* avx2Tiles();
const TileKernels* avx512Tiles();
const TileKernels* avx512Bf16Tiles();

}  // namespace reelquery::kernels
