#include "kernels/gemm/gemm_checks.h"

namespace reelquery::kernels::cuda {

namespace {

constexpr std::int64_t kMostInputs = std::int64_t{1} << 20;   // steps fit an int many times over
constexpr std::int64_t kMostOutputs = std::int64_t{1} << 24;  // so do tiles as a grid

bool isOn(const void* data, std::uintptr_t bytes) {
    return reinterpret_cast<std::uintptr_t>(data) % bytes == 0;
}

int bytesOf(GemmType type) {
    return type == GemmType::kFloat32 ? 4 : 2;
}

Status invalid(const char* message) {
    return {StatusCode::kInvalidArgument, message};
}

Status unsupported(const char* message) {
    return {StatusCode::kUnsupported, message};
}

bool isGroupSize(const TiledShape& s) {
    if (s.groupSize == 0 || s.groupSize == 32 || s.groupSize == 64) return true;
    return s.groupSize >= kStepValues && s.groupSize == std::int64_t{kStepValues} << stepShift(s);
}

Status checkMatrix(const TiledMatrix& matrix) {
    if (const Status status = checkShape(matrix.shape); !status.ok()) return status;
    if (!matrix.data || !isOn(matrix.data, 256))
        return invalid("a packed matrix lies on 256 bytes");
    return {};
}

}  // namespace

Status checkShape(const TiledShape& s) {
    if (s.outputs < 1 || s.inputs < 1) return invalid("a packed matrix has rows and columns");
    if (s.outputs > kMostOutputs || s.inputs > kMostInputs)
        return unsupported("the packed matrix is too large");
    const bool isBlocks = s.scales == TileScales::kBlocks32 || s.scales == TileScales::kBlocks16;
    if (s.inputs % (isBlocks ? 256 : kSubValues) != 0)
        return unsupported("K of a packed matrix is a multiple of 32, of 256 for K-quants");
    const bool fits = [&] {
        switch (s.scales) {
            case TileScales::kGroups:
                return s.codes != TileCodes::kInt6;
            case TileScales::kGroupMins:
            case TileScales::kBlocks32:
                return s.codes == TileCodes::kInt4 || s.codes == TileCodes::kInt5;
            case TileScales::kBlocks16:
                return s.codes == TileCodes::kInt6;
        }
        return false;
    }();
    if (!fits) return invalid("no packed format has these codes and scales");
    if (s.hasZeros && (s.scales != TileScales::kGroups ||
                       (s.codes != TileCodes::kInt4 && s.codes != TileCodes::kInt8)))
        return invalid("only int4 and int8 with groups have zeros");
    if (s.scales != TileScales::kGroups) return {};
    if (!isGroupSize(s)) return unsupported("groups are 32, 64, 128 times a power of two, or all");
    if (s.scaleType == ScaleType::kFloat32 && scalesPerStep(s) > 1)
        return unsupported("float32 scales serve groups of 128 and more");
    if (s.codes == TileCodes::kFp8 && scalesPerStep(s) > 1)
        return unsupported("FP8 has groups of 128 and more");
    if (s.codes == TileCodes::kInt5 && (s.groupSize != 32 || s.scaleType == ScaleType::kFloat32))
        return unsupported("5-bit codes have groups of 32");
    return {};
}

Status checkRetile(const SourceMatrix& from, const TiledMatrix& to, std::int64_t firstRow) {
    if (const Status status = checkMatrix(to); !status.ok()) return status;
    const TiledShape own = tiledShapeOf(from);
    const TiledShape& s = to.shape;
    const bool hasOwnType = s.scaleType == own.scaleType || own.scaleType == ScaleType::kFloat32;
    const bool isGroups = s.scales == TileScales::kGroups;
    if (own.codes != s.codes || own.scales != s.scales || own.inputs != s.inputs ||
        own.hasZeros != s.hasZeros || (isGroups && (own.groupSize != s.groupSize || !hasOwnType)))
        return invalid("the source has another format than the tiles");
    if (from.outputs < 1 || firstRow < 0 || firstRow + from.outputs > s.outputs)
        return invalid("the source's rows lie outside the tiles");
    const bool isBlocks = sourceBlock(from.format).values > 0;
    if (!from.words || (!isBlocks && (!from.scales || from.scaleRows < 1)))
        return invalid("the source lacks words or scales");
    if (isBlocks && from.order) return invalid("blocks keep their order");
    return {};
}

Status checkFewRows(const CudaFewRows& c) {
    if (const Status status = checkMatrix(c.weights); !status.ok()) return status;
    if (c.rows < 1 || c.rows > kFewRows) return invalid("few rows are 1 to 8");
    if (!c.x || !c.out) return invalid("a product needs x and out");
    if (!isOn(c.x, 16) || (c.rows > 1 && c.xStride % 8 != 0))
        return invalid("rows of x start on 16 bytes");
    return {};
}

Status checkBf16Row(const CudaBf16Row& c) {
    if (c.outputs < 1 || c.inputs < 1 || c.weightStride < c.inputs)
        return invalid("weights have rows and columns");
    if (c.outputs > kMostOutputs || c.inputs > kMostInputs || c.inputs % 8 != 0)
        return unsupported("K of a product of one row is a multiple of 8 up to 2^20");
    if (!c.weights || !c.x || !c.out) return invalid("a product needs weights, x and out");
    if (!isOn(c.weights, 16) || !isOn(c.x, 16) || c.weightStride % 8 != 0)
        return unsupported("rows of a product of one row start on 16 bytes");
    return {};
}

Status checkUnpack(const CudaUnpack& c) {
    if (const Status status = checkMatrix(c.weights); !status.ok()) return status;
    if (c.rows < 0 ||
        (!c.index && (c.firstRow < 0 || c.firstRow + c.rows > c.weights.shape.outputs)))
        return invalid("the rows to unpack lie outside the matrix");
    if (!c.out || !isOn(c.out, 16) || c.outStride * bytesOf(c.outType) % 16 != 0)
        return invalid("unpacked rows start on 16 bytes");
    if (c.outStride < c.weights.shape.inputs) return invalid("unpacked rows overlap");
    return {};
}

Status checkFp8Rows(const CudaFp8Rows& c) {
    if (c.rows < 0 || c.rows > INT32_MAX || c.inputs < 16 || c.inputs > kMostInputs ||
        c.inputs % 16 != 0)
        return unsupported("rows become FP8 by 16 values");
    if (!c.x || !c.codes || !c.scales) return invalid("rows become FP8 with x, codes and scales");
    if (!isOn(c.x, 16) || !isOn(c.codes, 16) || c.xStride % 8 != 0)
        return invalid("rows that become FP8 start on 16 bytes");
    return {};
}

Status checkFp8Codes(const CudaFp8Codes& c) {
    if (const Status status = checkMatrix(c.weights); !status.ok()) return status;
    if (c.weights.shape.codes != TileCodes::kFp8) return invalid("only FP8 has codes to copy");
    if (c.firstRow < 0 || c.rows < 0 || c.firstRow + c.rows > c.weights.shape.outputs)
        return invalid("the rows to copy lie outside the matrix");
    if (!c.out || !isOn(c.out, 16)) return invalid("copied codes start on 16 bytes");
    return {};
}

}  // namespace reelquery::kernels::cuda
