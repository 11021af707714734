#pragma once
// Asks the questions of a suite through the real pipeline.

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/eval/eval_record.h"
#include "core/eval/eval_suite.h"
#include "core/eval/session_caller.h"

namespace reelquery {

/// One way of reading the prompt.
struct EvalMode {
    std::string name;  ///< "dense", "xattention", "auto"
    AttentionOptions attention;
    bool isControl = false;  ///< keeps blocks that nobody chose: what it passes shows nothing
};

/// What to ask and how.
struct EvalRequest {
    EvalSuite suite;
    std::vector<EvalMode> modes;
    AskRequest ask;  ///< model, sampling, generation, evidence; the rest comes from the questions
    std::filesystem::path log;  ///< of the answers
    std::string suiteId;        ///< suiteId() of the whole suite, before a limit cut it
    std::string modelFiles;     ///< modelIdentity() of the model's folder
    std::string program;        ///< version of the program that answers
    /// By how large a share of the questions a mode may be worse than dense. Part of the settings
    /// of the log, so that it is stated before the first answer. Nothing: no verdict is given.
    std::optional<double> margin;
    bool isShortened =
        false;  ///< ask.generation's length was asked for and holds for all questions
};

/// After each question.
struct EvalStep {
    const EvalQuestion& question;
    const EvalRecord& record;
    std::size_t done = 0, total = 0;  ///< of questions times modes, those of earlier runs included
    double leftS = 0;                 ///< from the mean of this run
};

using EvalProgress = std::function<void(const EvalStep&)>;

/// Every record of the run, in the order of the questions, mode by mode.
struct EvalOutcome {
    std::vector<EvalRecord> records;
    bool stopped = false;  ///< on request, before the end
};

/// The questions `limit` leaves: the first ones of every video (of words alone: of every task) in
/// turn, circles whole. 0: all.
std::vector<EvalQuestion> limited(std::vector<EvalQuestion> questions, int limit);

/// Tells a suite by what it asks and what is right: 32 hexadecimal digits. Videos count by their
/// paths.
std::string suiteId(const EvalSuite& suite);

/// What the answers of a log depend on, as one line of JSON; attention by mode.
std::string settingsJson(const EvalRequest& request);

/// Asks what the log does not hold yet. Where the first mode is dense, each other answer's first
/// token is held against that of dense attention, which is asked once more where only the log has
/// its answer; a server's answers tell nothing of it. All questions on a video follow each other,
/// mode by mode, so that its features and its kept prefix serve them all. A question that fails is
/// recorded and the run goes on; where the video itself cannot be read, its other questions fail
/// unasked. Thread: any; blocks. Errors: Error{kModel}, {kDevice} where no question can be
/// answered, {kUsage} for a log of other settings.
EvalOutcome runEval(const EvalRequest& request, SessionCaller& session,
                    const EvalProgress& progress);

}  // namespace reelquery
