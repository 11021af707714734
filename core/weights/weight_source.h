#pragma once
// Where a model takes its weights from: a checkpoint, or random numbers of its shapes.

#include <cstdint>
#include <string>

#include "core/base/run_options.h"
#include "core/device/compute_target.h"
#include "core/weights/linear.h"

namespace reelquery {

/// Hands weights out by their hub names, in the run's number type on its device. A model asks once
/// for each and keeps what it gets. Confined to the loading thread.
class WeightSource {
  public:
    virtual ~WeightSource() = default;

    /// The run that the weights are for.
    virtual const ComputeTarget& target() const = 0;

    virtual bool has(const std::string& name) const = 0;

    /// A plain tensor ("model.norm.weight"). Errors: kModel (there is none), kMemory, kCancelled.
    virtual at::Tensor tensor(const std::string& name) const = 0;

    /// What plain maps of the language model's layers are packed to; see packedAs().
    virtual WeightChoice packTo() const { return WeightChoice::kStored; }

    /// Bytes that a tensor takes in the run. Errors: kModel (there is none).
    virtual std::int64_t bytes(const std::string& name) const = 0;

    /// The linear map of a module ("model.layers.0.self_attn.q_proj") in whatever format it is
    /// stored, or packed by packTo(); hasBias: the family has one there. Errors: as tensor();
    /// kModel where it is not of this shape.
    virtual Linear linear(const std::string& module, std::int64_t outputs, std::int64_t inputs,
                          bool hasBias) const;

    /// The matrix of a module of which only rows are looked up, in the run's number type, in the
    /// machine's memory even where the run is on a card. Errors: as linear().
    virtual Linear hostTable(const std::string& module, std::int64_t rows,
                             std::int64_t width) const;

  protected:
    /// Told each packed map that was made, by its module.
    virtual void madePacked(const std::string& /*module*/, const LinearFormat& /*map*/) const {}
};

/// The matrices of the language model's layers.
bool isLayerMatrix(const std::string& name);

/// What a plain tensor is packed to in a run that packs to packTo: matrices of the layers to that.
/// On a processor the head (hasHead: of its own, else the embedding) goes to int8 where they are
/// integers: each token reads all of it, and of Qwen2-VL-2B in int4 it would be 0.47 of 1.15 GB.
WeightChoice packedAs(const std::string& name, WeightChoice packTo, const ComputeTarget& target,
                      bool hasHead);

/// tensor(name), which must have this shape. Errors: as tensor(); kModel naming both shapes.
at::Tensor checkedTensor(const WeightSource& weights, const std::string& name,
                         const std::vector<std::int64_t>& shape);

}  // namespace reelquery
