#pragma once
// The weights of a model: model.safetensors, shards with model.safetensors.index.json, or GGUF.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/cancel.h"
#include "core/base/run_options.h"
#include "core/device/compute_target.h"
#include "core/weights/packed_matrix.h"
#include "core/weights/weight_source.h"

namespace reelquery {

struct CheckpointFiles;
struct ModelConfig;

/// Done and total bytes.
using ByteProgress = std::function<void(std::int64_t done, std::int64_t total)>;

/// Name, shape and number type of a stored tensor.
struct TensorInfo {
    std::string name;  ///< hub spelling, whatever the file says
    std::vector<std::int64_t> shape;
    std::string dtype;  ///< "BF16", "F16", "F32", "I32", "Q4_K", ...
};

/// Memory that weights take in a run.
struct WeightBytes {
    std::int64_t all = 0;     ///< as the run reads them
    std::int64_t copied = 0;  ///< of these, what is not the mapped file itself: held until freed
    std::int64_t tower = 0;   ///< of all, the vision tower's
};

/// Maps the files and hands out tensors. Immutable after opening; tensors keep the mapping alive,
/// so they may outlive the checkpoint. The files must not change while mapped.
class Checkpoint {
  public:
    /// Maps every file and checks headers, offsets, sizes and, when a config is given, that the
    /// tensors it calls for are there, each in the right shape and in a format that can be run.
    /// `folder` may be a file in GGUF; `visionFile` is then its tower's (empty: the one that fits).
    /// Reads no weights. Errors: kModel naming the file and the tensor.
    static Checkpoint open(const std::filesystem::path& folder, const ModelConfig* config,
                           const std::filesystem::path& visionFile = {});

    Checkpoint(Checkpoint&&) noexcept;
    Checkpoint& operator=(Checkpoint&&) noexcept;
    ~Checkpoint();

    /// True when the files hold a tensor of this hub name; "X.weight" also where X is packed.
    bool has(const std::string& name) const;

    /// Every stored tensor, ordered by name.
    std::vector<TensorInfo> tensors() const;

    /// The plain tensor as stored: a view of the mapping that nothing may write to.
    /// Errors: kModel when there is none of this name.
    at::Tensor stored(const std::string& name) const;

    /// The tensor in the run's number type on its device: the view itself where that is what the
    /// file holds, a copy otherwise (the pages of the file are given back then). A packed matrix is
    /// unpacked by its formula in float32 and rounded once. progress, where given, is told the
    /// tensor's own bytes after each piece of a copy (see toTarget()).
    /// Errors: kCancelled, looked at before each piece; kMemory.
    at::Tensor load(const std::string& name, const ComputeTarget& target,
                    const CancelToken& cancel = {}, const ByteProgress& progress = {}) const;

    /// Whether a run keeps the matrix of this module packed.
    bool isPacked(const std::string& module) const;

    /// Logical shape of a tensor. Errors: kModel when there is none of this name.
    std::vector<std::int64_t> shapeOf(const std::string& name) const;

    /// The matrix of a packed module on the run's device; on the CPU its words are views of the
    /// mapping where the file's layout is the neutral one. Errors: kModel, kMemory, kCancelled.
    PackedMatrix loadPacked(const std::string& module, const ComputeTarget& target,
                            const CancelToken& cancel = {}) const;

    /// Reads the files into memory so that the first question does not wait for the disk.
    void preload(const ByteProgress& progress, const CancelToken& cancel) const;

    /// Values of all tensors, those of packed matrices counted one by one.
    std::int64_t parameters() const;

    /// What load() or loadPacked() of one tensor takes, where `packTo` is what plain maps of the
    /// language model are packed to. Errors: kModel when there is none of this name.
    WeightBytes bytesOf(const std::string& name, const ComputeTarget& target,
                        WeightChoice packTo = WeightChoice::kStored) const;

    /// What a model of the config takes on the run's device (of every stored tensor where there was
    /// no config).
    WeightBytes weightBytes(const ComputeTarget& target,
                            WeightChoice packTo = WeightChoice::kStored) const;

    /// weightBytes().all.
    std::int64_t bytesFor(const ComputeTarget& target,
                          WeightChoice packTo = WeightChoice::kStored) const {
        return weightBytes(target, packTo).all;
    }

    /// What the embedding takes in the machine's memory beside a run on a card, where it is a table
    /// there (WeightSource::hostTable); 0 where it lies with the other weights.
    std::int64_t hostTableBytes(const ComputeTarget& target) const;

    /// The number format of most of the language model's maps as a run has them: "bf16", "int4
    /// (AWQ)", "Q4_K".
    std::string formatName(const ComputeTarget& target,
                           WeightChoice packTo = WeightChoice::kStored) const;

  private:
    bool isHostTable(const std::string& name, const ComputeTarget& target) const;

    explicit Checkpoint(std::unique_ptr<CheckpointFiles> files);
    std::unique_ptr<CheckpointFiles> files_;
};

/// The weights of a checkpoint for one run. Borrows the checkpoint.
class CheckpointWeights final : public WeightSource {
  public:
    CheckpointWeights(const Checkpoint& checkpoint, const ComputeTarget& target,
                      CancelToken cancel = {}, WeightChoice packTo = WeightChoice::kStored)
        : checkpoint_(checkpoint), target_(target), cancel_(std::move(cancel)), packTo_(packTo) {}

    const ComputeTarget& target() const override { return target_; }

    bool has(const std::string& name) const override { return checkpoint_.has(name); }

    at::Tensor tensor(const std::string& name) const override;
    std::int64_t bytes(const std::string& name) const override;

    WeightChoice packTo() const override { return packTo_; }

    Linear linear(const std::string& module, std::int64_t outputs, std::int64_t inputs,
                  bool hasBias) const override;
    Linear hostTable(const std::string& module, std::int64_t rows,
                     std::int64_t width) const override;

    /// How many packed maps were made that no kernel multiplies as they are: each of their products
    /// unpacks the matrix first.
    int slowMaps() const { return slowMaps_; }

  private:
    void requireNoBias(const std::string& module) const;
    void madePacked(const std::string& module, const LinearFormat& map) const override;

    const Checkpoint& checkpoint_;
    ComputeTarget target_;
    CancelToken cancel_;
    WeightChoice packTo_;
    mutable int slowMaps_ = 0;  // a count of what was handed out, as the source is loaded from once
};

}  // namespace reelquery
