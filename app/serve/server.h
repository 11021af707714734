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

namespace reelquery {

/// What one request came to.
struct ServedCall {
    std::string program;      ///< as it calls itself, short and printable; empty: it does not say
    bool isQuestion = false;  ///< else somebody looked what there is
    bool wasLetIn = false;    ///< see judgeHead
    int status = 0;           ///< of HTTP; 499: it left first
};

struct ServeOptions {
    int port = 0;  ///< 0: any that is free
    std::vector<std::filesystem::path> allowed;
    std::string key;
    ServedModel served;
    HttpLimits http;
    std::size_t mostConnections = 32;
    std::size_t mostWaiting = 8;
    std::size_t mostLargeBodies = 2;  ///< of more than 1 MiB at a time
    std::chrono::seconds answerTime{3600};
    std::function<void(const ServedCall&)> called;  ///< after each request, on its thread; or empty
};

/// Serves until `mayGoOn` says no, asked ten times a second. `ready` hears the port once requests
/// are taken. Thread: main; one more for each connection. Throws Error{kUsage} where the port is
/// taken, Error{kModel} where the model cannot be loaded.
void serve(const ServeOptions& options, const MakeSession& makeSession,
           const std::function<void(int port)>& ready, const std::function<bool()>& mayGoOn);

}  // namespace reelquery
