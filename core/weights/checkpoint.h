#pragma once
// The weights of a model folder: model.safetensors, or shards with model.safetensors.index.json.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/cancel.h"
#include "core/device/compute_target.h"
#include "core/weights/weight_source.h"

namespace reelquery {

struct ModelConfig;

/// Done and total bytes.
using ByteProgress = std::function<void(std::int64_t done, std::int64_t total)>;

/// Name, shape and number type of a stored tensor.
struct TensorInfo {
    std::string name;  ///< hub spelling, whatever the file says
    std::vector<std::int64_t> shape;
    std::string dtype;  ///< "BF16", "F16", "F32"
};

/// Memory that weights take in a run.
struct WeightBytes {
    std::int64_t all = 0;     ///< as the run reads them
    std::int64_t copied = 0;  ///< of these, what is not the mapped file itself: held until freed
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
    /// file holds, a copy otherwise (the pages of the file are given back then). progress, where
    /// given, is told the tensor's own bytes after each piece of a copy (see toTarget()).
    /// Errors: kCancelled, looked at before each piece; kMemory.
    at::Tensor load(const std::string& name, const ComputeTarget& target,
                    const CancelToken& cancel = {}, const ByteProgress& progress = {}) const;

    /// Reads the files into memory so that the first question does not wait for the disk.
    void preload(const ByteProgress& progress, const CancelToken& cancel) const;

    /// Values of all stored tensors.
    std::int64_t parameters() const;

    /// What load() of one tensor takes. Errors: kModel when there is none of this name.
    WeightBytes bytesOf(const std::string& name, const ComputeTarget& target) const;

    /// What a model of the config takes (of every stored tensor where there was no config).
    WeightBytes weightBytes(const ComputeTarget& target) const;

    /// weightBytes().all.
    std::int64_t bytesFor(const ComputeTarget& target) const { return weightBytes(target).all; }

  private:
    struct Files;
    explicit Checkpoint(std::unique_ptr<Files> files);
    std::unique_ptr<Files> files_;
};

/// The weights of a checkpoint for one run. Borrows the checkpoint.
class CheckpointWeights final : public WeightSource {
  public:
    CheckpointWeights(const Checkpoint& checkpoint, const ComputeTarget& target,
                      CancelToken cancel = {})
        : checkpoint_(checkpoint), target_(target), cancel_(std::move(cancel)) {}

    const ComputeTarget& target() const override { return target_; }

    bool has(const std::string& name) const override { return checkpoint_.has(name); }

    at::Tensor tensor(const std::string& name) const override;
    std::int64_t bytes(const std::string& name) const override;

  private:
    const Checkpoint& checkpoint_;
    ComputeTarget target_;
    CancelToken cancel_;
};

}  // namespace reelquery
