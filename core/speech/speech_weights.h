#pragma once
// The tensors of a Whisper checkpoint by the hub's names. Internal to core/speech: the one place
// that knows how checkpoints are read.

#include <ATen/ATen.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/device/compute_target.h"
#include "core/weights/checkpoint.h"

namespace reelquery {

/// y = x weight^T + bias; the keys' map has no bias.
struct SpeechLinear {
    at::Tensor weight;  ///< [outputs, inputs]
    at::Tensor bias;    ///< [outputs], may be undefined

    at::Tensor operator()(const at::Tensor& x) const { return at::linear(x, weight, bias); }
};

/// Layer norm over the last axis.
struct SpeechNorm {
    at::Tensor weight, bias;  ///< [d]

    at::Tensor operator()(const at::Tensor& x) const {
        return at::layer_norm(x, weight.sizes(), weight, bias, 1e-5);
    }
};

/// Hands out checked tensors in a run's number type. Confined to one thread.
class SpeechWeights {
  public:
    /// Errors: kModel naming the folder; older folders with pytorch_model.bin only are told what
    /// to do.
    SpeechWeights(const std::filesystem::path& folder, const ComputeTarget& target,
                  const CancelToken& cancel);

    /// name: without the prefix "model.", which a file may have or not. Errors: kModel naming the
    /// tensor where it is missing, of another shape or of a number type that cannot be read;
    /// kCancelled.
    at::Tensor take(const std::string& name, const std::vector<std::int64_t>& shape) const;
    bool has(const std::string& name) const;
    SpeechLinear linear(const std::string& name, std::int64_t outputs, std::int64_t inputs,
                        bool hasBias = true) const;
    SpeechNorm norm(const std::string& name, std::int64_t width) const;

    const ComputeTarget& target() const { return target_; }

    std::int64_t parameters() const { return checkpoint_.parameters(); }

  private:
    std::filesystem::path folder_;
    ComputeTarget target_;
    CancelToken cancel_;
    Checkpoint checkpoint_;
    std::map<std::string, TensorInfo> tensors_;  // by name without the prefix
};

}  // namespace reelquery
