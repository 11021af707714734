#include "app/mcp/mcp_server.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "app/mcp/mcp_messages.h"
#include "app/mcp/mcp_tools.h"

namespace reelquery {

namespace {

constexpr std::size_t kLongestLine = 1 << 20;
constexpr std::size_t kMostCalls = 8;  // at a time
constexpr int kStopPollMs = 100;

/// Whole lines out of a descriptor.
class LineReader {
  public:
    explicit LineReader(int in) : in_(in) {}

    /// The next line; nothing once the other side has ended or `mayGoOn` says no. A line that is
    /// too long comes as "", once.
    std::optional<std::string> next(const std::function<bool()>& mayGoOn) {
        for (;;) {
            if (const auto end = rest_.find('\n'); end != std::string::npos) {
                std::string line = rest_.substr(0, end);
                rest_.erase(0, end + 1);
                if (!std::exchange(isTooLong_, false)) return line;
                return std::string("(too long)");
            }
            if (rest_.size() > kLongestLine) {
                rest_.clear();
                isTooLong_ = true;
            }
            if (!mayGoOn() || !read()) return std::nullopt;
        }
    }

  private:
    /// Returns whether there may be more.
    bool read() {
        pollfd wait = {in_, POLLIN, 0};
        if (::poll(&wait, 1, kStopPollMs) <= 0) return true;
        std::array<char, 16 << 10> piece;
        const ssize_t bytes = ::read(in_, piece.data(), piece.size());
        if (bytes < 0) return errno == EINTR || errno == EAGAIN;
        rest_.append(piece.data(), static_cast<std::size_t>(bytes));
        return bytes > 0;
    }

    const int in_;
    std::string rest_;
    bool isTooLong_ = false;
};

class McpServer {
  public:
    McpServer(const McpOptions& options, const MakeSession& makeSession, int out)
        : out_(out),
          door_(options.allowed),
          served_(options.served),
          desk_(makeSession),
          tools_{desk_, door_, served_, options.findModels} {}

    void take(const std::string& line) {
        std::erase_if(calls_, [](const Call& call) { return call.isOver.load(); });
        try {
            answer(readMcpMessage(line));
        } catch (const McpRefusal& refusal) {
            send(refusal.reply.dump());
        }
    }

  private:
    struct Call {
        McpJson id;
        std::atomic<bool> isOver = false;
        std::jthread thread;  // last: stops and joins before the rest goes
    };

    void answer(const McpMessage& message) {
        if (message.isNotification) {
            if (message.method == "notifications/cancelled") stop(message.params);
            return;  // the others change nothing here
        }
        if (message.method == "initialize") {
            send(mcpResult(message, mcpInitializeResult(message)));
        } else if (message.method == "server/discover") {
            send(mcpResult(message, mcpDiscoverResult()));
        } else if (message.method == "ping") {
            send(mcpResult(message, McpJson::object()));
        } else if (message.method == "tools/list") {
            McpJson result = {{"tools", toolList()}};
            if (message.isModern) result.update({{"ttlMs", 0}, {"cacheScope", "private"}});
            send(mcpResult(message, std::move(result)));
        } else if (message.method == "tools/call") {
            call(message);
        } else {
            send(mcpError(message.id, McpCode::kNoSuchMethod, "no such method"));
        }
    }

    void call(const McpMessage& message) {
        const McpJson name = message.params.value("name", McpJson());
        const McpJson arguments = message.params.value("arguments", McpJson::object());
        if (!name.is_string() || !isTool(name.get<std::string>()) || !arguments.is_object()) {
            send(mcpError(message.id, McpCode::kInvalidParams, "no such tool"));
            return;
        }
        const bool isKnown = std::any_of(calls_.begin(), calls_.end(),
                                         [&](const Call& one) { return one.id == message.id; });
        if (isKnown || calls_.size() >= kMostCalls) {
            send(mcpError(message.id, McpCode::kInvalidRequest,
                          isKnown ? "this id is in use" : "too many calls at a time"));
            return;
        }
        Call& one = calls_.emplace_back();
        one.id = message.id;
        one.thread = std::jthread([this, message, arguments, tool = name.get<std::string>(),
                                   &one](const std::stop_token& stopped) {
            run(message, tool, arguments, stopped);
            one.isOver = true;
        });
    }

    void run(const McpMessage& message, const std::string& tool, const McpJson& arguments,
             const std::stop_token& stopped) noexcept {
        try {
            send(mcpResult(message,
                           callTool(tool, arguments, tools_, progressOf(message), stopped)));
        } catch (const ToolStopped&) {
            // Whoever stops a call wants no answer to it.
        } catch (const std::exception&) {
            send(
                R"({"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"internal error"}})");
        }
    }

    ToolProgress progressOf(const McpMessage& message) {
        const McpJson meta = message.params.value("_meta", McpJson::object());
        const McpJson token = meta.is_object() ? meta.value("progressToken", McpJson()) : McpJson();
        if (token.is_null()) return [](double, double, const std::string&) {};
        return [this, token](double done, double total, const std::string& what) {
            send(mcpNotification("notifications/progress", {{"progressToken", token},
                                                            {"progress", done},
                                                            {"total", total},
                                                            {"message", what}}));
        };
    }

    void stop(const McpJson& params) {
        const McpJson id = params.value("requestId", McpJson());
        for (Call& call : calls_)
            if (call.id == id) call.thread.request_stop();
    }

    void send(std::string line) {
        line += '\n';
        std::lock_guard lock(sending_);
        for (std::size_t done = 0; done < line.size();) {
            const ssize_t bytes = ::write(out_, line.data() + done, line.size() - done);
            if (bytes < 0 && errno == EINTR) continue;
            if (bytes <= 0) return;  // its reader has gone; the end of its input will follow
            done += static_cast<std::size_t>(bytes);
        }
    }

    const int out_;
    std::mutex sending_;  // a line at a time
    const MediaDoor door_;
    const ServedModel& served_;
    EngineDesk desk_;
    const McpTools tools_;
    std::list<Call> calls_;  // main thread; last: their threads use all of the above
};

}  // namespace

void serveMcp(const McpOptions& options, const MakeSession& makeSession, int in, int out,
              const std::function<bool()>& mayGoOn) {
    McpServer server(options, makeSession, out);
    LineReader lines(in);
    while (const std::optional<std::string> line = lines.next(mayGoOn)) {
        if (line->find_first_not_of(" \t\r") == std::string::npos) continue;
        server.take(*line);
    }
}

}  // namespace reelquery
