#pragma once
// The opened files of a checkpoint: where each tensor of the hub's names lies, whatever the format.

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/device/compute_target.h"
#include "core/spec/model_config.h"
#include "core/spec/weight_shapes.h"
#include "core/weights/packed_reader.h"
#include "core/weights/tensor_file.h"

namespace reelquery {

/// Number type of plain values; Undefined for any other.
at::ScalarType plainType(const std::string& dtype);

/// Filled by one of the open functions, then unchanged.
struct CheckpointFiles {
    /// A tensor that the file has in pieces.
    struct Pieces {
        std::vector<TensorPlace> places;
        bool isFramePair = false;  ///< [w, 3, p, p] of each frame, to stand behind each other in
                                   ///< a new third side; else rows that follow each other
        std::vector<std::int64_t> shape;
    };

    std::filesystem::path folder;  ///< or the file, for GGUF
    std::vector<std::shared_ptr<const TensorFile>> files;
    std::map<std::string, TensorPlace> byName;
    std::map<std::string, Pieces> pieces;
    std::map<std::string, PackedModule> packed;  ///< by module
    std::vector<std::string> wanted;             ///< by the config; every name where there was none
    QuantizationConfig quantization;

    /// model.safetensors, or shards with an index.
    void openFolder();

    /// All parts of a model in GGUF and its tower, under the hub's names.
    void openGguf(const ModelConfig& config, const std::filesystem::path& visionFile);

    /// Finds packed modules, then checks what the config calls for (without one: all there is).
    void check(const ModelConfig* config);

    [[noreturn]] void fail(const std::string& what) const;

    /// Of a hub name: a plain tensor, "X.weight" of a packed module, or one in pieces.
    bool has(const std::string& name) const;

    /// Logical shape. Errors: kModel when there is none of this name.
    std::vector<std::int64_t> shapeOf(const std::string& name) const;

    /// The packed module whose matrix this is; null for plain tensors.
    const PackedModule* packedOf(const std::string& name) const;

    TensorFinder finder() const;

  private:
    void openFile(const std::filesystem::path& file);
    void checkShape(const WeightShape& shape) const;

    /// A part of the model that nothing would read means another answer, not a smaller model.
    void checkSurplus() const;
    [[noreturn]] void failSurplus(const std::string& name) const;
};

/// Whether a run keeps this module packed: the tower's are unpacked while loading, since they are
/// never multiplied with few rows.
bool staysPacked(const std::string& module);

}  // namespace reelquery
