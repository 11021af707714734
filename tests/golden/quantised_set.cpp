#include "tests/golden/quantised_set.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "core/base/error.h"
#include "core/spec/gguf_files.h"
#include "core/spec/gguf_header.h"
#include "core/spec/model_config.h"
#include "core/spec/weight_shapes.h"
#include "core/weights/safetensors_writer.h"
#include "core/weights/tensor_file.h"

namespace reelquery::golden {

namespace fs = std::filesystem;

namespace {

fs::path quantisedFolder() {
    const char* chosen = std::getenv("REELQUERY_GOLDEN_QUANTISED_DIR");
    return chosen && *chosen ? fs::path(chosen)
                             : fs::path(REELQUERY_COMMITTED_GOLDENS) / "quantised";
}

/// Folders made here, removed at the end of the program.
class MadeFolders {
  public:
    MadeFolders() = default;
    MadeFolders(const MadeFolders&) = delete;
    MadeFolders& operator=(const MadeFolders&) = delete;

    ~MadeFolders() {
        std::error_code ignored;
        fs::remove_all(root_, ignored);
    }

    fs::path operator/(const fs::path& name) const { return root_ / name; }

  private:
    fs::path root_ =
        fs::temp_directory_path() / ("reelquery-quantised-" + std::to_string(::getpid()));
};

/// A folder with the language model of `committed` and a tower of zeros. Only the tower's shapes
/// matter to a test that brings its own features.
fs::path withBlankTower(const fs::path& committed) {
    static const MadeFolders kMade;
    const fs::path folder = kMade / committed.filename();
    fs::create_directories(folder);
    for (const auto& entry : fs::directory_iterator(committed)) {
        const bool isModel = entry.path().filename() == "model.safetensors";
        fs::copy_file(entry.path(),
                      folder / (isModel ? "language.safetensors" : entry.path().filename()),
                      fs::copy_options::overwrite_existing);
    }
    std::vector<WeightShape> tower;
    for (const WeightShape& shape : weightShapes(readModelConfig(folder))) {
        if (shape.name.starts_with("visual.")) tower.push_back(shape);
    }
    SafetensorsWriter writer(folder / "tower.safetensors", tower);
    nlohmann::json map;
    for (const WeightShape& shape : tower) {
        writer.append(std::vector<std::uint16_t>(static_cast<std::size_t>(shape.values())));
        map[shape.name] = "tower.safetensors";
    }
    writer.finish();
    const auto language = TensorFile::open(folder / "language.safetensors");
    for (const auto& [name, tensor] : language->tensors()) map[name] = "language.safetensors";
    std::ofstream(folder / "model.safetensors.index.json") << nlohmann::json{{"weight_map", map}};
    return folder;
}

bool canBeRun(const QuantisedModel& model) {
    try {
        (void)readModelConfig(model.model, model.vision);
        return true;
    } catch (const Error& error) {
        const std::string what = error.what();
        const bool isOtherFamily = what.find("models of") != std::string::npos;
        if (!isOtherFamily) throw;
        return false;
    }
}

}  // namespace

std::vector<QuantisedModel> quantisedModels() {
    std::vector<QuantisedModel> models;
    for (const auto& entry : fs::directory_iterator(quantisedFolder())) {
        if (!fs::exists(entry.path() / "dequantised.json")) continue;
        QuantisedModel model{entry.path(), entry.path(), {}};
        for (const auto& file : fs::directory_iterator(entry.path())) {
            const std::string name = file.path().filename().string();
            if (file.path().extension() != ".gguf") continue;
            (name.starts_with("mmproj") ? model.vision : model.model) = file.path();
        }
        if (fs::exists(entry.path() / "model.safetensors"))
            model.model = withBlankTower(entry.path());
        if (canBeRun(model)) models.push_back(model);
    }
    std::sort(models.begin(), models.end(),
              [](const auto& a, const auto& b) { return a.golden < b.golden; });
    return models;
}

}  // namespace reelquery::golden
