#pragma once
// A session that answers at once from a script, and files for suites that need no real video.

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/eval/eval_run.h"

namespace reelquery {

/// What the scripted session says to a request: its end. The request number is filled in.
using Script = std::function<Event(const AskRequest&)>;

/// Requests in the order they came.
struct ScriptedSession {
    std::vector<AskRequest> asked;
    Script script;

    /// Call once; this must outlive the session made.
    SessionFactory factory();
};

/// An answer with figures that follow from the request.
AnswerReport answerOf(const std::string& text, const AskRequest& request);

/// An empty folder below the build folder.
std::filesystem::path emptyTestFolder(const std::string& name);

/// A file of these bytes; parents are made.
void writeFile(const std::filesystem::path& file, const std::string& text);

/// `videos` videos with three questions each: colour, when, letter. The files exist and are empty.
EvalRequest smallRun(const std::filesystem::path& folder, int videos,
                     const std::vector<std::string>& modes);

}  // namespace reelquery
