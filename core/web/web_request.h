#pragma once
// One request to another program's HTTP server, by libcurl. Nothing here is ever called unless a
// person asked for what needs the network.

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/cancel.h"

namespace reelquery {

struct WebRequest {
    std::string url;
    std::vector<std::pair<std::string, std::string>> fields;  ///< beside those of HTTP itself
    std::string body;               ///< sent by POST where it is not empty
    bool followsRedirects = false;  ///< never from https to http; Authorization stays with the host
    std::chrono::milliseconds connectTime{10'000};
    std::chrono::milliseconds silence{60'000};  ///< longest time without a byte; 0: any
    std::filesystem::path certificates;         ///< of a private authority; empty: the system's
};

/// What came before the body; of the last one, where redirects were followed.
struct WebHead {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> fields;  ///< names in lower case

    /// Empty where it is absent.
    std::string field(std::string_view name) const;
};

/// Takes a piece of the body; false ends the transfer, which then counts as whole.
using WebReceiver = std::function<bool(const WebHead& head, std::string_view piece)>;

/// The transfer broke off: nobody there, cut, too slow, not trusted. Its message names the host and
/// what happened, its hint what to do.
class WebFailure : public Error {
  public:
    enum class Kind { kUnreachable, kCut, kSilent, kUntrusted, kOther };

    WebFailure(Kind kind, std::string message, std::string hint)
        : Error(ErrorCode::kModel, std::move(message), std::move(hint)), kind_(kind) {}

    Kind kind() const noexcept { return kind_; }

  private:
    Kind kind_;
};

/// Sends it and hands the body on as it comes, on the calling thread; any status is a reply. TLS is
/// verified; http and https only. A proxy is taken from the environment, but not for this machine.
/// Thread: any. Errors: WebFailure; kCancelled, 0.2 s after a stop at most; what `receive` throws.
WebHead sendWebRequest(const WebRequest& request, const WebReceiver& receive,
                       const CancelToken& cancel);

/// The same with the body as a text of at most `most` bytes; more is a WebFailure.
std::pair<WebHead, std::string> fetchText(const WebRequest& request, std::size_t most,
                                          const CancelToken& cancel);

/// "host:port" of a URL, for messages.
std::string hostOf(const std::string& url);

}  // namespace reelquery
