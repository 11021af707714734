#pragma once
// What an agent may call: ask about a video, find moments in it, what a video is, which models
// there are.

#include <functional>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <vector>

#include "app/serve/chat_request.h"
#include "app/serve/engine_desk.h"
#include "app/serve/media_door.h"
#include "core/session/plan/model_catalog.h"

namespace reelquery {

/// What all calls share.
struct McpTools {
    EngineDesk& desk;
    const MediaDoor& door;
    const ServedModel& served;
    std::function<std::vector<ModelEntry>()> findModels;
};

/// How far a call is: `done` of `total`, growing, and what is being done.
using ToolProgress = std::function<void(double done, double total, const std::string& what)>;

/// The list of tools, as tools/list tells it.
nlohmann::ordered_json toolList();

bool isTool(const std::string& name);

/// The stop was asked for: nobody waits for a result.
struct ToolStopped {};

/// Calls one, which isTool(). What goes wrong is a result, too (isError), for the agent to read.
/// Thread: any, several at a time. Throws ToolStopped within 0.5 s of a stop.
nlohmann::ordered_json callTool(const std::string& name, const nlohmann::ordered_json& arguments,
                                const McpTools& tools, const ToolProgress& progress,
                                const std::stop_token& stop);

}  // namespace reelquery
