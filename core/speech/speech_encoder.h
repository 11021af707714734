#pragma once
// Whisper's encoder: a window's spectrum to 1500 states of what was heard.

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <string>

#include "core/base/cancel.h"

namespace reelquery {

class SpeechWeights;
struct SpeechConfig;

/// Told the values of every stage, named as in the golden files; for tests.
using SpeechHook = std::function<void(const std::string& stage, const at::Tensor& value)>;

/// Immutable. Thread: any number at a time.
class SpeechEncoder {
  public:
    SpeechEncoder(const SpeechConfig& config, const SpeechWeights& weights);
    ~SpeechEncoder();

    /// mel [B, bins, 3000] float32 -> [B, 1500, d] in the run's number type. There is no mask: the
    /// filled part of a window is heard like the rest. Errors: kCancelled.
    at::Tensor run(const at::Tensor& mel, const CancelToken& cancel,
                   const SpeechHook& hook = {}) const;

  private:
    struct Weights;
    std::unique_ptr<const Weights> weights_;
};

}  // namespace reelquery
