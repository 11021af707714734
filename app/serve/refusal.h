#pragma once
// Why a request from another program is not served, in our own words.

#include <exception>
#include <string>
#include <utility>

namespace reelquery {

/// Thrown while a request is read, caught once where it is answered. The words go to a stranger:
/// they name fields and limits, never paths, addresses or what a library said.
class Refusal : public std::exception {
  public:
    /// status: of HTTP. parameter: the field that is wrong; may be empty.
    Refusal(int status, std::string message, std::string parameter = {})
        : status_(status), message_(std::move(message)), parameter_(std::move(parameter)) {}

    int status() const noexcept { return status_; }

    const std::string& message() const noexcept { return message_; }

    const std::string& parameter() const noexcept { return parameter_; }

    const char* what() const noexcept override { return message_.c_str(); }

  private:
    int status_;
    std::string message_, parameter_;
};

}  // namespace reelquery
