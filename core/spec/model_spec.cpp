#include "core/spec/model_spec.h"

#include <algorithm>

#include "core/base/media_time.h"
#include "core/spec/families/families.h"

namespace reelquery {

std::string clockTimeText(double seconds) {
    std::string text = "[";
    return text.append(formatClock(seconds)).append("]");
}

const std::vector<const ModelSpec*>& modelSpecs() {
    static const std::vector<const ModelSpec*> kAll = {&qwen2VlSpec(), &qwen2_5VlSpec()};
    return kAll;
}

const ModelSpec* findModelSpec(const std::string& type) {
    const auto& all = modelSpecs();
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const ModelSpec* spec) { return spec->type == type; });
    return found == all.end() ? nullptr : *found;
}

std::string modelSpecNames() {
    std::string names;
    for (const ModelSpec* spec : modelSpecs()) {
        names += (names.empty() ? "" : ", ") + spec->name + " (" + spec->type + ")";
    }
    return names;
}

}  // namespace reelquery
