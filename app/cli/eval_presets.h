#pragma once
// The settings of published runs of XAttention, by name: what is looked at, and how blocks are
// chosen.

#include <optional>
#include <string>
#include <vector>

#include "app/cli/shared_flags.h"

namespace reelquery {

/// One published run. What is unset is left to the flags.
struct EvalPreset {
    const char* name;
    const char* what;  ///< a few words for the help
    std::optional<double> fps;
    std::optional<int> maxFrames, minTokensPerPair, maxTokensPerPair;
    std::optional<std::int64_t> maxVideoTokens;
    const char* subtitles;  ///< null: unset
    int stride;
    double threshold;
    int denseFirstLayers;
    int denseLastTokens;
    const char* format = nullptr;  ///< the only one it is for; null: any that shows films
};

/// Names for a flag's check, and all of them with what they are, a line each.
std::vector<std::string> presetNames();
std::string presetsText();

/// Refuses a preset that says nothing of such questions: settings of films for words alone, those
/// of one set of words for anything else. `format`: empty for a suite. Requires one of
/// presetNames(). Errors: kUsage.
void requireFitting(const std::string& name, const std::string& format);

/// Puts a preset into flags that `command` was not given. Requires one of presetNames().
void applyPreset(const std::string& name, const CLI::App& command, SamplingFlags& sampling,
                 AttentionFlags& attention, std::string& subtitles);

}  // namespace reelquery
