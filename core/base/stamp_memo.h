#pragma once
// What was worked out of a file, for as long as the file is untouched.

#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "core/base/file_stamp.h"

namespace reelquery {

/// Remembers one text a file. Thread: any.
class StampMemo {
  public:
    /// What is remembered for the stamp, else what `work` returns; that is kept where it is not
    /// empty and the stamp is settled. `work` may run twice where two threads ask at once.
    std::string get(const FileStamp& stamp, const std::function<std::string()>& work);

  private:
    std::mutex mutex_;
    std::map<FileStamp, std::string> known_;
};

}  // namespace reelquery
