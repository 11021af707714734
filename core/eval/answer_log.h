#pragma once
// The answers of a run as JSON lines, appended as they come, so that a run can be killed at any
// moment and taken up again.

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>

#include "core/eval/eval_record.h"

namespace reelquery {

/// One file: its first line states what the answers depend on, each other line is an EvalRecord.
class AnswerLog {
  public:
    /// Opens or makes the file. A last line cut off by a kill is dropped. Errors: Error{kUsage}
    /// where the file was written with other settings, is no log, or cannot be written.
    AnswerLog(std::filesystem::path file, const std::string& settingsJson);

    /// Null where the question has no record in this mode.
    const EvalRecord* find(const std::string& id, const std::string& mode) const;

    /// Writes the line out before it returns; a later record of the same question and mode wins.
    /// Throws Error{kUsage} when the disk takes no more.
    void append(const EvalRecord& record);

  private:
    void readExisting(const std::string& settingsJson);

    std::filesystem::path file_;
    std::map<std::pair<std::string, std::string>, EvalRecord> records_;
    std::ofstream out_;
};

}  // namespace reelquery
