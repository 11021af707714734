#pragma once
// The Model Context Protocol's messages: what comes in, and the envelopes of what goes out.
//
// Note [Two forms of the protocol]
// Up to 2025-11-25 a client begins with `initialize` and both keep to the version agreed there.
// From 2026-07-28 on there is no beginning: every request names its version in `_meta`,
// `server/discover` tells what is served, and every result says what kind it is. Both are answered,
// request by request.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace reelquery {

using McpJson = nlohmann::ordered_json;

/// Codes of JSON-RPC and of the protocol.
enum class McpCode {
    kParseError = -32700,
    kInvalidRequest = -32600,
    kNoSuchMethod = -32601,
    kInvalidParams = -32602,
    kInternal = -32603,
    kUnsupportedVersion = -32022
};

/// A request or a notification.
struct McpMessage {
    McpJson id;  ///< null: a notification, which gets no answer
    bool isNotification = false;
    std::string method;
    McpJson params = McpJson::object();
    bool isModern = false;  ///< see Note [Two forms of the protocol]
};

/// What could not be taken, with the answer to send.
struct McpRefusal {
    McpJson reply;
};

/// Reads one line. Throws McpRefusal. Pure.
McpMessage readMcpMessage(const std::string& line);

/// Answers, each one line without its end.
std::string mcpResult(const McpMessage& request, McpJson result);
std::string mcpError(const McpJson& id, McpCode code, const std::string& message);
std::string mcpNotification(const std::string& method, const McpJson& params);

/// The results of `initialize` and `server/discover`.
McpJson mcpInitializeResult(const McpMessage& request);
McpJson mcpDiscoverResult();

}  // namespace reelquery
