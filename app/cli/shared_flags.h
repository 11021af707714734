#pragma once
// Flags that several subcommands share, filled into the option values of core/base.

#include <CLI/CLI.hpp>
#include <string>

#include "core/session/session.h"

namespace reelquery {

/// --model, --mmproj, --device, --dtype, --weights. Call modelChoice() after parsing.
struct ModelFlags {
    std::string folder;
    std::string device = "auto";
    std::string dtype = "auto";
    std::string visionFile;
    std::string weights = "stored", kv = "run";

    /// what: help of --model; empty: that of a model for questions.
    void addTo(CLI::App& command, const std::string& what = {});

    /// The same for a speech model: the flag, else the first one found. Throws Error{kModel}.
    ModelChoice speechChoice() const;

    /// Resolves the folder: the flag, else the embedded model, else the first complete one found.
    /// Throws Error{kModel} where there is none. `executable`: path of this program.
    ModelChoice modelChoice(const std::string& executable) const;
};

/// --sampling, --fps, --frames, --max-frames, --max-video-tokens, frame tokens, --from, --to.
struct SamplingFlags {
    std::string mode = "auto", decode = "auto", from, to;
    double fps = 2.0;
    int frames = 0;
    int maxFrames = 768;
    std::int64_t maxVideoTokens = 16384;
    int minTokensPerPair = 16, maxTokensPerPair = 768;
    bool ignoresModel = false;  ///< --free-sampling

    void addTo(CLI::App& command);

    /// Throws Error{kUsage} for a time that cannot be read or an empty range.
    SamplingOptions options() const;

    DecodeChoice decoding() const;
};

/// --attention, --stride, --score-pattern, --threshold, --thresholds, --dense-first-layers,
/// --dense-last-tokens, --sink-blocks, --recent-blocks.
struct AttentionFlags {
    std::string kind = "dense", pattern = "antidiagonal";
    AttentionOptions options;

    void addTo(CLI::App& command);
    AttentionOptions result() const;
};

/// --max-tokens, --temperature, --top-k, --top-p, --sample, --repetition-penalty, --seed.
struct GenerationFlags {
    GenerationOptions options;
    double repetitionPenalty = 0;

    void addTo(CLI::App& command);
    GenerationOptions result() const;
};

/// VIDEO and QUESTION with all of the above: what ask and compare have in common.
struct QuestionFlags {
    std::string video, question;
    std::string subtitles = "off";  ///< see takeSubtitles
    int videoTrack = 0;
    ModelFlags model;
    SamplingFlags sampling;
    AttentionFlags attention;
    GenerationFlags generation;

    void addTo(CLI::App& command);

    /// Errors: as the results of the parts. `executable`: path of this program.
    AskRequest request(const std::string& executable) const;
};

/// Puts the value of --subtitles into the request: off, auto, speech, speech=FOLDER or a file.
/// Throws Error{kUsage} for a folder without a name.
void takeSubtitles(const std::string& flag, AskRequest& request);

/// "83", "83.5", "1:23", "1:02:03" as seconds. Throws Error{kUsage} naming `flag`.
double parseClock(const std::string& text, const std::string& flag);

}  // namespace reelquery
