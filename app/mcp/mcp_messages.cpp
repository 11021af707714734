#include "app/mcp/mcp_messages.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "app/version.h"
#include "core/base/json_nesting.h"

namespace reelquery {

namespace {

constexpr std::string_view kModernVersion = "2026-07-28";
constexpr std::string_view kLatestAgreedVersion = "2025-11-25";
constexpr std::array<std::string_view, 4> kAgreedVersions = {"2024-11-05", "2025-03-26",
                                                             "2025-06-18", kLatestAgreedVersion};
constexpr const char* kVersionKey = "io.modelcontextprotocol/protocolVersion";
constexpr const char* kServerKey = "io.modelcontextprotocol/serverInfo";
constexpr const char* kInstructions =
    "Answers questions about local video files with a model on this machine. A long video costs "
    "time: give from_s and to_s where you know the stretch, and fps 1 or less for long ones. Times "
    "are seconds from the start of the file.";

McpJson error(const McpJson& id, McpCode code, const std::string& message) {
    return {{"jsonrpc", "2.0"},
            {"id", id},
            {"error", {{"code", static_cast<int>(code)}, {"message", message}}}};
}

std::string dumped(const McpJson& json) {
    return json.dump(-1, ' ', false, McpJson::error_handler_t::replace);
}

McpJson serverInfo() {
    return {{"name", "reelquery"}, {"title", "Reelquery"}, {"version", kVersion}};
}

McpJson capabilities() {
    return {{"tools", McpJson::object()}};
}

/// Marks a request of the newer form; refuses a version that is not served.
void readVersion(McpMessage& message) {
    if (!message.params.contains("_meta") || !message.params["_meta"].is_object()) return;
    const McpJson& meta = message.params["_meta"];
    if (!meta.contains(kVersionKey)) return;
    message.isModern = true;
    if (meta[kVersionKey] == kModernVersion) return;
    McpJson reply = error(message.id, McpCode::kUnsupportedVersion, "unsupported protocol version");
    reply["error"]["data"] = {{"supported", McpJson::array({kModernVersion})},
                              {"requested", meta[kVersionKey]}};
    throw McpRefusal{std::move(reply)};
}

}  // namespace

McpMessage readMcpMessage(const std::string& line) {
    McpJson json;
    if (!nestsDeeperThan(line)) json = McpJson::parse(line, nullptr, false);
    if (json.is_discarded() || json.is_null()) {
        throw McpRefusal{error(nullptr, McpCode::kParseError, "this line is not JSON")};
    }
    const bool isObject = json.is_object();
    McpMessage message;
    if (isObject && json.contains("id")) message.id = json["id"];
    const bool hasGoodId = message.id.is_string() || message.id.is_number_integer();
    const bool isRequest = isObject && json.value("jsonrpc", McpJson()) == "2.0" &&
                           json.value("method", McpJson()).is_string();
    if (!isRequest || (json.contains("id") && !hasGoodId)) {
        throw McpRefusal{error(hasGoodId ? message.id : McpJson(), McpCode::kInvalidRequest,
                               "this is not a request of JSON-RPC 2.0")};
    }
    message.isNotification = !json.contains("id");
    message.method = json["method"].get<std::string>();
    if (json.contains("params")) message.params = json["params"];
    if (!message.params.is_object()) {
        throw McpRefusal{error(message.id, McpCode::kInvalidParams, "params must be an object")};
    }
    readVersion(message);
    return message;
}

std::string mcpResult(const McpMessage& request, McpJson result) {
    if (request.isModern) {
        result["resultType"] = "complete";
        result["_meta"] = {{kServerKey, serverInfo()}};
    }
    return dumped({{"jsonrpc", "2.0"}, {"id", request.id}, {"result", std::move(result)}});
}

std::string mcpError(const McpJson& id, McpCode code, const std::string& message) {
    return dumped(error(id, code, message));
}

std::string mcpNotification(const std::string& method, const McpJson& params) {
    return dumped({{"jsonrpc", "2.0"}, {"method", method}, {"params", params}});
}

McpJson mcpInitializeResult(const McpMessage& request) {
    const McpJson asked = request.params.value("protocolVersion", McpJson());
    const bool isKnown =
        std::any_of(kAgreedVersions.begin(), kAgreedVersions.end(),
                    [&](const std::string_view version) { return asked == version; });
    return {{"protocolVersion", isKnown ? asked : McpJson(kLatestAgreedVersion)},
            {"capabilities", capabilities()},
            {"serverInfo", serverInfo()},
            {"instructions", kInstructions}};
}

McpJson mcpDiscoverResult() {
    return {{"supportedVersions", McpJson::array({kModernVersion})},
            {"capabilities", capabilities()},
            {"instructions", kInstructions},
            {"ttlMs", 0},
            {"cacheScope", "private"}};
}

}  // namespace reelquery
