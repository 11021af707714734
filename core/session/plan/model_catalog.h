#pragma once
// Finds model folders on this machine. Reads only, never writes.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/run_options.h"

namespace reelquery {

/// What a question with this many video tokens needs of a model on this machine.
struct TokenNeed {
    std::int64_t videoTokens = 0;
    std::int64_t bytes = 0;
    bool fits = false;  ///< into what is free on the device that would be chosen
};

/// One folder that holds, or should hold, a checkpoint of a family that can be run, or one that
/// makes subtitles from speech.
struct ModelEntry {
    std::string name;              ///< "Qwen/Qwen2-VL-2B-Instruct", or the folder's name
    std::filesystem::path folder;  ///< or a file in GGUF
    std::string family;            ///< config.json's model_type: "qwen2_vl"
    bool canRun = false;           ///< the family is one that can be run
    bool isDamaged = false;        ///< so that its family cannot be told; shown, not passed over
    std::int64_t bytes = 0;        ///< of the weights found
    bool complete = false;     ///< and can answer
    bool hears = false;        ///< a whole speech model: makes subtitles, answers nothing
    std::string problem = {};  ///< what is missing or broken; empty when complete
    std::string source;        ///< "--model", "settings", "HF_HUB_CACHE", ...
    std::string format = {};   ///< of most of the language model's weights: "bf16", "int4", "Q4_K"
    std::filesystem::path visionFile = {};  ///< of a GGUF: its tower's file
    std::vector<TokenNeed> needs = {};      ///< tokenNeeds(), where somebody asked for it
};

/// For 16K, 32K and 128K video tokens, weights included; empty where the entry is not complete or
/// cannot be opened. Reads headers only.
std::vector<TokenNeed> tokenNeeds(const ModelEntry& entry);

/// A folder to search, and what told us about it.
struct ModelRoot {
    std::filesystem::path folder;
    std::string source;
};

/// The folders that are searched, in order: `extra` (the command line's, the settings'), then
/// HF_HUB_CACHE, HF_HOME/hub, XDG_CACHE_HOME/huggingface/hub, ~/.cache/huggingface/hub, then those
/// of LM Studio, llama.cpp (LLAMA_CACHE) and Ollama (OLLAMA_MODELS).
std::vector<ModelRoot> modelRoots(const std::vector<ModelRoot>& extra);

/// Checkpoints below the roots: hub snapshots, plain folders and files in GGUF down to three
/// levels, and what the manifests of an Ollama store list; speech models, too. Folders whose config
/// names a family that cannot be run are left out, but for a root that is one itself: that says
/// what it is. Unreadable folders are skipped.
std::vector<ModelEntry> findModels(const std::vector<ModelRoot>& roots);

/// Looks at one folder: config, tokenizer, shards against the index and their sizes; at a file as
/// inspectGguf does.
ModelEntry inspectModel(const std::filesystem::path& folder);

/// Tells the weights and settings in a folder from others, also from ones of the same shapes that
/// lay there before: modelFilesId, without torch. A folder that cannot be read has an id, too.
std::string modelIdentity(const std::filesystem::path& folder);

/// `options` as a run with the model of `folder` takes them: with its own threshold where they name
/// none. Errors: kModel where the folder's reelquery.json makes no sense.
AttentionOptions withOwnThreshold(AttentionOptions options, const std::filesystem::path& folder);

/// The embedded model shipped with the program (resources/demo_model), empty where absent.
/// `executable` is the path of the running program.
std::filesystem::path embeddedModelFolder(const std::filesystem::path& executable);

/// The video of the first run with questions that suit it; path empty where it is not shipped.
struct SampleVideo {
    std::filesystem::path path;
    std::vector<std::string> questions;
};

SampleVideo sampleVideo(const std::filesystem::path& executable);

}  // namespace reelquery
