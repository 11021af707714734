#pragma once
// The families, each a file of facts beside this one. Internal to core/spec; see model_spec.h.

#include "core/spec/model_spec.h"

namespace reelquery {

const ModelSpec& qwen2VlSpec();
const ModelSpec& qwen2_5VlSpec();
const ModelSpec& qwen3VlSpec();

/// A model_type that is known not to run here, and what it is.
struct UnsupportedKind {
    const char* type;
    const char* what;
};

const std::vector<UnsupportedKind>& unsupportedKinds();

}  // namespace reelquery
