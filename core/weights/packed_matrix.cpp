#include "core/weights/packed_matrix.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/base/divide_up.h"
#include "core/base/error.h"

namespace reelquery {

namespace {

struct FormatFacts {
    const char* name;
    BlockShape block;
};

/// In the order of PackedFormat.
constexpr std::array<FormatFacts, 11> kFormats = {{{"int4", {}},
                                                   {"int8", {}},
                                                   {"fp8", {}},
                                                   {"Q4_0", {32, 18}},
                                                   {"Q4_1", {32, 20}},
                                                   {"Q5_0", {32, 22}},
                                                   {"Q5_1", {32, 24}},
                                                   {"Q8_0", {32, 34}},
                                                   {"Q4_K", {256, 144}},
                                                   {"Q5_K", {256, 176}},
                                                   {"Q6_K", {256, 210}}}};

const FormatFacts& factsOf(PackedFormat format) {
    return kFormats.at(static_cast<std::size_t>(format));
}

/// The 256 values of float8_e4m3fn.
at::Tensor fp8Table() {
    at::Tensor table = at::empty({256}, at::kFloat);
    float* values = table.data_ptr<float>();
    for (int code = 0; code < 256; ++code) {
        const int exponent = (code >> 3) & 15, mantissa = code & 7;
        float value = exponent == 0
                          ? std::ldexp(static_cast<float>(mantissa), -9)
                          : std::ldexp(1.0F + static_cast<float>(mantissa) / 8.0F, exponent - 7);
        if ((code & 0x7F) == 0x7F) value = std::nanf("");
        values[code] = code & 0x80 ? -value : value;
    }
    return table;
}

/// Column `at` of blocks [rows, bytes] as float16, in float32: [rows, 1].
at::Tensor halfAt(const at::Tensor& blocks, std::int64_t at) {
    return blocks.narrow(1, at, 2).contiguous().view(at::kHalf).to(at::kFloat);
}

at::Tensor bytesAt(const at::Tensor& blocks, std::int64_t at, std::int64_t count) {
    return blocks.narrow(1, at, count).to(at::kInt);
}

/// The low four bits of all bytes, then the high ones: [rows, 2 * bytes].
at::Tensor nibbles(const at::Tensor& bytes) {
    return at::cat({bytes.bitwise_and(15), bytes.__rshift__(4)}, 1);
}

/// Fifth bits of 32 values from their little-endian word at `at`: [rows, 32] of 0 or 16.
at::Tensor fifthBits(const at::Tensor& blocks, std::int64_t at) {
    const at::Tensor bytes = bytesAt(blocks, at, 4).unsqueeze(2);  // [rows, 4, 1]
    const at::Tensor shifts = at::arange(8, bytes.options()).view({1, 1, 8});
    return bytes.__rshift__(shifts).bitwise_and(1).mul(16).reshape({blocks.size(0), 32});
}

/// 32 values a block. [rows, 32] float32.
at::Tensor unpackSmallBlocks(const at::Tensor& blocks, PackedFormat format) {
    const at::Tensor d = halfAt(blocks, 0);
    const auto scaled = [&](const at::Tensor& q) { return d * q.to(at::kFloat); };
    switch (format) {
        case PackedFormat::kQ8_0:
            return scaled(blocks.narrow(1, 2, 32).contiguous().view(at::kChar));
        case PackedFormat::kQ4_0:
            return scaled(nibbles(bytesAt(blocks, 2, 16)) - 8);
        case PackedFormat::kQ4_1:
            return scaled(nibbles(bytesAt(blocks, 4, 16))).add_(halfAt(blocks, 2));
        case PackedFormat::kQ5_0:
            return scaled(nibbles(bytesAt(blocks, 6, 16)) + fifthBits(blocks, 2) - 16);
        default:
            return scaled(nibbles(bytesAt(blocks, 8, 16)) + fifthBits(blocks, 4))
                .add_(halfAt(blocks, 2));
    }
}

/// 256 values a block of Q4_K or Q5_K. [rows, 256] float32.
at::Tensor unpackQ45K(const at::Tensor& blocks, bool hasFifthBits) {
    const std::int64_t rows = blocks.size(0);
    const at::Tensor s = bytesAt(blocks, 4, 12);
    const at::Tensor low = s.narrow(1, 0, 4), middle = s.narrow(1, 4, 4), high = s.narrow(1, 8, 4);
    const auto top = [](const at::Tensor& x) { return x.__rshift__(6).__lshift__(4); };
    const at::Tensor scales =
        at::cat({low.bitwise_and(63), high.bitwise_and(15).bitwise_or(top(low))}, 1);
    const at::Tensor mins =
        at::cat({middle.bitwise_and(63), high.__rshift__(4).bitwise_or(top(middle))}, 1);
    const at::Tensor qs = bytesAt(blocks, hasFifthBits ? 48 : 16, 128).view({rows, 4, 1, 32});
    at::Tensor q = at::cat({qs.bitwise_and(15), qs.__rshift__(4)}, 2).reshape({rows, 8, 32});
    if (hasFifthBits) {
        const at::Tensor bits = bytesAt(blocks, 16, 32).unsqueeze(1);  // [rows, 1, 32]
        const at::Tensor shifts = at::arange(8, bits.options()).view({1, 8, 1});
        q = q + bits.__rshift__(shifts).bitwise_and(1).mul(16);
    }
    const at::Tensor step = (halfAt(blocks, 0) * scales.to(at::kFloat)).unsqueeze(2);
    const at::Tensor offset = (halfAt(blocks, 2) * mins.to(at::kFloat)).unsqueeze(2);
    return (step * q.to(at::kFloat) - offset).reshape({rows, 256});
}

at::Tensor unpackQ6K(const at::Tensor& blocks) {
    const std::int64_t rows = blocks.size(0);
    const at::Tensor ql = bytesAt(blocks, 0, 128).view({rows, 2, 2, 32});       // half, 32 bytes
    const at::Tensor low = at::cat({ql.bitwise_and(15), ql.__rshift__(4)}, 2);  // [rows, 2, 4, 32]
    const at::Tensor qh = bytesAt(blocks, 128, 64).view({rows, 2, 1, 32});
    const at::Tensor shifts = at::arange(0, 8, 2, qh.options()).view({1, 1, 4, 1});
    const at::Tensor high = qh.__rshift__(shifts).bitwise_and(3).__lshift__(4);
    const at::Tensor q = (low.bitwise_or(high) - 32).view({rows, 16, 16});
    const at::Tensor scales = blocks.narrow(1, 192, 16).contiguous().view(at::kChar).to(at::kFloat);
    const at::Tensor step = (halfAt(blocks, 208) * scales).unsqueeze(2);
    return (step * q.to(at::kFloat)).reshape({rows, 256});
}

at::Tensor unpackBlocks(const PackedMatrix& matrix) {
    const BlockShape shape = blockShape(matrix.format);
    const at::Tensor blocks = matrix.words.reshape({-1, shape.bytes});
    at::Tensor values;
    switch (matrix.format) {
        case PackedFormat::kQ4_K:
        case PackedFormat::kQ5_K:
            values = unpackQ45K(blocks, matrix.format == PackedFormat::kQ5_K);
            break;
        case PackedFormat::kQ6_K:
            values = unpackQ6K(blocks);
            break;
        default:
            values = unpackSmallBlocks(blocks, matrix.format);
    }
    return values.reshape({matrix.outputs, matrix.inputs});
}

at::Tensor unpackFp8(const PackedMatrix& matrix) {
    const at::Tensor table = fp8Table().to(matrix.words.device());
    at::Tensor values = table.index_select(0, matrix.words.reshape({-1}).to(at::kInt))
                            .view({matrix.outputs, matrix.inputs});
    if (matrix.scales.size(0) == 1 && matrix.scales.size(1) == 1) {
        return values.mul_(matrix.scales);
    }
    const at::Tensor rows =
        matrix.scales.repeat_interleave(matrix.blockRows, 0).narrow(0, 0, matrix.outputs);
    for (std::int64_t j = 0; j < rows.size(1); ++j) {
        const std::int64_t begin = j * matrix.blockColumns;
        const std::int64_t count = std::min(matrix.blockColumns, matrix.inputs - begin);
        values.narrow(1, begin, count).mul_(rows.narrow(1, j, 1));
    }
    return values;
}

at::Tensor unpackIntegers(const PackedMatrix& matrix) {
    const bool isInt4 = matrix.format == PackedFormat::kInt4;
    at::Tensor q = matrix.words;
    if (isInt4) {
        q = at::stack({q.bitwise_and(15), q.__rshift__(4)}, 2).reshape({matrix.outputs, -1});
    }
    q = q.narrow(1, 0, matrix.inputs).to(at::kFloat);
    const at::Tensor groupOf = matrix.groupOf.defined()
                                   ? matrix.groupOf.to(at::kLong)
                                   : at::arange(matrix.inputs, q.options().dtype(at::kLong))
                                         .div(matrix.groupSize, "floor");
    if (matrix.zeros.defined()) {
        q.sub_(matrix.zeros.to(at::kFloat).index_select(1, groupOf));
    } else {
        q.sub_(isInt4 ? 8 : 128);
    }
    return q.mul_(matrix.scales.to(at::kFloat).index_select(1, groupOf));
}

std::vector<const at::Tensor*> tensorsOf(const PackedMatrix& matrix) {
    std::vector<const at::Tensor*> tensors;
    for (const at::Tensor* tensor :
         {&matrix.words, &matrix.scales, &matrix.zeros, &matrix.groupOf}) {
        if (tensor->defined()) tensors.push_back(tensor);
    }
    return tensors;
}

}  // namespace

const char* packedFormatName(PackedFormat format) {
    return factsOf(format).name;
}

BlockShape blockShape(PackedFormat format) {
    return factsOf(format).block;
}

std::int64_t PackedMatrix::bytes() const {
    std::int64_t sum = 0;
    for (const at::Tensor* tensor : tensorsOf(*this)) {
        sum += static_cast<std::int64_t>(tensor->nbytes());
    }
    return sum;
}

PackedMatrix PackedMatrix::to(at::Device device) const {
    PackedMatrix copy = *this;
    for (at::Tensor* tensor : {&copy.words, &copy.scales, &copy.zeros, &copy.groupOf}) {
        if (tensor->defined()) *tensor = tensor->to(device);
    }
    return copy;
}

PackedMatrix PackedMatrix::slice(std::int64_t begin, std::int64_t end) const {
    PackedMatrix part = *this;
    part.outputs = end - begin;
    part.words = words.narrow(0, begin, end - begin);
    if (zeros.defined()) part.zeros = zeros.narrow(0, begin, end - begin);
    if (format == PackedFormat::kFp8) {
        ENSURE(begin % blockRows == 0, "a slice begins with a block");
        const std::int64_t first = begin / blockRows, last = divideUp(end, blockRows);
        part.scales = scales.narrow(0, first, last - first);
        part.blockRows = std::min(blockRows, part.outputs);
    } else if (scales.defined()) {
        part.scales = scales.narrow(0, begin, end - begin);
    }
    return part;
}

std::int64_t packedRowBytes(PackedFormat format, std::int64_t inputs) {
    switch (format) {
        case PackedFormat::kInt4:
            return 4 * divideUp(inputs, 8);
        case PackedFormat::kInt8:
            return 4 * divideUp(inputs, 4);
        case PackedFormat::kFp8:
            return inputs;
        default:
            return inputs / blockShape(format).values * blockShape(format).bytes;
    }
}

void checkPacked(const PackedMatrix& matrix) {
    const std::int64_t n = matrix.outputs, k = matrix.inputs;
    ENSURE(n > 0 && k > 0, "a packed matrix has values");
    const auto is = [](const at::Tensor& tensor, at::IntArrayRef shape, at::ScalarType type) {
        return tensor.defined() && tensor.sizes() == shape && tensor.scalar_type() == type;
    };
    ENSURE(is(matrix.words, {n, packedRowBytes(matrix.format, k)}, at::kByte),
           "packed words are bytes of whole rows");
    if (matrix.isBlocks()) {
        ENSURE(k % blockShape(matrix.format).values == 0, "rows are whole blocks");
        return;
    }
    if (matrix.format == PackedFormat::kFp8) {
        ENSURE(matrix.blockRows > 0 && matrix.blockColumns > 0, "FP8 blocks have a size");
        ENSURE(is(matrix.scales, {divideUp(n, matrix.blockRows), divideUp(k, matrix.blockColumns)},
                  at::kFloat),
               "an FP8 block has one float32 scale");
        return;
    }
    ENSURE(matrix.groupSize > 0, "groups have a size");
    const std::int64_t groups = matrix.groups();
    ENSURE(is(matrix.scales, {n, groups}, at::kHalf) || is(matrix.scales, {n, groups}, at::kFloat),
           "a group has one scale");
    ENSURE(!matrix.zeros.defined() || is(matrix.zeros, {n, groups}, at::kByte),
           "a group has one zero");
    ENSURE(!matrix.groupOf.defined() || is(matrix.groupOf, {k}, at::kInt), "an input has a group");
}

PackedMatrix joinPacked(const std::vector<PackedMatrix>& matrices) {
    const PackedMatrix& first = matrices.front();
    PackedMatrix joined = first;
    joined.words = at::Tensor();
    joined.outputs = 0;
    std::vector<at::Tensor> words, scales, zeros;
    const bool hasZeros =
        std::any_of(matrices.begin(), matrices.end(),
                    [](const PackedMatrix& matrix) { return matrix.zeros.defined(); });
    for (const PackedMatrix& matrix : matrices) {
        // A map with its own order of inputs, or blocks that would begin inside another's, stays
        // alone.
        const bool isAlike =
            matrix.format == first.format && matrix.inputs == first.inputs &&
            matrix.groupSize == first.groupSize && !matrix.groupOf.defined() &&
            matrix.blockRows == first.blockRows && matrix.blockColumns == first.blockColumns &&
            (matrix.format != PackedFormat::kFp8 || matrix.outputs % matrix.blockRows == 0) &&
            (matrix.isBlocks() || matrix.scales.scalar_type() == first.scales.scalar_type());
        const bool ownScale = matrix.format == PackedFormat::kFp8 &&
                              matrix.blockRows == matrix.outputs && matrices.size() > 1 &&
                              matrix.outputs != first.outputs;
        if (!isAlike || ownScale) return joined;
        joined.outputs += matrix.outputs;
        words.push_back(matrix.words);
        if (matrix.scales.defined()) scales.push_back(matrix.scales);
        if (hasZeros) {
            const int middle = matrix.format == PackedFormat::kInt4 ? 8 : 128;
            zeros.push_back(matrix.zeros.defined()
                                ? matrix.zeros
                                : at::full(matrix.scales.sizes(), middle, matrix.words.options()));
        }
    }
    joined.words = at::cat(words);
    if (!scales.empty()) joined.scales = at::cat(scales);
    if (hasZeros) joined.zeros = at::cat(zeros);
    return joined;
}

at::Tensor unpack(const PackedMatrix& matrix) {
    if (matrix.isBlocks()) return unpackBlocks(matrix);
    return matrix.format == PackedFormat::kFp8 ? unpackFp8(matrix) : unpackIntegers(matrix);
}

}  // namespace reelquery
