#pragma once
// The weights of a model folder: model.safetensors, or shards with model.safetensors.index.json.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/cancel.h"
#include "core/device/compute_target.h"

namespace at {
class Tensor;
}

namespace reelquery {

struct ModelConfig;

/// Looks a weight up by its hub name ("visual.blocks.0.norm1.weight") in the run's number type.
using WeightLookup = std::function<at::Tensor(const std::string& name)>;

/// Done and total bytes.
using ByteProgress = std::function<void(std::int64_t done, std::int64_t total)>;

/// Name, shape and number type of a stored tensor.
struct TensorInfo {
    std::string name;  ///< hub spelling, whatever the file says
    std::vector<std::int64_t> shape;
    std::string dtype;  ///< "BF16", "F16", "F32"
};

/// Maps the files and hands out tensors. Immutable after opening; tensors keep the mapping alive,
/// so they may outlive the checkpoint. The files must not change while mapped.
class Checkpoint {
  public:
    /// Maps every shard and checks headers, offsets, sizes and, when a config is given, that the
    /// tensors it calls for are there, each in the right shape. Reads no weights.
    /// Errors: kModel naming the file and the tensor.
    static Checkpoint open(const std::filesystem::path& folder, const ModelConfig* config);

    Checkpoint(Checkpoint&&) noexcept;
    Checkpoint& operator=(Checkpoint&&) noexcept;
    ~Checkpoint();

    /// True when the files hold a tensor of this hub name.
    bool has(const std::string& name) const;

    /// Every tensor, ordered by name.
    std::vector<TensorInfo> tensors() const;

    /// The tensor as stored: a view of the mapping that nothing may write to.
    /// Errors: kModel when there is none of this name.
    at::Tensor stored(const std::string& name) const;

    /// The tensor in the run's number type on its device: the view itself where that is what the
    /// file holds, a copy otherwise (the pages of the file are given back then).
    at::Tensor load(const std::string& name, const ComputeTarget& target) const;

    /// Reads the files into memory so that the first question does not wait for the disk.
    void preload(const ByteProgress& progress, const CancelToken& cancel) const;

    std::int64_t parameters() const;

    /// Bytes the weights take in a run: stored size in bf16, twice that in float32.
    std::int64_t bytesFor(const ComputeTarget& target) const;

  private:
    struct Files;
    explicit Checkpoint(std::unique_ptr<Files> files);
    std::unique_ptr<Files> files_;
};

}  // namespace reelquery
