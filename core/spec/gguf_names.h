#pragma once
// Where the tensors of a model lie in its GGUF files: hub names to the names there.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/spec/model_config.h"

namespace reelquery {

/// Shape of a stored tensor by its name in the file; null where there is none of this name.
using StoredShape = std::function<const std::vector<std::int64_t>*(const std::string& name)>;

/// The tensors of the files that make up the one of a hub name: itself alone, the rows of q, k and
/// v one behind the other, or the two frames of the patch embedding. Empty for a name that GGUF
/// files do not have.
std::vector<std::string> ggufNames(const std::string& hubName, const ModelConfig& config,
                                   const StoredShape& stored);

}  // namespace reelquery
