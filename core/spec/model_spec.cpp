#include "core/spec/model_spec.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/base/media_time.h"
#include "core/spec/families/families.h"

namespace reelquery {

std::string clockTimeText(double seconds) {
    std::string text = "[";
    return text.append(formatClock(seconds)).append("]");
}

std::string secondsTimeText(double seconds) {
    std::array<char, 400> digits{};  // the largest double has 309 before the point
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), seconds,
                                   std::chars_format::fixed, 1);
    return "<" + std::string(digits.data(), end.ptr) + " seconds>";
}

std::string unsupportedModel(const std::string& type) {
    for (const UnsupportedKind& kind : unsupportedKinds()) {
        if (type == kind.type) return kind.what;
    }
    return {};
}

const std::vector<const ModelSpec*>& modelSpecs() {
    static const std::vector<const ModelSpec*> kAll = {&qwen2VlSpec(), &qwen2_5VlSpec(),
                                                       &qwen3VlSpec()};
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
