#include "core/attention/selector_table.h"

#include "core/base/error.h"

namespace reelquery {

// Each is defined in its file of selectors/.
SelectorMaker makeXAttentionSelector, makeMeanPoolingSelector, makeVerticalSlashSelector,
    makeFlexPrefillSelector, makeRRAttentionSelector, makeOracleSelector, makeRandomSelector,
    makeWindowSelector;

namespace {

struct Line {
    const char* name;
    SelectorMaker* make;
};

/// The one table: a selector is a file, declared above, and a line here.
constexpr Line kSelectors[] = {
    {"xattention", makeXAttentionSelector},
    {"mean-pooling", makeMeanPoolingSelector},
    {"vertical-slash", makeVerticalSlashSelector},
    {"flexprefill", makeFlexPrefillSelector},
    {"rrattention", makeRRAttentionSelector},
    {"oracle", makeOracleSelector},
    {"random", makeRandomSelector},  // the controls
    {"window", makeWindowSelector},
};

void checkOptions(const SelectorOptions& options) {
    const auto require = [](bool holds, const char* message, const char* hint) {
        if (!holds) throw Error(ErrorCode::kUsage, message, hint);
    };
    require(kernels::isScoreStride(options.stride), "the attention stride must be 4, 8 or 16",
            "16 is the default");
    const double threshold = options.threshold.value_or(kDefaultThreshold);
    require(threshold >= 0 && threshold <= 1, "the attention threshold must lie between 0 and 1",
            "without one the model's own is taken, else 0.9");
    require(options.sinkBlocks >= 1 && options.recentBlocks >= 1,
            "at least one sink block and one recent block are always kept", "1 is the default");
}

}  // namespace

std::vector<std::string> selectorNames() {
    std::vector<std::string> names;
    for (const Line& line : kSelectors) names.emplace_back(line.name);
    return names;
}

std::unique_ptr<BlockSelector> makeBlockSelector(const SelectorRequest& request) {
    checkOptions(request.options);
    std::string names;
    for (const Line& line : kSelectors) {
        if (request.options.name == line.name) return line.make(request);
        names += (names.empty() ? "" : ", ") + std::string(line.name);
    }
    throw Error(ErrorCode::kUsage, "blocks cannot be chosen by '" + request.options.name + "'",
                "there is " + names);
}

}  // namespace reelquery
