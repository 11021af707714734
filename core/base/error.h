#pragma once
// The one exception type of the project and the check macro for programmer errors.

#include <exception>
#include <string>

namespace reelquery {

/// What kind of thing went wrong; the command line maps it to its exit code (app/cli/exit_codes.h).
enum class ErrorCode {
    kUsage,      ///< the request itself makes no sense
    kVideo,      ///< the video cannot be read
    kModel,      ///< the model folder is incomplete, damaged or unsupported
    kDevice,     ///< no such device, or it failed
    kMemory,     ///< it does not fit
    kCancelled,  ///< the user stopped it
    kInternal,   ///< a bug of ours
};

/// An expected failure, worded for the person in front of the screen.
/// Thrown inside core and vision, caught once by the session's engine (or by main) and shown as is.
class Error : public std::exception {
  public:
    /// message: what went wrong and where. hint: what to do; may be empty. Each becomes one line.
    Error(ErrorCode code, std::string message, std::string hint = {});

    ErrorCode code() const noexcept { return code_; }

    const std::string& message() const noexcept { return message_; }

    const std::string& hint() const noexcept { return hint_; }

    /// "message (hint)" on one line.
    const char* what() const noexcept override { return line_.c_str(); }

  private:
    ErrorCode code_;
    std::string message_;
    std::string hint_;
    std::string line_;
};

/// Throws Error{kInternal} naming the broken condition and its place.
[[noreturn]] void failedEnsure(const char* condition, const char* file, int line,
                               const std::string& why);

}  // namespace reelquery

/// States what the programmer relies on. Never for anything a file or a click can bring about.
#define ENSURE(condition, why) \
    ((condition) ? void(0) : ::reelquery::failedEnsure(#condition, __FILE__, __LINE__, (why)))
