#pragma once
// Finds models in GGUF where LM Studio, Ollama, llama.cpp and Hugging Face keep them. Reads only.

#include <filesystem>
#include <vector>

#include "core/session/plan/model_catalog.h"

namespace reelquery {

/// One model's file: keys, tensors, and whether the tower's file that fits is there. The family is
/// empty for an architecture that cannot be run. visionFile: empty: the one that fits beside it.
ModelEntry inspectGguf(const std::filesystem::path& file,
                       const std::filesystem::path& visionFile = {});

/// Models of files in a folder, not below it: towers and later parts of split files are none.
std::vector<ModelEntry> ggufModelsIn(const std::filesystem::path& folder);

/// Models of an Ollama store: a folder with manifests/ and blobs/, named as `ollama run` takes
/// them. Empty for any other folder.
std::vector<ModelEntry> ollamaModels(const std::filesystem::path& store);

}  // namespace reelquery
