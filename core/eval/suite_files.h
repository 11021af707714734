#pragma once
// Reading annotation files: JSON and JSON lines of other people, with errors that say where.

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/eval/eval_suite.h"

namespace reelquery {

/// One entry of an annotation file and where it stands.
struct Annotation {
    nlohmann::json json;  ///< an object
    std::string where;    ///< "questions.jsonl:3", "lvb_val.json[2]"

    /// A text field; numbers are written out. Throws Error{kUsage} where it is absent.
    std::string text(const char* key) const;

    /// The same, or empty.
    std::string textOr(const char* key) const;

    /// A list of texts. Throws Error{kUsage} where it is absent or empty.
    std::vector<std::string> texts(const char* key) const;

    [[noreturn]] void fail(const std::string& what) const;
};

/// Entries of a file that is one JSON list or has one JSON object a line. Errors: Error{kUsage}
/// where it cannot be read or parsed.
std::vector<Annotation> readAnnotations(const std::filesystem::path& file);

/// A file that is one JSON object. Errors: the same.
Annotation readObject(const std::filesystem::path& file);

/// Moves questions of one video together and leaves out those whose video is not there.
void settleVideos(EvalSuite& suite);

/// "(A) first\n(B) second": options with their letters, `before` and `after` each letter.
std::string optionLines(const std::vector<std::string>& options, const char* before,
                        const char* after);

}  // namespace reelquery
