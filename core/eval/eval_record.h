#pragma once
// One answered (or failed) question as it stands in the log, one JSON object on a line.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/eval/eval_suite.h"
#include "core/session/report/answer_report.h"

namespace reelquery {

/// What is kept of one answer. A failed question has `error` and nothing measured.
struct EvalRecord {
    std::string id;     ///< of the question
    std::string mode;   ///< "dense", "xattention", "auto"
    std::string error;  ///< one line; empty: it was answered
    std::string answer;
    bool right = false;
    double score = 0;       ///< F1 for a list, from 0 to 1 where a suite is graded, else 1 or 0
    double toleranceS = 0;  ///< that a time could be off
    std::int64_t videoTokens = 0, promptTokens = 0, reusedTokens = 0;
    double density = 1;
    double prefillS = 0, attentionS = 0, selectionS = 0, firstTokenS = 0;
    /// KL(dense || this mode) of the first answer token, in nats; nothing for dense itself.
    std::optional<double> firstTokenKl;
    std::optional<bool> evidenceHit;  ///< a top moment overlaps the true interval

    bool answered() const { return error.empty(); }

    /// The whole prompt was read for this answer, so its density and times are those of the video.
    bool isFresh() const { return reusedTokens == 0; }
};

/// Moments of AnswerReport::evidence that may count as hits.
inline constexpr std::size_t kTopMoments = 3;

/// Scores an answer: the one place where a report becomes right or wrong.
EvalRecord scoredRecord(const EvalQuestion& question, ScoringRule rule, const std::string& mode,
                        const AnswerReport& report);

/// One line without its end.
std::string recordLine(const EvalRecord& record);

/// Nothing for a line that is no record.
std::optional<EvalRecord> readRecord(std::string_view line);

}  // namespace reelquery
