#include "app/cli/eval_presets.h"

#include <algorithm>
#include <iterator>

#include "core/base/error.h"

namespace reelquery {

namespace {

/// A run on words alone.
constexpr EvalPreset ofWords(const char* name, const char* what, int stride, double threshold,
                             const char* format) {
    return {name, what, {}, {}, {}, {}, {}, nullptr, stride, threshold, 0, 0, format};
}

// arXiv 2503.16428, sections 4.1 and 4.2, and the scripts published beside it. In all of them the
// question is read as sparsely as what comes before it. The video runs took one frame a second (one
// in two with subtitles), 768 frames at most, of 128 to 768 tokens a pair; a budget of 24,576
// tokens sets a frame's size there and leaves none out, where ours leaves frames out: with the
// largest number of tokens that such a run can come to all its frames are taken, those of films
// between one and twelve minutes larger than there. Thresholds of single heads, which the text runs
// have, are not ours to give: `reelquery calibrate` makes some, --thresholds takes them.
constexpr EvalPreset kPresets[] = {
    {"xattention-videomme", "Video-MME without subtitles: 1 frame/s, S=16, tau 0.9, 3 dense layers",
     1.0, 768, 128, 768, 51'609, "off", 16, 0.9, 3, 0},
    {"xattention-videomme-subtitles", "the same with subtitles: 1 frame in 2 s", 0.5, 768, 128, 768,
     51'609, "auto", 16, 0.9, 3, 0},
    ofWords("xattention-longbench", "LongBench: S=8, tau 0.9", 8, 0.9, "longbench"),
    ofWords("xattention-ruler", "RULER: S=8, tau 0.8 (the mean of the published heads')", 8, 0.8,
            "ruler"),
    ofWords("xattention-ruler-16", "RULER: S=16, tau 0.9", 16, 0.9, "ruler"),
};

}  // namespace

std::vector<std::string> presetNames() {
    std::vector<std::string> names;
    for (const EvalPreset& preset : kPresets) names.emplace_back(preset.name);
    return names;
}

std::string presetsText() {
    std::string text;
    for (const EvalPreset& preset : kPresets) {
        text += (text.empty() ? "" : "; ") + std::string(preset.name) + " (" + preset.what + ")";
    }
    return text;
}

void requireFitting(const std::string& name, const std::string& format) {
    const auto isOfWords = [](const std::string& one) {
        return std::any_of(std::begin(kPresets), std::end(kPresets), [&](const EvalPreset& preset) {
            return preset.format && preset.format == one;
        });
    };
    for (const EvalPreset& preset : kPresets) {
        if (name != preset.name) continue;
        if (!preset.format && isOfWords(format)) {
            throw Error(ErrorCode::kUsage, "--preset " + name +
                                               " says how films are looked at; --format " + format +
                                               " shows none");
        }
        if (preset.format && format != preset.format) {
            throw Error(ErrorCode::kUsage,
                        "--preset " + name + " goes with --format " + preset.format + " alone");
        }
    }
}

void applyPreset(const std::string& name, const CLI::App& command, SamplingFlags& sampling,
                 AttentionFlags& attention, std::string& subtitles) {
    for (const EvalPreset& preset : kPresets) {
        if (name != preset.name) continue;
        const auto isFree = [&](const char* flag) { return command.count(flag) == 0; };
        const auto put = [&](const auto& value, const char* flag, auto& field) {
            if (value && isFree(flag)) field = *value;
        };
        if (isFree("--frames")) put(preset.fps, "--fps", sampling.fps);
        put(preset.maxFrames, "--max-frames", sampling.maxFrames);
        put(preset.minTokensPerPair, "--min-frame-tokens", sampling.minTokensPerPair);
        put(preset.maxTokensPerPair, "--max-frame-tokens", sampling.maxTokensPerPair);
        put(preset.maxVideoTokens, "--max-video-tokens", sampling.maxVideoTokens);
        if (preset.subtitles && isFree("--subtitles")) subtitles = preset.subtitles;
        AttentionOptions& options = attention.options;
        if (isFree("--stride") && isFree("--thresholds")) options.selector.stride = preset.stride;
        if (isFree("--threshold")) options.selector.threshold = preset.threshold;
        if (isFree("--dense-first-layers")) options.denseFirstLayers = preset.denseFirstLayers;
        if (isFree("--dense-last-tokens")) options.denseLastTokens = preset.denseLastTokens;
    }
}

}  // namespace reelquery
