#pragma once
// One chat completion from its body to its last byte.

#include <atomic>
#include <chrono>
#include <functional>
#include <string>

#include "app/serve/chat_request.h"
#include "app/serve/engine_desk.h"
#include "app/serve/http_connection.h"
#include "app/serve/media_door.h"
#include "app/serve/server_counters.h"

namespace reelquery {

/// What all requests share.
struct ChatHouse {
    EngineDesk& desk;
    Turns& turns;
    const MediaDoor& door;
    const ServedModel& served;
    ServerCounters& counters;
    std::chrono::seconds answerTime;  ///< for one answer, from its turn on
    const std::atomic<bool>& stopping;
    const std::function<void(const std::string&)>& failed;  ///< as ServeOptions::failed
};

/// A request that was read, with its video open.
struct PreparedChat {
    ChatRequest chat;
    OpenMedia media;
};

/// Reads a body and opens what it names; the body's memory is given back. Throws Refusal.
PreparedChat prepareChat(std::string body, const ChatHouse& house);

/// Answers on the connection, which waits for its turn; a client that leaves stops it within 0.5 s.
/// Returns the status to count. Throws Refusal while nothing was sent yet.
int answerChat(HttpConnection& connection, PreparedChat prepared, const ChatHouse& house);

}  // namespace reelquery
