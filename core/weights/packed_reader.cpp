#include "core/weights/packed_reader.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/divide_up.h"
#include "core/base/error.h"

namespace reelquery {

namespace {

constexpr std::int64_t kFp8Block = 128;  // both formats that have blocks
constexpr std::int64_t kMostSide = std::int64_t{1} << 24;

[[noreturn]] void refuse(const std::string& what) {
    throw Error(ErrorCode::kModel, what, quantizationsThatWork());
}

std::string fileName(const TensorPlace& place) {
    return place.file->path().filename().string();
}

/// The tensors of one module, each checked where it is asked for.
class ModuleTensors {
  public:
    ModuleTensors(std::string module, const TensorFinder& find)
        : module_(std::move(module)), find_(find) {}

    TensorPlace find(const char* part) const { return find_(module_ + "." + part); }

    TensorPlace need(const char* part) const {
        TensorPlace place = find(part);
        if (!place) refuse(module_ + " is quantised but has no " + part);
        return place;
    }

    /// A tensor of this type and number of dimensions, none of them absurd.
    TensorPlace need(const char* part, const char* dtype, std::size_t dims) const {
        TensorPlace place = need(part);
        if (place.tensor->dtype != dtype || place.tensor->shape.size() != dims) {
            fail(place, part, std::string(dtype) + " of " + std::to_string(dims) + " dimensions");
        }
        for (const std::int64_t side : place.tensor->shape) {
            if (side <= 0 || side > kMostSide) fail(place, part, "sides from 1 to 2^24");
        }
        return place;
    }

    [[noreturn]] void fail(const TensorPlace& place, const char* part,
                           const std::string& expected) const {
        refuse(module_ + "." + part + " in " + fileName(place) + " is " + place.tensor->dtype +
               " " + shapeText(place.tensor->shape) + ", expected " + expected);
    }

    void needShape(const TensorPlace& place, const char* part,
                   const std::vector<std::int64_t>& shape) const {
        if (place.tensor->shape != shape) fail(place, part, shapeText(shape));
    }

    const std::string& name() const { return module_; }

  private:
    std::string module_;
    const TensorFinder& find_;
};

at::ScalarType scaleType(const std::string& dtype) {
    if (dtype == "F16") return at::kHalf;
    if (dtype == "BF16") return at::kBFloat16;
    if (dtype == "F32") return at::kFloat;
    return at::ScalarType::Undefined;
}

/// Views or, where the values do not lie on a multiple of their size, copies.
at::Tensor view(const TensorPlace& place, at::ScalarType type, at::IntArrayRef shape) {
    const auto at = reinterpret_cast<std::uintptr_t>(place.data());
    at::Tensor bytes = at::from_blob(
        const_cast<std::byte*>(place.data()), {static_cast<std::int64_t>(place.tensor->bytes)},
        [file = place.file](void*) mutable { file.reset(); }, at::TensorOptions().dtype(at::kByte));
    if (at % at::elementSize(type) != 0) bytes = bytes.clone();
    return bytes.view(type).view(shape);
}

at::Tensor scalesOf(const ModuleTensors& tensors, const char* part) {
    const TensorPlace place = tensors.need(part);
    const at::ScalarType type = scaleType(place.tensor->dtype);
    if (type == at::ScalarType::Undefined) tensors.fail(place, part, "F16, BF16 or F32");
    return view(place, type, place.tensor->shape).to(at::kFloat);
}

/// float16 where that holds every value exactly, else float32.
at::Tensor narrowest(const at::Tensor& scales) {
    const at::Tensor half = scales.to(at::kHalf);
    const bool isExact = half.to(at::kFloat).eq(scales).all().item<bool>();
    return (isExact ? half : scales).contiguous();
}

/// Words one after the other as bytes, [.., 4 * words]. A copy with strides of its own where
/// needed: torch calls a side of one word contiguous whatever its stride, but views only stride 1.
at::Tensor bytesOfWords(const at::Tensor& words) {
    if (words.is_contiguous() && words.stride(-1) == 1) return words.view(at::kByte);
    return at::empty(words.sizes(), words.options()).copy_(words).view(at::kByte);
}

/// Values of `bits` packed in words along the last side, from the low bits: uint8 [.., words * n].
at::Tensor unpackWords(const at::Tensor& words, std::int64_t bits) {
    const at::Tensor bytes = bytesOfWords(words);
    if (bits == 8) return bytes;
    std::vector<std::int64_t> shape = words.sizes().vec();
    shape.back() *= 8;
    return at::stack({bytes.bitwise_and(15), bytes.__rshift__(4)}, -1).reshape(shape);
}

/// zeros [N, G] as int16; left out where all are the middle of the range.
void setZeros(PackedMatrix& matrix, const at::Tensor& zeros, const std::string& name) {
    const std::int64_t middle = matrix.format == PackedFormat::kInt4 ? 8 : 128;
    if (zeros.eq(middle).all().item<bool>()) return;
    if (zeros.max().item<std::int64_t>() > 255 || zeros.min().item<std::int64_t>() < 0) {
        refuse(name + " has a zero point outside of its integers");
    }
    matrix.zeros = zeros.to(at::kByte).contiguous();
}

// ------------------------------------------------------------------------------------------- AWQ

/// Output of nibble i among the eight of a word.
constexpr std::array<std::int64_t, 8> kAwqOutput = {0, 2, 4, 6, 1, 3, 5, 7};

/// qweight [K, N/8] of AWQ to the neutral words [N, K/2]. A tile of 16 words (a cache line) by all
/// K goes at a time.
at::Tensor repackAwq(const at::Tensor& packed, std::int64_t outputs, std::int64_t inputs) {
    const std::int64_t rowBytes = packedRowBytes(PackedFormat::kInt4, inputs);
    at::Tensor words = at::zeros({outputs, rowBytes}, at::kByte);
    const auto* from =
        reinterpret_cast<const std::uint32_t*>(packed.const_data_ptr<std::int32_t>());
    auto* to = words.data_ptr<std::uint8_t>();
    const std::int64_t columns = outputs / 8;
    constexpr std::int64_t kTile = 16;
    at::parallel_for(0, divideUp(columns, kTile), 1, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t tile = first; tile < last; ++tile) {
            const std::int64_t begin = tile * kTile, end = std::min(columns, begin + kTile);
            for (std::int64_t k = 0; k < inputs; ++k) {
                const int shift = k % 2 ? 4 : 0;
                for (std::int64_t c = begin; c < end; ++c) {
                    std::uint32_t word = from[k * columns + c];
                    for (const std::int64_t output : kAwqOutput) {
                        to[(8 * c + output) * rowBytes + k / 2] |=
                            static_cast<std::uint8_t>((word & 15) << shift);
                        word >>= 4;
                    }
                }
            }
        }
    });
    return words;
}

/// [G, N/8] words in AWQ's order to [N, G].
at::Tensor awqZeros(const at::Tensor& packed) {
    static const std::array<std::int64_t, 8> kNibbleOf = {0, 4, 1, 5, 2, 6, 3, 7};
    const at::Tensor nibbles = unpackWords(packed, 4).view({packed.size(0), -1, 8});
    const at::Tensor order = at::tensor(at::ArrayRef<std::int64_t>(kNibbleOf));
    return nibbles.index_select(2, order).reshape({packed.size(0), -1}).t().to(at::kShort);
}

PackedModule findAwqOrGptq(const ModuleTensors& tensors, const TensorPlace& qweight) {
    PackedModule module;
    tensors.need("qweight", "I32", 2);
    const TensorPlace scales = tensors.need("scales");
    if (scales.tensor->shape.size() != 2) tensors.fail(scales, "scales", "two dimensions");
    const std::int64_t groups = scales.tensor->shape[0], outputs = scales.tensor->shape[1];
    const std::int64_t rows = qweight.tensor->shape[0], columns = qweight.tensor->shape[1];
    if (outputs <= 0 || outputs > kMostSide || groups <= 0) {
        tensors.fail(scales, "scales", "[groups, outputs]");
    }
    module.outputs = outputs;
    module.groups = groups;
    std::int64_t bits = 4;
    if (columns == outputs) {
        module.storage = PackedStorage::kGptq;
        const TensorPlace gIdx = tensors.find("g_idx");
        if (gIdx && (gIdx.tensor->dtype != "I32" || gIdx.tensor->shape.size() != 1)) {
            tensors.fail(gIdx, "g_idx", "I32 of one dimension");
        }
        // Without g_idx the zeros tell the bits.
        const TensorPlace zeros = tensors.need("qzeros", "I32", 2);
        bits = gIdx && gIdx.tensor->shape[0] > 0 ? 32 * rows / gIdx.tensor->shape[0]
                                                 : 32 * zeros.tensor->shape[1] / outputs;
        if (bits != 4 && bits != 8) {
            refuse(tensors.name() + ".qweight has " + std::to_string(bits) +
                   " bits a weight, GPTQ can be read with 4 and 8");
        }
        module.inputs = rows * 32 / bits;
        if (gIdx) tensors.needShape(gIdx, "g_idx", {module.inputs});
        tensors.needShape(zeros, "qzeros", {groups, divideUp(outputs * bits, 32)});
    } else if (columns * 8 == outputs) {
        module.storage = PackedStorage::kAwq;
        module.inputs = rows;
        tensors.needShape(tensors.need("qzeros", "I32", 2), "qzeros", {groups, columns});
    } else {
        tensors.fail(qweight, "qweight",
                     std::to_string(outputs) + " columns (GPTQ) or an eighth of them (AWQ, gemm)");
    }
    if (groups > module.inputs || module.inputs % groups != 0) {
        tensors.fail(scales, "scales",
                     "a number of groups that divides " + std::to_string(module.inputs));
    }
    module.format = bits == 4 ? PackedFormat::kInt4 : PackedFormat::kInt8;
    module.copied = 1;
    return module;
}

PackedMatrix readAwqOrGptq(const PackedModule& module, const ModuleTensors& tensors,
                           const QuantizationConfig& config) {
    PackedMatrix matrix;
    matrix.format = module.format;
    matrix.groupSize = module.inputs / module.groups;
    matrix.scales = narrowest(scalesOf(tensors, "scales").t());
    const TensorPlace qweight = tensors.need("qweight"), qzeros = tensors.need("qzeros");
    const at::Tensor words = view(qweight, at::kInt, qweight.tensor->shape);
    const at::Tensor zeros = view(qzeros, at::kInt, qzeros.tensor->shape);
    if (module.storage == PackedStorage::kAwq) {
        matrix.words = repackAwq(words, module.outputs, module.inputs);
        setZeros(matrix, awqZeros(zeros), tensors.name());
        return matrix;
    }
    const std::int64_t bits = module.format == PackedFormat::kInt4 ? 4 : 8;
    // A word holds neighbours along K as the neutral layout has them: only the words move.
    matrix.words = bytesOfWords(words.t());
    const at::Tensor stored = unpackWords(zeros, bits).narrow(1, 0, module.outputs);
    setZeros(matrix, stored.t().to(at::kShort) + (config.gptqStoresZero ? 0 : 1), tensors.name());
    const TensorPlace gIdx = tensors.find("g_idx");
    if (!gIdx) return matrix;
    const at::Tensor groupOf = view(gIdx, at::kInt, {module.inputs});
    const at::Tensor regular = at::arange(module.inputs, at::kInt).div(matrix.groupSize, "floor");
    const bool isRegular = groupOf.eq(regular).all().item<bool>() ||
                           (module.groups > 1 && groupOf.eq(0).all().item<bool>());
    if (isRegular) return matrix;
    if (groupOf.min().item<std::int64_t>() < 0 ||
        groupOf.max().item<std::int64_t>() >= module.groups) {
        refuse(tensors.name() + ".g_idx names a group outside of 0.." +
               std::to_string(module.groups - 1));
    }
    matrix.groupOf = groupOf.clone();
    return matrix;
}

// ------------------------------------------------------------------------------ compressed-tensors

/// weight_shape [2] as N, K.
std::array<std::int64_t, 2> logicalShape(const ModuleTensors& tensors) {
    const TensorPlace place = tensors.need("weight_shape");
    const bool isLong = place.tensor->dtype == "I64";
    if ((!isLong && place.tensor->dtype != "I32") ||
        place.tensor->shape != std::vector<std::int64_t>{2}) {
        tensors.fail(place, "weight_shape", "I64 [2]");
    }
    const at::Tensor values =
        view(place, isLong ? at::kLong : at::kInt, {2}).to(at::kLong).contiguous();
    const auto* sides = values.const_data_ptr<std::int64_t>();
    for (int i = 0; i < 2; ++i) {
        if (sides[i] <= 0 || sides[i] > kMostSide) {
            refuse(tensors.name() + ".weight_shape in " + fileName(place) + " is absurd: [" +
                   std::to_string(sides[0]) + ", " + std::to_string(sides[1]) + "]");
        }
    }
    return {sides[0], sides[1]};
}

PackedModule findWords(const ModuleTensors& tensors) {
    PackedModule module;
    module.storage = PackedStorage::kWords;
    const TensorPlace packed = tensors.need("weight_packed", "I32", 2);
    const auto [outputs, inputs] = logicalShape(tensors);
    module.outputs = outputs;
    module.inputs = inputs;
    const std::int64_t columns = packed.tensor->shape[1];
    const bool isInt4 = columns == divideUp(inputs, 8), isInt8 = columns == divideUp(inputs, 4);
    if (packed.tensor->shape[0] != outputs || (!isInt4 && !isInt8)) {
        tensors.fail(packed, "weight_packed",
                     "the words of " + shapeText({outputs, inputs}) + " with 4 or 8 bits");
    }
    module.format = isInt4 ? PackedFormat::kInt4 : PackedFormat::kInt8;
    const TensorPlace scale = tensors.need("weight_scale");
    const auto& shape = scale.tensor->shape;
    const bool isTensor = shape.empty() || shape == std::vector<std::int64_t>{1};
    if (!isTensor &&
        (shape.size() != 2 || shape[0] != outputs || shape[1] <= 0 || inputs % shape[1] != 0)) {
        tensors.fail(
            scale, "weight_scale",
            "[" + std::to_string(outputs) + ", a divisor of " + std::to_string(inputs) + "]");
    }
    module.groups = isTensor ? 1 : shape[1];
    return module;
}

PackedMatrix readWords(const PackedModule& module, const ModuleTensors& tensors) {
    PackedMatrix matrix;
    matrix.format = module.format;
    matrix.groupSize = module.inputs / module.groups;
    const TensorPlace packed = tensors.need("weight_packed");
    matrix.words =
        view(packed, at::kByte, {module.outputs, packedRowBytes(module.format, module.inputs)});
    matrix.scales = narrowest(scalesOf(tensors, "weight_scale")
                                  .reshape({-1, module.groups})
                                  .expand({module.outputs, -1}));
    const std::int64_t bits = module.format == PackedFormat::kInt4 ? 4 : 8;
    if (const TensorPlace place = tensors.find("weight_zero_point")) {
        if (place.tensor->dtype == "I8") {  // older files: plain and signed
            tensors.needShape(place, "weight_zero_point", {module.outputs, module.groups});
            const at::Tensor zeros = view(place, at::kChar, place.tensor->shape);
            setZeros(matrix, zeros.to(at::kShort) + (bits == 4 ? 8 : 128), tensors.name());
        } else {
            tensors.need("weight_zero_point", "I32", 2);
            tensors.needShape(place, "weight_zero_point",
                              {divideUp(module.outputs * bits, 32), module.groups});
            const at::Tensor words = view(place, at::kInt, place.tensor->shape);
            const at::Tensor zeros = unpackWords(words.t(), bits).narrow(1, 0, module.outputs).t();
            setZeros(matrix, zeros.to(at::kShort), tensors.name());
        }
    }
    if (const TensorPlace place = tensors.find("weight_g_idx")) {
        tensors.need("weight_g_idx", "I32", 1);
        tensors.needShape(place, "weight_g_idx", {module.inputs});
        const at::Tensor groupOf = view(place, at::kInt, {module.inputs});
        if (groupOf.min().item<std::int64_t>() < 0 ||
            groupOf.max().item<std::int64_t>() >= module.groups) {
            // -1 everywhere: written by tools that give the tensor a value they do not use.
            if (!groupOf.eq(-1).all().item<bool>()) {
                refuse(tensors.name() + ".weight_g_idx names a group outside of 0.." +
                       std::to_string(module.groups - 1));
            }
        } else {
            matrix.groupOf = groupOf.clone();
        }
    }
    return matrix;
}

// ------------------------------------------------------------------------------- 8 bits a weight

TensorPlace byteScale(const ModuleTensors& tensors) {
    if (TensorPlace place = tensors.find("weight_scale_inv")) return place;
    return tensors.need("weight_scale");
}

const char* byteScaleName(const ModuleTensors& tensors) {
    return tensors.find("weight_scale_inv") ? "weight_scale_inv" : "weight_scale";
}

/// Outputs and inputs that share a scale.
std::array<std::int64_t, 2> byteBlocks(const ModuleTensors& tensors, std::int64_t outputs,
                                       std::int64_t inputs) {
    const TensorPlace scale = byteScale(tensors);
    const auto& shape = scale.tensor->shape;
    const bool isOne = std::all_of(shape.begin(), shape.end(), [](auto side) { return side == 1; });
    if (isOne) return {outputs, inputs};
    if (shape == std::vector<std::int64_t>{outputs, 1} ||
        shape == std::vector<std::int64_t>{outputs}) {
        return {1, inputs};
    }
    if (shape ==
        std::vector<std::int64_t>{divideUp(outputs, kFp8Block), divideUp(inputs, kFp8Block)}) {
        return {kFp8Block, kFp8Block};
    }
    tensors.fail(scale, byteScaleName(tensors),
                 "one scale, one for each of " + std::to_string(outputs) +
                     " outputs, or one for each block of 128 x 128");
}

PackedModule findBytes(const ModuleTensors& tensors, PackedStorage storage) {
    PackedModule module;
    module.storage = storage;
    const bool isFloat = storage == PackedStorage::kFloat8;
    const TensorPlace weight = tensors.need("weight", isFloat ? "F8_E4M3" : "I8", 2);
    module.outputs = weight.tensor->shape[0];
    module.inputs = weight.tensor->shape[1];
    module.format = isFloat ? PackedFormat::kFp8 : PackedFormat::kInt8;
    module.groups = 1;
    const TensorPlace scale = byteScale(tensors);
    if (scaleType(scale.tensor->dtype) == at::ScalarType::Undefined) {
        tensors.fail(scale, byteScaleName(tensors), "F32, BF16 or F16");
    }
    const auto [rows, columns] = byteBlocks(tensors, module.outputs, module.inputs);
    if (!isFloat && columns != module.inputs) {
        tensors.fail(scale, byteScaleName(tensors), "one scale for each output");
    }
    module.copied = isFloat ? 0 : 1;
    return module;
}

PackedMatrix readBytes(const PackedModule& module, const ModuleTensors& tensors) {
    PackedMatrix matrix;
    matrix.format = module.format;
    const auto [rows, columns] = byteBlocks(tensors, module.outputs, module.inputs);
    const at::Tensor bytes =
        view(tensors.need("weight"), at::kByte, {module.outputs, module.inputs});
    const at::Tensor scales = scalesOf(tensors, byteScaleName(tensors));
    if (module.storage == PackedStorage::kFloat8) {
        matrix.words = bytes;
        matrix.blockRows = rows;
        matrix.blockColumns = columns;
        matrix.scales = scales.reshape({divideUp(module.outputs, rows), -1}).contiguous();
        return matrix;
    }
    // Signed to unsigned: the middle of the range becomes the zero.
    matrix.groupSize = module.inputs;
    matrix.words =
        at::zeros({module.outputs, packedRowBytes(module.format, module.inputs)}, at::kByte);
    matrix.words.narrow(1, 0, module.inputs).copy_(bytes.bitwise_xor(128));
    matrix.scales = narrowest(scales.reshape({-1, 1}).expand({module.outputs, 1}));
    return matrix;
}

// ------------------------------------------------------------------------------------------ GGUF

PackedModule findBlocks(const ModuleTensors& tensors, const TensorPlace& weight) {
    PackedModule module;
    module.storage = PackedStorage::kGgufBlocks;
    module.format = *blockFormat(weight.tensor->dtype);
    if (weight.tensor->shape.size() != 2) tensors.fail(weight, "weight", "two dimensions");
    module.outputs = weight.tensor->shape[0];
    module.inputs = weight.tensor->shape[1];
    return module;
}

std::int64_t scaleBytes(const PackedModule& module, const ModuleTensors& tensors) {
    switch (module.storage) {
        case PackedStorage::kGgufBlocks:
            return 0;
        case PackedStorage::kFloat8: {
            std::int64_t scales = 4;
            for (const std::int64_t side : byteScale(tensors).tensor->shape) scales *= side;
            return scales;
        }
        default: {
            const bool hasZeros =
                module.storage == PackedStorage::kAwq || tensors.find("weight_zero_point");
            return module.outputs * module.groups * (hasZeros ? 3 : 2);
        }
    }
}

}  // namespace

std::optional<PackedFormat> blockFormat(const std::string& dtype) {
    for (int i = static_cast<int>(PackedFormat::kQ4_0); i <= static_cast<int>(PackedFormat::kQ6_K);
         ++i) {
        const auto format = static_cast<PackedFormat>(i);
        if (dtype == packedFormatName(format)) return format;
    }
    return std::nullopt;
}

std::string moduleOfPacked(const std::string& name, const std::string& dtype) {
    const auto without = [&](const std::string& end) {
        return name.ends_with(end) ? name.substr(0, name.size() - end.size()) : std::string();
    };
    for (const char* end : {".qweight", ".weight_packed"}) {
        if (std::string module = without(end); !module.empty()) return module;
    }
    const bool isByte = dtype == "F8_E4M3" || dtype == "I8" || blockFormat(dtype);
    return isByte ? without(".weight") : std::string();
}

std::optional<PackedModule> findPacked(const std::string& name, const TensorFinder& find) {
    const ModuleTensors tensors(name, find);
    std::optional<PackedModule> module;
    const TensorPlace weight = tensors.find("weight");
    if (const TensorPlace qweight = tensors.find("qweight")) {
        module = findAwqOrGptq(tensors, tensors.need("qweight", "I32", 2));
    } else if (tensors.find("weight_packed")) {
        module = findWords(tensors);
    } else if (weight && weight.tensor->dtype == "F8_E4M3") {
        module = findBytes(tensors, PackedStorage::kFloat8);
    } else if (weight && weight.tensor->dtype == "I8") {
        module = findBytes(tensors, PackedStorage::kInteger8);
    } else if (weight && blockFormat(weight.tensor->dtype)) {
        module = findBlocks(tensors, weight);
    } else {
        return std::nullopt;
    }
    module->name = name;
    const std::int64_t words = module->outputs * packedRowBytes(module->format, module->inputs);
    const std::int64_t scales = scaleBytes(*module, tensors);
    module->bytes = words + scales;
    module->copied = scales + (module->copied ? words : 0);
    return module;
}

PackedMatrix readPacked(const PackedModule& module, const TensorFinder& find,
                        const QuantizationConfig& config) {
    const ModuleTensors tensors(module.name, find);
    PackedMatrix matrix;
    switch (module.storage) {
        case PackedStorage::kAwq:
        case PackedStorage::kGptq:
            matrix = readAwqOrGptq(module, tensors, config);
            break;
        case PackedStorage::kWords:
            matrix = readWords(module, tensors);
            break;
        case PackedStorage::kFloat8:
        case PackedStorage::kInteger8:
            matrix = readBytes(module, tensors);
            break;
        case PackedStorage::kGgufBlocks:
            matrix.format = module.format;
            matrix.words = view(tensors.need("weight"), at::kByte,
                                {module.outputs, packedRowBytes(module.format, module.inputs)});
            break;
    }
    matrix.outputs = module.outputs;
    matrix.inputs = module.inputs;
    checkPacked(matrix);
    return matrix;
}

}  // namespace reelquery
