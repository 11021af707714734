#include "tests/golden/quantised_set.h"

#include <algorithm>
#include <cstdlib>

#include "core/base/error.h"
#include "core/spec/gguf_files.h"
#include "core/spec/gguf_header.h"
#include "core/spec/model_config.h"

namespace reelquery::golden {

namespace fs = std::filesystem;

namespace {

fs::path quantisedFolder() {
    const char* chosen = std::getenv("REELQUERY_GOLDEN_QUANTISED_DIR");
    return chosen && *chosen ? fs::path(chosen)
                             : fs::path(REELQUERY_COMMITTED_GOLDENS) / "quantised";
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
        if (canBeRun(model)) models.push_back(model);
    }
    std::sort(models.begin(), models.end(),
              [](const auto& a, const auto& b) { return a.golden < b.golden; });
    return models;
}

}  // namespace reelquery::golden
