#pragma once
// Attention over every visible key.

#include <memory>
#include <string>

#include "core/attention/attention_backend.h"
#include "core/attention/attention_kernels.h"
#include "core/attention/attention_recorder.h"

namespace reelquery {

class DenseBackend final : public AttentionBackend {
  public:
    /// name: for reports, where there is more to say.
    explicit DenseBackend(std::shared_ptr<const AttentionKernels> kernels,
                          std::string name = "dense");

    at::Tensor attend(const AttentionCall& call, AttentionRecorder* recorder) const override;

    std::string name() const override { return name_; }

  private:
    std::shared_ptr<const AttentionKernels> kernels_;
    std::string name_;
};

/// Runs the call densely. recorder: null, or gets `entry` with its time filled in.
at::Tensor attendDensely(const AttentionKernels& kernels, const AttentionCall& call,
                         AttentionRecorder* recorder, LayerAttentionStats entry);

/// An entry that names the call, still without results.
LayerAttentionStats statsOf(const AttentionCall& call);

}  // namespace reelquery
