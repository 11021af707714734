#pragma once
// Which files make up a model in GGUF: the parts of the language model and the vision tower's file
// ("mmproj"). Reads only.

#include <filesystem>
#include <string>
#include <vector>

namespace reelquery {

/// The files of the language model, in order: the file itself, or all parts of
/// "x-00001-of-0000n.gguf", whichever of them is named.
/// Errors: kModel where a part is missing.
std::vector<std::filesystem::path> ggufParts(const std::filesystem::path& model);

/// The tower's file for a model: `asked` where it is not empty, else the one beside it that fits
/// (its name has "mmproj", its width is the model's), else what an Ollama manifest lists beside it.
/// Empty where there is none.
std::filesystem::path ggufVisionFile(const std::filesystem::path& model,
                                     const std::filesystem::path& asked);

/// The files of a folder that end in .gguf, by name, towers (mmproj...) last. Empty where it cannot
/// be read.
std::vector<std::filesystem::path> ggufFilesIn(const std::filesystem::path& folder);

/// A model of an Ollama store, by its manifest.
struct OllamaModel {
    std::string name;              ///< "qwen2.5vl:7b"
    std::filesystem::path model;   ///< a blob, whose name has no ending
    std::filesystem::path vision;  ///< the blob of the tower; empty: none is listed
    std::string problem = {};      ///< why there is none: then `model` is the manifest
};

/// The models of a folder with manifests/ and blobs/, ordered by name. Empty for other folders.
std::vector<OllamaModel> ollamaManifests(const std::filesystem::path& store);

}  // namespace reelquery
