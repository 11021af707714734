#pragma once
// What a run says about sparse attention beside dense: the difference by films, whether it is not
// worse by more than the margin, and whether that says anything about which blocks were chosen.

#include <optional>
#include <string>
#include <vector>

#include "core/eval/eval_run.h"
#include "core/eval/paired_statistics.h"

namespace reelquery {

/// One mode beside dense, over all tasks of one length class ("all": of all).
struct EvalVerdict {
    std::string length, mode;
    bool isControl = false;
    PairedDifference found;
    double density = 1;  ///< mean over the answers whose whole prompt was read; 1 without any
    std::optional<Verdict> verdict;  ///< nothing where no margin was stated
    /// KL(dense || mode) of the first answer token in nats, where it is known of any answer.
    std::optional<ClusteredMean> firstTokenKl;
};

/// What a mode that is not inferior shows about its choice of blocks. A control keeps blocks that
/// nobody chose; what it passes, a choice need not be good for.
enum class ChoiceFinding {
    kNothing,    ///< a control is not inferior either
    kShown,      ///< every control is inferior, one of them with as many blocks at least
    kUnfair,     ///< every control is inferior, and all kept fewer blocks than the mode
    kUndecided,  ///< no control passes, and not all fail
    kNoControl   ///< none ran
};

struct EvalChoice {
    std::string length, mode;
    std::string controls;  ///< those that decide: "random at 0.30"
    ChoiceFinding finding = ChoiceFinding::kNoControl;
};

/// Of every mode but dense, by length and at last over all. Empty unless the first mode is dense
/// and another one ran. Questions that either of the two did not answer do not count; a film is
/// a clusterOf. Where the suite is graded, `found` is of the scores.
std::vector<EvalVerdict> verdictsOf(const EvalRequest& request, const EvalOutcome& outcome);

/// One entry for each verdict of kNotInferior that is not a control's.
std::vector<EvalChoice> choicesOf(const std::vector<EvalVerdict>& verdicts);

/// A sentence for the report.
std::string choiceText(const EvalChoice& choice);

/// "not inferior", "inferior", "undecided".
std::string nameOf(Verdict verdict);

}  // namespace reelquery
