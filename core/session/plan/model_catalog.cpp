#include "core/session/plan/model_catalog.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>

#include "core/base/environment.h"
#include "core/base/file_exists.h"
#include "core/base/json_nesting.h"
#include "core/device/cuda_memory.h"
#include "core/device/device.h"
#include "core/device/host_memory.h"
#include "core/session/keep/loaded_model.h"
#include "core/session/plan/gguf_catalog.h"
#include "core/session/plan/memory_need.h"
#include "core/session/plan/shape_needs.h"
#include "core/spec/model_config.h"
#include "core/spec/model_spec.h"
#include "core/spec/recommendation.h"
#include "core/speech/speech_config.h"
#include "core/weights/checkpoint.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::json;

constexpr int kDeepestFolder = 3;  // root/publisher/model, with one level to spare

/// Parses a JSON file; a discarded value where it cannot be read or is not JSON.
Json readJson(const fs::path& file) {
    std::ifstream in(file);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const bool canBeRead = in && !nestsDeeperThan(text);
    return canBeRead ? Json::parse(text, nullptr, false) : Json(Json::value_t::discarded);
}

std::int64_t fileBytes(const fs::path& file) {
    std::error_code failed;
    const auto bytes = fs::file_size(file, failed);
    return failed ? -1 : static_cast<std::int64_t>(bytes);
}

/// The weight files a folder should hold, by its index or as the single file.
std::set<std::string> expectedShards(const fs::path& folder, std::string& problem) {
    const fs::path index = folder / "model.safetensors.index.json";
    if (!fileExists(index)) return {"model.safetensors"};
    const Json json = readJson(index);
    std::set<std::string> shards;
    if (json.is_object() && json.contains("weight_map") && json["weight_map"].is_object()) {
        for (const auto& [tensor, file] : json["weight_map"].items()) {
            if (file.is_string()) shards.insert(file.get<std::string>());
        }
    }
    if (shards.empty()) problem = "model.safetensors.index.json cannot be read";
    return shards;
}

/// "models--Qwen--Qwen2-VL-2B-Instruct" -> "Qwen/Qwen2-VL-2B-Instruct"; other names unchanged.
std::string hubName(const std::string& folderName) {
    const std::string prefix = "models--";
    if (folderName.rfind(prefix, 0) != 0) return folderName;
    std::string name = folderName.substr(prefix.size());
    if (const auto cut = name.find("--"); cut != std::string::npos) name.replace(cut, 2, "/");
    return name;
}

/// The snapshot a hub repository folder points to: refs/main's, else the newest.
fs::path hubSnapshot(const fs::path& repository) {
    const fs::path snapshots = repository / "snapshots";
    std::string commit;
    if (std::ifstream ref(repository / "refs" / "main"); ref) ref >> commit;
    if (!commit.empty() && fileExists(snapshots / commit)) return snapshots / commit;
    fs::path newest;
    fs::file_time_type newestTime{};
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(snapshots, failed)) {
        std::error_code noTime;
        const auto time = entry.last_write_time(noTime);
        if (!noTime && (newest.empty() || time > newestTime)) {
            newest = entry.path();
            newestTime = time;
        }
    }
    return newest;
}

/// A folder that is shipped with the program: installed, <prefix>/libexec/reelquery lies beside
/// <prefix>/share/reelquery; built, build/<preset>/libexec/reelquery lies in the source tree. Empty
/// where absent.
fs::path shipped(const fs::path& executable, const char* name) {
    std::error_code ignored;
    const fs::path own = fs::weakly_canonical(executable, ignored).parent_path();
    for (const char* beside : {"../../share/reelquery", "../../../../resources"}) {
        const fs::path folder = fs::weakly_canonical(own / beside / name, ignored);
        if (fileExists(folder)) return folder;
    }
    return {};
}

/// Empty where the weights cannot be opened: loading them says why.
std::string formatOf(const ModelEntry& entry) {
    try {
        const ModelConfig config = readModelConfig(entry.folder);
        return Checkpoint::open(entry.folder, &config)
            .formatName({.bfloat16 = true, .cudaDevice = -1});
    } catch (const Error&) {
        return {};
    }
}

void search(const fs::path& folder, const std::string& source, int depth,
            std::vector<ModelEntry>& found) {
    const auto take = [&](ModelEntry entry, const std::string& name) {
        // What somebody named is shown with what it is; of what lies around only what can be run.
        const bool isShown = entry.canRun || entry.isDamaged || entry.hears;
        if (!isShown && depth < kDeepestFolder) return;
        entry.source = source;
        if (!name.empty()) entry.name = name;
        const auto same = [&](const ModelEntry& other) { return other.folder == entry.folder; };
        if (std::none_of(found.begin(), found.end(), same)) found.push_back(std::move(entry));
    };
    const auto add = [&](const fs::path& model, const std::string& name) {
        if (fileExists(model / "config.json")) take(inspectModel(model), name);
        for (ModelEntry& entry : ggufModelsIn(model)) {
            const std::string file = entry.name;
            take(std::move(entry), name.empty() ? "" : name + "/" + file);
        }
    };
    if (fileExists(folder / "manifests") && fileExists(folder / "blobs")) {
        for (ModelEntry& entry : ollamaModels(folder)) take(std::move(entry), "");
        return;
    }
    if (fileExists(folder / "snapshots")) {
        if (const fs::path snapshot = hubSnapshot(folder); !snapshot.empty()) {
            add(snapshot, hubName(folder.filename().string()));
        }
        return;
    }
    add(folder, "");
    if (fileExists(folder / "config.json") || depth == 0) return;
    std::vector<fs::path> children;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder, failed)) {
        std::error_code unreadable;
        if (entry.is_directory(unreadable)) children.push_back(entry.path());
    }
    std::sort(children.begin(), children.end());
    for (const fs::path& child : children) search(child, source, depth - 1, found);
}

std::vector<TokenNeed> needsOn(const ComputeTarget& target, const ModelConfig& config,
                               std::int64_t weightBytes) {
    constexpr std::int64_t kOtherTokens = 1024;  // question and answer
    MemoryNeed need =
        memoryNeed(config, target, {.weightBytes = weightBytes, .otherTokens = kOtherTokens});
    const std::int64_t free = target.cudaDevice >= 0
                                  ? plannableCardBytes(cudaFreeBytes(target.cudaDevice))
                                  : availableMemoryBytes();
    std::vector<TokenNeed> needs;
    for (const std::int64_t tokens : {16384, 32768, 131072}) {
        need.squeezeInto(free, tokens);
        const std::int64_t bytes = need.deviceBytes(tokens);
        needs.push_back({tokens, bytes, bytes <= free});
    }
    return needs;
}

}  // namespace

std::vector<ModelRoot> modelRoots(const std::vector<ModelRoot>& extra) {
    std::vector<ModelRoot> roots = extra;
    const auto add = [&](const std::string& base, const char* below, const char* source) {
        if (!base.empty()) roots.push_back({fs::path(base) / below, source});
    };
    add(environment("HF_HUB_CACHE"), "", "HF_HUB_CACHE");
    add(environment("HF_HOME"), "hub", "HF_HOME");
    add(environment("XDG_CACHE_HOME"), "huggingface/hub", "XDG_CACHE_HOME");
    add(environment("HOME"), ".cache/huggingface/hub", "~/.cache/huggingface");
    add(environment("HOME"), ".lmstudio/models", "LM Studio");
    add(environment("HOME"), ".cache/lm-studio/models", "LM Studio");
    add(environment("LLAMA_CACHE"), "", "llama.cpp");
    add(environment("XDG_CACHE_HOME"), "llama.cpp", "llama.cpp");
    add(environment("HOME"), ".cache/llama.cpp", "llama.cpp");
    add(environment("OLLAMA_MODELS"), "", "Ollama");
    add(environment("HOME"), ".ollama/models", "Ollama");
    roots.push_back({"/usr/share/ollama/.ollama/models", "Ollama"});
    return roots;
}

std::vector<ModelEntry> findModels(const std::vector<ModelRoot>& roots) {
    std::vector<ModelEntry> found;
    for (const ModelRoot& root : roots) search(root.folder, root.source, kDeepestFolder, found);
    return found;
}

ModelEntry inspectModel(const fs::path& folder) {
    std::error_code ignored;
    if (fs::is_regular_file(folder, ignored)) return inspectGguf(folder);
    ModelEntry entry;
    entry.folder = fs::weakly_canonical(folder, ignored);
    entry.name = entry.folder.filename().string();
    if (!fileExists(folder / "config.json")) {
        entry.problem = fileExists(folder) ? "config.json is missing" : "no such folder";
        return entry;
    }
    const Json config = readJson(folder / "config.json");
    if (!config.is_object()) {
        entry.problem = "config.json cannot be read";
        return entry;
    }
    entry.family = config.value("model_type", Json("")).is_string()
                       ? config.value("model_type", std::string())
                       : std::string();
    entry.canRun = findModelSpec(entry.family) != nullptr;
    const bool isForSpeech = isSpeechModel(folder);
    if (!entry.canRun && !isForSpeech) {
        const std::string what = unsupportedModel(entry.family);
        entry.problem = (what.empty() ? "model_type '" + entry.family + "' cannot be run"
                                      : "this is " + what + "; it cannot be run") +
                        ", only " + modelSpecNames();
        return entry;
    }
    for (const std::string& shard : expectedShards(folder, entry.problem)) {
        const std::int64_t bytes = fileBytes(folder / shard);
        if (bytes < 0 && entry.problem.empty()) entry.problem = shard + " is missing";
        entry.bytes += std::max<std::int64_t>(bytes, 0);
    }
    const Json index = readJson(folder / "model.safetensors.index.json");
    if (entry.problem.empty() && index.is_object() && index.contains("metadata") &&
        index["metadata"].is_object()) {
        const Json total = index["metadata"].value("total_size", Json());
        if (total.is_number_integer() && entry.bytes < total.get<std::int64_t>()) {
            entry.problem = "the shards are shorter than the index says (download not finished?)";
        }
    }
    const bool hasTokenizer =
        fileExists(folder / "tokenizer.json") || fileExists(folder / "tokenizer.model") ||
        (fileExists(folder / "vocab.json") && fileExists(folder / "merges.txt"));
    if (entry.problem.empty() && !hasTokenizer) {
        entry.problem = "no tokenizer (tokenizer.json, vocab.json + merges.txt or tokenizer.model)";
    }
    if (isForSpeech) {
        entry.hears = entry.problem.empty();
        if (entry.hears) entry.problem = "it makes subtitles from speech and answers nothing";
        return entry;
    }
    entry.complete = entry.problem.empty();
    if (entry.complete) entry.format = formatOf(entry);
    return entry;
}

std::vector<TokenNeed> tokenNeedsOf(const ModelConfig& config, std::int64_t weightBytes,
                                    bool isPacked) {
    const ComputeTarget target = resolveDevice(DeviceKind::kAuto, DtypeChoice::kAuto).target;
    constexpr std::int64_t kStoredBytes = 2;  // of a weight that is not packed
    return needsOn(target, config,
                   isPacked ? weightBytes : weightBytes / kStoredBytes * target.bytesPerValue());
}

std::vector<TokenNeed> tokenNeeds(const ModelEntry& entry) {
    if (!entry.complete) return {};
    try {
        const ResolvedDevice device = resolveDevice(DeviceKind::kAuto, DtypeChoice::kAuto);
        const ModelConfig config = readModelConfig(entry.folder, entry.visionFile);
        const Checkpoint checkpoint = Checkpoint::open(entry.folder, &config, entry.visionFile);
        return needsOn(device.target, config, checkpoint.bytesFor(device.target));
    } catch (const Error&) {
        return {};
    }
}

std::string modelIdentity(const fs::path& folder) {
    return modelFilesId(folder);
}

fs::path embeddedModelFolder(const fs::path& executable) {
    const fs::path folder = shipped(executable, "demo_model");
    return fileExists(folder / "config.json") ? folder : fs::path();
}

SampleVideo sampleVideo(const fs::path& executable) {
    SampleVideo sample;
    const fs::path folder = shipped(executable, "samples");
    if (folder.empty() || !fileExists(folder / "needles-10min.mp4")) return sample;
    sample.path = folder / "needles-10min.mp4";
    const Json json = readJson(folder / "needles-10min.json");
    if (!json.is_object() || !json.contains("questions") || !json["questions"].is_array()) {
        return sample;
    }
    for (const Json& entry : json["questions"]) {
        if (entry.is_object() && entry.value("question", Json()).is_string()) {
            sample.questions.push_back(entry["question"].get<std::string>());
        }
    }
    return sample;
}

AttentionOptions withOwnThreshold(AttentionOptions options, const std::filesystem::path& folder) {
    return followRecommendation(options, readRecommendation(folder));
}

}  // namespace reelquery
