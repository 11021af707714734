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
};

/// Serves until `mayGoOn` says no, asked ten times a second. `ready` hears the port once requests
/// are taken. Thread: main; one more for each connection. Throws Error{kUsage} where the port is
/// taken, Error{kModel} where the model cannot be loaded.
void serve(const ServeOptions& options, const MakeSession& makeSession,
           const std::function<void(int port)>& ready, const std::function<bool()>& mayGoOn);

}  // namespace reelquery
