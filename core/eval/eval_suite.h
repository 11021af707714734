#pragma once
// A set of questions with known answers, about videos on this machine or about words alone.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/run_options.h"
#include "core/eval/scoring.h"
#include "core/eval/text_metrics.h"
#include "core/session/session.h"

namespace reelquery {

/// One question with its true answer.
struct EvalQuestion {
    std::string id;               ///< unique in the suite
    std::filesystem::path video;  ///< empty: words alone are asked about
    std::string task;             ///< what it is tabulated by
    std::string length;           ///< the video's length class: "84 s", "short"; may be empty
    std::string variant;          ///< how it is worded: "train", "held-out"; may be empty
    std::string question;         ///< all that is asked, options included
    std::string systemPrompt;     ///< empty: the model's own
    std::vector<Turn> before;     ///< earlier turns, with their true answers
    std::string truth;            ///< a sentence (kFacts) or an option letter
    int options = 0;              ///< 0: an open question
    std::string circle;           ///< names the same question in other option orders; may be empty
    std::optional<TimeRange> interval;           ///< where the video shows the answer
    TextMetric metric = TextMetric::kRecallAll;  ///< the next four: of kReferences alone
    std::vector<std::string> references;         ///< what is right
    std::vector<std::string> classes;            ///< all that could be
    bool firstLineCounts = false;                ///< of the answer, alone
    int maxNewTokens = 0;  ///< the published length of its answer; 0: the suite's
};

/// What was read from a folder.
struct EvalSuite {
    std::string name;  ///< "longvid-synth", "VNBench", ...
    ScoringRule rule = ScoringRule::kFacts;
    std::vector<EvalQuestion> questions;  ///< grouped by video, in the order of the files
    std::vector<std::string> notes;       ///< what was left out, and why
    std::vector<std::filesystem::path> missingVideos;  ///< their questions are left out
    int maxNewTokens = 0;         ///< the published length of an answer; 0: none is published
    bool taskMeanCounts = false;  ///< the published figure is the mean over the tasks

    /// Answers are scored from 0 to 1, and their mean is the published figure.
    bool isGraded() const { return rule == ScoringRule::kReferences; }

    /// No question shows anything.
    bool isWords() const;
};

/// Questions of one film, or with the same words before them, are no independent samples: what
/// they share, as a name.
std::string clusterOf(const EvalQuestion& question);

/// Reads a folder that tests/longvid_synth/make_suite.py wrote. Without `subtitles` the truth of a
/// question about what is said is that it is not shown. Errors: Error{kUsage} for a missing or
/// damaged questions.jsonl, with its line.
EvalSuite readSynthSuite(const std::filesystem::path& folder, bool subtitles = false);

/// Names that readPublicSuite knows.
std::vector<std::string> publicFormats();

/// Reads a user's own copy of a public set. Errors: Error{kUsage} for an unknown format, and for a
/// folder without the annotation files or with damaged ones.
EvalSuite readPublicSuite(const std::string& format, const std::filesystem::path& folder);

}  // namespace reelquery
