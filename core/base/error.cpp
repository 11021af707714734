#include "core/base/error.h"

#include <utility>

namespace reelquery {

Error::Error(ErrorCode code, std::string message, std::string hint)
    : code_(code),
      message_(std::move(message)),
      hint_(std::move(hint)),
      line_(hint_.empty() ? message_ : message_ + " (" + hint_ + ")") {}

void failedEnsure(const char* condition, const char* file, int line, const std::string& why) {
    throw Error(ErrorCode::kInternal,
                "internal error: " + why + " [" + condition + " at " + file + ":" +
                    std::to_string(line) + "]",
                "please report this");
}

}  // namespace reelquery
