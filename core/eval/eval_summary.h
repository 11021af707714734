#pragma once
// What a run showed, counted: per task and length, dense against sparse.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/eval/eval_run.h"
#include "core/eval/eval_verdicts.h"
#include "core/eval/statistics.h"

namespace reelquery {

/// One task of one length class in one mode. "all" stands for all tasks.
struct EvalRow {
    std::string task, length, mode;
    std::int64_t videoTokens = 0, promptTokens = 0;  ///< medians
    int correct = 0, total = 0, failed = 0;
    Interval interval;  ///< of correct / total
    double score = 0;   ///< mean; differs from correct / total for lists (F1) and graded suites
    /// The same with its interval where a suite is graded: by films, or wilsonOfMean where that is
    /// wider, as it is where scores are all the same.
    std::optional<ClusteredMean> scores;
    double attentionS = 0, selectionS = 0;  ///< median attention, and choosing inside it, of fresh
    double density = 1;                     ///< mean over the answers whose whole prompt was read
    double firstTokenS = 0;                 ///< median over the same
    double reusedFirstTokenS = 0;  ///< median where the video was still in memory; 0: none was
    int fresh = 0, reused = 0;     ///< answers behind these figures
    int evidenceHits = 0, evidenceOf = 0;  ///< right answers whose top moments meet the interval
};

/// The same questions in two modes.
struct EvalPairs {
    std::string task, length, mode;  ///< the mode dense is held against
    int both = 0, onlyDense = 0, onlySparse = 0, neither = 0;
    double p = 1;  ///< McNemar
};

/// Questions asked in several option orders: right only if all of them are.
struct EvalCircles {
    std::string task, mode;
    int correct = 0, total = 0;
    Interval interval;
};

/// Questions worded one way.
struct EvalVariant {
    std::string variant, mode;
    int correct = 0, total = 0;
    Interval interval;
};

struct EvalFailure {
    std::string video, message;
    int questions = 0;
};

struct EvalSummary {
    std::string suite, settings;  ///< settings: the JSON of the log's first line
    std::string machine, version;
    std::vector<std::string> modes, notes;
    std::vector<std::string> missingVideos;
    std::vector<EvalRow> rows;     ///< by task and length, then "all" by length
    std::vector<EvalRow> totals;   ///< one per mode: all tasks, all lengths
    std::vector<EvalPairs> pairs;  ///< empty unless two modes ran
    std::vector<EvalCircles> circles;
    std::vector<EvalVariant> variants;
    std::vector<EvalFailure> failures;
    std::optional<double> margin;       ///< as EvalRequest
    std::vector<EvalVerdict> verdicts;  ///< empty unless two modes ran
    std::vector<EvalChoice> choices;    ///< of the verdicts
    bool taskMeanCounts = false;
    bool isGraded = false;  ///< scores, not right answers, are the published figure
    bool isWords = false;   ///< nothing is shown: lengths are those of prompts
    bool stopped = false;

    /// Mean over the tasks of the share that is right, all orders counted as one where there are
    /// circles, or of the score where the suite is graded: the published figure of VNBench, MLVU,
    /// RULER and LongBench.
    double taskMean(const std::string& mode) const;
};

/// Counts. `machine` and `version` are passed through.
EvalSummary summarize(const EvalRequest& request, const EvalOutcome& outcome, std::string machine,
                      std::string version);

/// One object: `rows` with task, video_tokens, mode, correct, total, density, first_token_s and
/// intervals; `pairs`, `verdicts` with films, questions, difference, bounds; `choices`, `circles`,
/// `failures`, settings.
std::string summaryJson(const EvalSummary& summary);

}  // namespace reelquery
