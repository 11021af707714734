#include "core/session/ask/attention_choices.h"

#include "core/attention/selector_table.h"
#include "core/base/option_names.h"

namespace reelquery {

std::vector<std::string> attentionChoices() {
    std::vector<std::string> choices = selectorNames();
    choices.insert(choices.begin(), nameOf(AttentionKind::kDense));
    choices.emplace_back(nameOf(AttentionKind::kAuto));
    return choices;
}

AttentionOptions withChoice(AttentionOptions options, const std::string& choice) {
    options.kind = AttentionKind::kSparse;
    for (const AttentionKind kind : {AttentionKind::kDense, AttentionKind::kAuto}) {
        if (choice == nameOf(kind)) options.kind = kind;
    }
    if (options.kind == AttentionKind::kSparse) options.selector.name = choice;
    return options;
}

}  // namespace reelquery
