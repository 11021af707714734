#pragma once
// What a server says of itself before the first question.

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/cancel.h"
#include "core/remote/remote_server.h"

namespace reelquery {

/// How a server takes a video's frames best.
enum class FrameForm {
    kPictures,  ///< "[m:ss]" and a picture, for each frame: every server's
    kPairs  ///< "[m:ss]" and a list of two frames, for each pair: vLLM's and ours, half the tokens
};

struct ServerFacts {
    std::string base;     ///< the URL to which /chat/completions is added
    std::string program;  ///< "vLLM 0.32.0", "llama.cpp", ...; empty: not recognised
    std::string model;    ///< the one to ask
    FrameForm form = FrameForm::kPictures;
    bool takesTimes = false;         ///< another Reelquery: frames can have their exact times
    std::int64_t contextTokens = 0;  ///< 0: not told
};

/// "http://host:8000/v1" out of what a person writes. Errors: kUsage.
std::string serverBase(const std::string& url);

/// Reads what /models answered. Errors: kModel where no model or several fit, listing them.
ServerFacts readModels(std::string_view json, const RemoteServer& server, const std::string& base);

/// Asks the server, 5 s at most to reach it. Errors: kModel, kUsage, WebFailure, kCancelled.
ServerFacts askForFacts(const RemoteServer& server, const CancelToken& cancel);

}  // namespace reelquery
