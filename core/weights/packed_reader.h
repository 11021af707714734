#pragma once
// Finds out from the tensors of a module how it is quantised, and reads it into the neutral layout.
// What config.json lists as quantised is not asked: published lists are often wrong.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/spec/quantization_config.h"
#include "core/weights/packed_matrix.h"
#include "core/weights/tensor_file.h"

namespace reelquery {

/// How a module's matrix is stored.
enum class PackedStorage {
    kAwq,         ///< qweight, qzeros, scales; packed along N
    kGptq,        ///< qweight, qzeros, scales, g_idx; packed along K
    kWords,       ///< weight_packed, weight_scale, weight_shape, weight_zero_point
    kFloat8,      ///< weight of F8_E4M3, weight_scale or weight_scale_inv
    kInteger8,    ///< weight of I8, weight_scale
    kGgufBlocks,  ///< weight of a GGUF type
};

/// One stored tensor and the file it is in.
struct TensorPlace {
    std::shared_ptr<const TensorFile> file;
    const StoredTensor* tensor = nullptr;

    explicit operator bool() const { return tensor != nullptr; }

    const std::byte* data() const { return file->mapping().data() + tensor->offset; }
};

/// The tensor of this hub name; nothing where there is none.
using TensorFinder = std::function<TensorPlace(const std::string& name)>;

/// A packed module: where it lies and its logical shape. Reads headers only.
struct PackedModule {
    PackedStorage storage;
    PackedFormat format;
    std::int64_t outputs = 0, inputs = 0;
    std::int64_t groups = 0;  ///< of the integer formats
    std::string name;

    /// Bytes in the neutral layout; `copied`: of these, what is not the file itself.
    std::int64_t bytes = 0, copied = 0;
};

/// The module ("model.layers.0.mlp.up_proj") where its matrix is packed; nothing where it is plain
/// or absent. Errors: kModel naming the tensor that is missing, of a wrong type or shape, and what
/// would work.
std::optional<PackedModule> findPacked(const std::string& module, const TensorFinder& find);

/// The matrix on the CPU; words are views of the file where its layout is the neutral one.
/// Errors: kModel.
PackedMatrix readPacked(const PackedModule& module, const TensorFinder& find,
                        const QuantizationConfig& config);

/// The module whose packed matrix a tensor of this hub name belongs to ("a.b" of "a.b.qweight",
/// "a.b.weight_packed", "a.b.weight"); empty for others.
std::string moduleOfPacked(const std::string& name, const std::string& dtype);

/// The format of a stored GGUF type ("Q4_K"); nothing for others.
std::optional<PackedFormat> blockFormat(const std::string& dtype);

}  // namespace reelquery
