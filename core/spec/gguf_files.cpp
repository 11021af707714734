#include "core/spec/gguf_files.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "core/base/environment.h"
#include "core/base/error.h"
#include "core/base/json_nesting.h"
#include "core/spec/gguf_header.h"

namespace reelquery {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

/// "00001" as a number; nothing for other texts.
std::optional<int> fiveDigits(const std::string& text) {
    const bool isNumber = text.size() == 5 && std::all_of(text.begin(), text.end(), [](char c) {
                              return c >= '0' && c <= '9';
                          });
    return isNumber ? std::optional<int>(std::stoi(text)) : std::nullopt;
}

std::string fiveDigits(int number) {
    const std::string digits = std::to_string(number);
    return std::string(5 - std::min<std::size_t>(5, digits.size()), '0') + digits;
}

std::optional<std::int64_t> towerWidth(const fs::path& file) {
    try {
        const GgufHeader header = readGgufHeader(file);
        if (header.text("general.architecture", "") != "clip") return std::nullopt;
        return header.integer("clip.vision.projection_dim", 1, 1 << 20);
    } catch (const Error&) {
        return std::nullopt;
    }
}

std::int64_t modelWidth(const fs::path& file) {
    try {
        const GgufHeader header = readGgufHeader(ggufParts(file).front());
        const std::string kind = header.text("general.architecture", "");
        return header.integer(kind + ".embedding_length", 1, 1 << 20);
    } catch (const Error&) {
        return 0;
    }
}

std::size_t commonBeginning(const std::string& a, const std::string& b) {
    const auto [end, other] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    return static_cast<std::size_t>(end - a.begin());
}

/// What a tower's file is called without the words that all of them have.
std::string ownName(const fs::path& file) {
    std::string name = lowered(file.filename().string());
    if (const auto at = name.find("mmproj"); at != std::string::npos) {
        name.erase(at, std::string("mmproj").size());
    }
    const auto begin = name.find_first_not_of("-_.");
    return begin == std::string::npos ? "" : name.substr(begin);
}

fs::path besideFile(const fs::path& model) {
    std::error_code failed;
    std::vector<fs::path> candidates;
    for (const auto& entry : fs::directory_iterator(model.parent_path(), failed)) {
        const std::string name = lowered(entry.path().filename().string());
        if (name.ends_with(".gguf") && name.find("mmproj") != std::string::npos) {
            candidates.push_back(entry.path());
        }
    }
    std::sort(candidates.begin(), candidates.end());
    const std::int64_t width = modelWidth(model);
    const std::string own = lowered(model.filename().string());
    fs::path best;
    std::size_t likeness = 0;
    for (const fs::path& candidate : candidates) {
        if (towerWidth(candidate) != width) continue;
        const std::size_t common = commonBeginning(ownName(candidate), own);
        if (!best.empty() && common <= likeness) continue;
        best = candidate;
        likeness = common;
    }
    return best;
}

/// A manifest; discarded where it cannot be read or lists no layers.
Json readManifest(const fs::path& manifest) {
    std::ifstream in(manifest);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const Json none(Json::value_t::discarded);
    if (!in || nestsDeeperThan(text)) return none;
    Json json = Json::parse(text, nullptr, false);
    const bool hasLayers = json.is_object() && json.contains("layers") && json["layers"].is_array();
    return hasLayers ? json : none;
}

/// The digests ("sha256-...") of a manifest's layers of one kind.
std::vector<std::string> layersOf(const Json& json, const std::string& kind) {
    std::vector<std::string> digests;
    for (const Json& layer : json["layers"]) {
        if (!layer.is_object() || !layer.value("digest", Json()).is_string()) continue;
        const Json media = layer.value("mediaType", Json());
        if (!media.is_string() || !media.get<std::string>().ends_with("image." + kind)) continue;
        std::string digest = layer["digest"].get<std::string>();
        std::replace(digest.begin(), digest.end(), ':', '-');
        digests.push_back(digest);
    }
    return digests;
}

/// "registry.ollama.ai/library/qwen2.5vl/7b" -> "qwen2.5vl:7b".
std::string ollamaName(const fs::path& below) {
    std::vector<std::string> parts;
    for (const fs::path& part : below) parts.push_back(part.string());
    if (parts.size() < 2) return below.string();
    std::string name = parts[parts.size() - 2] + ":" + parts.back();
    const bool isOwn = parts.size() >= 3 && parts[parts.size() - 3] != "library";
    return isOwn ? parts[parts.size() - 3] + "/" + name : name;
}

/// The tower that a manifest lists beside a blob.
fs::path ollamaVisionFile(const fs::path& model) {
    if (model.parent_path().filename() != "blobs") return {};
    for (const OllamaModel& listed : ollamaManifests(model.parent_path().parent_path())) {
        if (listed.model.filename() == model.filename() && !listed.vision.empty()) {
            return listed.vision;
        }
    }
    return {};
}

}  // namespace

std::vector<fs::path> ggufParts(const fs::path& model) {
    // "name-00001-of-00003.gguf"
    const std::string stem = model.stem().string();
    constexpr std::size_t kTail = 15;  // "-00001-of-00003"
    if (stem.size() <= kTail) return {model};
    const std::string tail = stem.substr(stem.size() - kTail);
    const auto part = fiveDigits(tail.substr(1, 5)), parts = fiveDigits(tail.substr(10, 5));
    if (tail[0] != '-' || tail.substr(6, 4) != "-of-" || !part || !parts || *parts < 1) {
        return {model};
    }
    const std::string name = stem.substr(0, stem.size() - kTail);
    std::vector<fs::path> files;
    for (int i = 1; i <= *parts; ++i) {
        const std::string file =
            name + "-" + fiveDigits(i) + "-of-" + fiveDigits(*parts) + model.extension().string();
        files.push_back(model.parent_path() / file);
        std::error_code failed;
        if (!fs::exists(files.back(), failed)) {
            throw Error(ErrorCode::kModel, model.string() + ": its part " + file + " is missing",
                        "put all " + std::to_string(*parts) + " parts into one folder");
        }
    }
    return files;
}

std::vector<OllamaModel> ollamaManifests(const fs::path& store) {
    constexpr int kDeepest = 6;  // host/namespace/model/tag, with levels to spare
    const fs::path blobs = store / "blobs", manifests = store / "manifests";
    std::vector<OllamaModel> models;
    std::error_code failed;
    fs::recursive_directory_iterator walk(manifests, failed);
    for (; !failed && walk != fs::recursive_directory_iterator(); walk.increment(failed)) {
        if (walk.depth() > kDeepest) walk.disable_recursion_pending();
        std::error_code unreadable;
        if (!walk->is_regular_file(unreadable)) continue;
        OllamaModel model;
        model.name = ollamaName(walk->path().lexically_relative(manifests));
        const auto broken = [&](const std::string& problem) {
            model.model = walk->path();
            model.problem = problem;
            models.push_back(std::move(model));
        };
        const Json manifest = readManifest(walk->path());
        if (manifest.is_discarded()) {
            broken("the manifest cannot be read; pull the model again");
            continue;
        }
        const auto blob = [&](const char* kind) {
            for (const std::string& digest : layersOf(manifest, kind)) {
                const bool isName = fs::path(digest).filename() == digest;
                if (isName && fs::exists(blobs / digest, unreadable)) return blobs / digest;
            }
            return fs::path();
        };
        model.model = blob("model");
        model.vision = blob("projector");
        // A text model has no tower and is none of ours.
        const bool seesPictures = !layersOf(manifest, "projector").empty();
        if (isGgufFile(model.model)) {
            models.push_back(std::move(model));
        } else if (seesPictures) {
            broken("the blob of its weights is missing or damaged; pull the model again");
        }
    }
    std::sort(models.begin(), models.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return models;
}

std::vector<fs::path> ggufFilesIn(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
        if (lowered(entry.path().extension().string()) == ".gguf") files.push_back(entry.path());
    }
    const auto isTower = [](const fs::path& file) {
        return lowered(file.filename().string()).find("mmproj") != std::string::npos;
    };
    std::sort(files.begin(), files.end(), [&](const fs::path& a, const fs::path& b) {
        return std::pair(isTower(a), a) < std::pair(isTower(b), b);
    });
    return files;
}

fs::path ggufVisionFile(const fs::path& model, const fs::path& asked) {
    if (!asked.empty()) return asked;
    fs::path beside = besideFile(model);
    return beside.empty() ? ollamaVisionFile(model) : beside;
}

}  // namespace reelquery
