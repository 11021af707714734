#pragma once
// What a vision tower gives the language model.

#include <ATen/core/Tensor.h>

#include <vector>

namespace reelquery {

/// Rows of N vision tokens, H the language model's hidden size; on the model's device, or on the
/// host, where the model takes those of a chunk at a time.
struct VisionFeatures {
    at::Tensor rows;               ///< [N, H], in place of the pads' embeddings; undefined: N is 0
    std::vector<at::Tensor> deep;  ///< [N, H] each, added at the pads behind language-model layer
                                   ///< 0, 1, ...; empty in families without
};

}  // namespace reelquery
