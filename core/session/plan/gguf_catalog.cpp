#include "core/session/plan/gguf_catalog.h"

#include <algorithm>
#include <string>
#include <system_error>

#include "core/base/error.h"
#include "core/spec/gguf_files.h"
#include "core/spec/gguf_header.h"
#include "core/spec/model_config.h"
#include "core/spec/model_spec.h"
#include "core/weights/checkpoint.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

/// The folder without links, the file's own name: what a link of the hub's cache leads to has
/// neither the name nor the neighbours of the file.
fs::path ownPath(const fs::path& file) {
    std::error_code ignored;
    return fs::weakly_canonical(file.parent_path(), ignored) / file.filename();
}

std::int64_t bytesOf(const fs::path& file) {
    std::error_code failed;
    const auto bytes = fs::file_size(file, failed);
    return failed ? 0 : static_cast<std::int64_t>(bytes);
}

/// A model's file by its name: no tower, and no part but the first.
bool isModelName(const fs::path& file) {
    const std::string name = file.filename().string();
    if (file.extension() != ".gguf" || name.find("mmproj") != std::string::npos) return false;
    try {
        return ggufParts(file).front() == file;
    } catch (const Error&) {
        return true;  // it will say which part it lacks
    }
}

}  // namespace

ModelEntry inspectGguf(const fs::path& file, const fs::path& visionFile) {
    ModelEntry entry;
    entry.folder = ownPath(file);
    entry.name = file.stem().string();
    try {
        const GgufHeader header = readGgufHeader(ggufParts(entry.folder).front());
        const std::string kind = header.text("general.architecture", "");
        for (const ModelSpec* spec : modelSpecs()) {
            // Families that share an architecture are told apart by the tower, below.
            if (entry.family.empty() && spec->ggufArchitecture == kind) entry.family = spec->type;
        }
        if (entry.family.empty()) {
            entry.problem = "the architecture '" + kind + "' is none of " + modelSpecNames();
            return entry;
        }
        entry.canRun = true;
        for (const fs::path& part : ggufParts(entry.folder)) entry.bytes += bytesOf(part);
        entry.visionFile = ggufVisionFile(entry.folder, visionFile);
        entry.bytes += entry.visionFile.empty() ? 0 : bytesOf(entry.visionFile);
        const ModelConfig config = readModelConfig(entry.folder, visionFile);
        entry.family = config.spec->type;
        const Checkpoint checkpoint = Checkpoint::open(entry.folder, &config, visionFile);
        entry.format = checkpoint.formatName({.bfloat16 = true, .cudaDevice = -1});
        entry.complete = true;
    } catch (const Error& error) {
        entry.problem = error.what();
        entry.isDamaged = !entry.canRun;
    }
    return entry;
}

std::vector<ModelEntry> ggufModelsIn(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder, failed)) {
        std::error_code unreadable;
        if (entry.is_regular_file(unreadable) && isModelName(entry.path())) {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    std::vector<ModelEntry> entries;
    for (const fs::path& file : files) entries.push_back(inspectGguf(file));
    return entries;
}

std::vector<ModelEntry> ollamaModels(const fs::path& store) {
    std::vector<ModelEntry> entries;
    for (const OllamaModel& model : ollamaManifests(store)) {
        ModelEntry entry;
        if (model.problem.empty()) {
            entry = inspectGguf(model.model, model.vision);
        } else {
            entry.folder = model.model;
            entry.problem = model.problem;
            entry.isDamaged = true;
        }
        entry.name = model.name;
        entries.push_back(std::move(entry));
    }
    return entries;
}

}  // namespace reelquery
