#pragma once
// `reelquery serve`: other programs ask this machine's engine over loopback, in the words of the
// OpenAI interface. It listens on 127.0.0.1 and ::1 and nowhere else, fetches nothing, writes no
// file and knows no route that loads a model; see door_rules.h for who may come in.

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "app/serve/chat_request.h"
#include "app/serve/engine_desk.h"
#include "app/serve/http_connection.h"
#include "app/serve/media_door.h"

namespace reelquery {

/// What one request came to.
struct ServedCall {
    std::string program;      ///< as it calls itself, short and printable; empty: it does not say
    bool isQuestion = false;  ///< else somebody looked what there is
    bool wasLetIn = false;    ///< see judgeHead
    int status = 0;           ///< of HTTP; 499: it left first
};

/// How a server is to go on.
enum class ServeCourse {
    kGoOn,
    kFinish,  ///< what was taken is answered, nothing else is let in
    kStop     ///< at once: what is being answered breaks off
};

struct ServeOptions {
    int port = 0;  ///< 0: any that is free
    std::vector<std::filesystem::path> allowed;
    std::string howToAllow = kAllowByFlag;  ///< see MediaDoor
    std::string key;
    ServedModel served;
    HttpLimits http;
    std::size_t mostConnections = 32;
    std::size_t mostWaiting = 8;
    std::size_t mostLargeBodies = 2;  ///< of more than 1 MiB at a time
    std::chrono::seconds answerTime{3600};
    std::function<void(const ServedCall&)> called;  ///< after each request, on its thread; or empty
    /// Hears in full why the model or its device failed at a question: its asker is told that it
    /// did. On threads of connections. May be empty.
    std::function<void(const std::string& problem)> failed;
    /// Hears whose questions are being answered or wait, as they call themselves and in order,
    /// whenever that changes; one call at a time, on their threads. May be empty.
    std::function<void(const std::vector<std::string>& programs)> asking;
};

/// Serves as `course` says, asked ten times a second. `ready` hears the port once requests are
/// taken. Thread: main; one more for each connection. Throws Error{kUsage} where the port is taken,
/// Error{kModel} where the model cannot be loaded.
void serve(const ServeOptions& options, const MakeSession& makeSession,
           const std::function<void(int port)>& ready, const std::function<ServeCourse()>& course);

}  // namespace reelquery
