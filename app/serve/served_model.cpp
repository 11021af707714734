#include "app/serve/chat_request.h"
#include "core/session/plan/model_catalog.h"

namespace reelquery {

ServedModel servedModel(const ModelChoice& choice, const std::string& executable) {
    ServedModel served;
    served.defaults.model = choice;
    const std::filesystem::path folder = std::filesystem::weakly_canonical(choice.folder);
    if (folder == embeddedModelFolder(executable)) {
        served.name = "embedded";
        return served;
    }
    served.name = inspectModel(choice.folder).name;
    for (const ModelEntry& entry : findModels(modelRoots({})))
        if (entry.folder == folder) served.name = entry.name;
    return served;
}

}  // namespace reelquery
