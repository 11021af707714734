#pragma once
// A chat completion as another program asks for it, read from its JSON.

#include <string>

#include "app/serve/shown_media.h"
#include "core/session/session.h"

namespace reelquery {

/// What of a question comes from whoever started the server.
struct ServedModel {
    std::string name;     ///< as requests call it
    AskRequest defaults;  ///< model, sampling, attention and so on; no video, no words
};

/// What `choice` is served as: "embedded", the name that `reelquery models` shows, or its folder's.
/// `executable`: path of this program.
ServedModel servedModel(const ModelChoice& choice, const std::string& executable);

/// One request, with what it shows still to be opened.
struct ChatRequest {
    AskRequest ask;  ///< all but the video
    Shown shown;     ///< what is asked about; nothing for words alone
    bool isStreamed = false;
    bool wantsUsage = false;  ///< at the end of a stream
};

/// Reads the body of POST /v1/chat/completions. Fields that change nothing we promise are passed
/// over, as every server of this interface does. A text that is a time and stands before a picture
/// is its time, no words; other words between the pictures keep their place, of the first message;
/// what would change the answer and cannot be honoured is refused by name, and so is any number
/// outside its range. Pure. Throws Refusal (400, 404).
ChatRequest readChatRequest(std::string body, const ServedModel& served);

}  // namespace reelquery
