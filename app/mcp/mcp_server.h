#pragma once
// `reelquery mcp`: the engine as tools of an agent, which starts this program and talks over its
// standard input and output, one message a line.

#include <filesystem>
#include <functional>
#include <vector>

#include "app/serve/chat_request.h"
#include "app/serve/engine_desk.h"
#include "core/session/plan/model_catalog.h"

namespace reelquery {

struct McpOptions {
    std::vector<std::filesystem::path> allowed;
    ServedModel served;
    std::function<std::vector<ModelEntry>()> findModels;
};

/// Answers what comes on descriptor `in` until it ends or `mayGoOn` says no, asked ten times a
/// second; then what still runs is stopped. Writes to descriptor `out`. Thread: main; one more for
/// each call of a tool.
void serveMcp(const McpOptions& options, const MakeSession& makeSession, int in, int out,
              const std::function<bool()>& mayGoOn);

}  // namespace reelquery
