#include "app/serve/server.h"

#include <unistd.h>

#include <atomic>
#include <list>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <utility>
#include <variant>

#include "app/serve/chat_reply.h"
#include "app/serve/chat_service.h"
#include "app/serve/door_rules.h"
#include "app/serve/loopback_listener.h"
#include "app/serve/media_door.h"
#include "app/serve/refusal.h"
#include "app/serve/server_counters.h"
#include "core/base/error.h"

namespace reelquery {

namespace {

constexpr const char* kJson = "application/json";
constexpr const char* kChatPath = "/v1/chat/completions";
constexpr std::size_t kLargeBody = 1 << 20;
constexpr auto kAcceptPoll = std::chrono::milliseconds(100);

/// Counts up while it lives.
class Counted {
  public:
    explicit Counted(std::atomic<std::size_t>& count) : count_(count), before_(count_++) {}

    ~Counted() { --count_; }

    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

    std::size_t before() const { return before_; }

  private:
    std::atomic<std::size_t>& count_;
    const std::size_t before_;
};

/// Whose questions are taken. Synchronised by mutex_; thread: any.
class Askers {
  public:
    using Listener = std::function<void(const std::vector<std::string>&)>;

    explicit Askers(const Listener& changed) : changed_(changed) {}

    /// One of them, while it lives.
    class Asker {
      public:
        Asker(Askers& all, const std::string& program) : all_(all), place_(all.enter(program)) {}

        ~Asker() { all_.leave(place_); }

        Asker(const Asker&) = delete;
        Asker& operator=(const Asker&) = delete;

      private:
        Askers& all_;
        const std::list<std::string>::iterator place_;
    };

    bool isEmpty() const {
        const std::lock_guard lock(mutex_);
        return programs_.empty();
    }

  private:
    std::list<std::string>::iterator enter(const std::string& program) {
        const std::lock_guard lock(mutex_);
        const auto place = programs_.insert(programs_.end(), program);
        tell();
        return place;
    }

    void leave(std::list<std::string>::iterator place) {
        const std::lock_guard lock(mutex_);
        programs_.erase(place);
        tell();
    }

    void tell() const {  // mutex_ is held, so that what is told keeps its order
        if (changed_) changed_({programs_.begin(), programs_.end()});
    }

    const Listener& changed_;
    mutable std::mutex mutex_;
    std::list<std::string> programs_;  // guarded by mutex_
};

/// The first word of a User-Agent with what belongs to it, as "OpenAI/Python 3.57.0": letters that
/// a stranger chose, so few of them and plain ones.
std::string programName(const std::string& agent) {
    constexpr std::size_t kLongest = 40;
    std::string name;
    for (const char c : agent.substr(0, agent.find('('))) {
        if (name.size() == kLongest) break;
        if (c > ' ' && c < 127 && c != '<' && c != '&') name += c;
        if (c == ' ' && !name.empty() && name.back() != ' ') name += c;
    }
    while (!name.empty() && name.back() == ' ') name.pop_back();
    return name;
}

/// The threads of connections and what they share.
class Server {
  public:
    Server(const ServeOptions& options, const MakeSession& makeSession)
        : options_(options),
          askers_(options.asking),
          door_(options.allowed, options.howToAllow),
          turns_(options.mostWaiting),
          desk_(makeSession),
          house_{desk_,     turns_,         door_, options_.served, counters_, options_.answerTime,
                 stopping_, options_.failed} {}

    void loadModel(const std::function<ServeCourse()>& course) {
        const auto request = desk_.start(
            [this](Session& session) { return session.loadModel(options_.served.defaults.model); });
        while (course() == ServeCourse::kGoOn) {
            const std::optional<Event> event = request->next(kAcceptPoll);
            if (!event) continue;
            if (const auto* failed = std::get_if<Failed>(&*event)) {
                throw Error(failed->code, failed->message, failed->hint);
            }
            if (request->hasEnded()) return;
        }
    }

    /// Takes connections while it is to go on.
    void run(LoopbackListener& listener, const std::function<ServeCourse()>& course) {
        while (course() == ServeCourse::kGoOn) {
            const int socket = listener.acceptWithin(kAcceptPoll);
            threads_.remove_if([](const Talk& talk) { return talk.isOver.load(); });
            if (socket < 0) continue;
            if (threads_.size() >= options_.mostConnections) {
                ::close(socket);
                continue;
            }
            Talk& talk = threads_.emplace_back();
            talk.thread = std::jthread([this, socket, &talk] {
                talkWith(socket);
                talk.isOver = true;
            });
        }
    }

    /// Ends it, after what is being answered where that is to be finished.
    void end(const std::function<ServeCourse()>& course) {
        isFinishing_ = true;
        while (!askers_.isEmpty() && course() == ServeCourse::kFinish)
            std::this_thread::sleep_for(kAcceptPoll);
        stopping_ = true;
        threads_.clear();
    }

  private:
    struct Talk {
        std::atomic<bool> isOver = false;
        std::jthread thread;  // last: joins before the flag goes
    };

    void talkWith(int socket) noexcept {
        try {
            HttpConnection connection(socket, options_.http, stopping_);
            const Counted counted(connections_);
            while (!stopping_ && answerOne(connection)) {
            }
        } catch (const std::exception&) {
            counters_.countReply(500);  // without memory not even that could be told
        }
    }

    /// Returns whether another request may follow.
    bool answerOne(HttpConnection& connection) {
        switch (connection.readHead()) {
            case HeadRead::kClosed:
                return false;
            case HeadRead::kTooLarge:
                refuse(connection, false, Refusal(431, "the head of the request is too large"));
                return false;
            case HeadRead::kBroken:
                refuse(connection, false, Refusal(400, "this is not a request of HTTP"));
                return false;
            case HeadRead::kRequest:
                break;
        }
        bool isIn = false;
        try {
            judgeHead(connection.head(), options_.key);
            isIn = true;
            const int status = route(connection);
            count(connection, isIn, status);
            return status == 200 && connection.staysOpen();
        } catch (const Refusal& refusal) {
            refuse(connection, isIn, refusal);
        } catch (const std::bad_alloc&) {
            refuse(connection, isIn, Refusal(503, "there is no memory for this request now"));
        }
        return connection.staysOpen();
    }

    void refuse(HttpConnection& connection, bool isIn, const Refusal& refusal) {
        count(connection, isIn, refusal.status());
        std::vector<std::pair<std::string, std::string>> extra;
        if (refusal.status() == 401) extra.emplace_back("WWW-Authenticate", "Bearer");
        if (refusal.status() == 429) extra.emplace_back("Retry-After", "5");
        if (refusal.status() == 405) extra.emplace_back("Allow", refusal.parameter());
        connection.reply(refusal.status(), kJson, errorJson(refusal), extra);
    }

    void count(const HttpConnection& connection, bool isIn, int status) {
        counters_.countReply(status);
        if (!options_.called) return;
        const HttpHead& head = connection.head();
        options_.called({programName(head.field("user-agent")),
                         head.target.compare(0, std::string(kChatPath).size(), kChatPath) == 0,
                         isIn, status});
    }

    int route(HttpConnection& connection) {
        const HttpHead& head = connection.head();
        const std::string path = head.target.substr(0, head.target.find('?'));
        const bool isChat = path == kChatPath;
        const std::string model = "/v1/models/" + options_.served.name;
        const bool isGet =
            path == "/health" || path == "/metrics" || path == "/v1/models" || path == model;
        if (!isChat && !isGet) throw Refusal(404, "there is nothing at this address");
        if (head.method != (isChat ? "POST" : "GET")) {
            throw Refusal(405, isChat ? "this takes POST only" : "this takes GET only",
                          isChat ? "POST" : "GET");
        }
        if (isChat) return chat(connection);
        connection.readBody();  // none is expected; what is sent must not be taken for a request
        if (path == "/health") {
            connection.reply(200, kJson, R"({"status":"ok"})");
        } else if (path == "/metrics") {
            connection.reply(200, "text/plain; version=0.0.4",
                             counters_.text(turns_.size(), connections_));
        } else {
            const nlohmann::ordered_json one = {{"id", options_.served.name},
                                                {"object", "model"},
                                                {"created", 0},
                                                {"owned_by", "reelquery"}};
            const nlohmann::ordered_json all = {{"object", "list"},
                                                {"data", nlohmann::ordered_json::array({one})}};
            connection.reply(200, kJson, (path == model ? one : all).dump());
        }
        return 200;
    }

    int chat(HttpConnection& connection) {
        PreparedChat prepared = readChat(connection);
        // Entered before it is looked whether this ends, as end() does it the other way round.
        const Askers::Asker asker(askers_, programName(connection.head().field("user-agent")));
        if (isFinishing_) throw Refusal(503, "this is just being set up anew; ask again later");
        return answerChat(connection, std::move(prepared), house_);
    }

    PreparedChat readChat(HttpConnection& connection) {
        const std::string length = connection.head().field("content-length");
        const bool isSmall = !length.empty() && length.size() <= 7 &&
                             std::strtoul(length.c_str(), nullptr, 10) <= kLargeBody;
        if (isSmall) return prepareChat(connection.readBody(), house_);
        const Counted large(largeBodies_);
        if (large.before() >= options_.mostLargeBodies) {
            throw Refusal(503, "other large requests are being read; ask again later");
        }
        return prepareChat(connection.readBody(), house_);
    }

    const ServeOptions& options_;
    std::atomic<bool> stopping_ = false, isFinishing_ = false;
    std::atomic<std::size_t> connections_ = 0, largeBodies_ = 0;
    ServerCounters counters_;
    Askers askers_;
    const MediaDoor door_;
    Turns turns_;
    EngineDesk desk_;
    const ChatHouse house_;
    std::list<Talk> threads_;  // last: they use all of the above
};

}  // namespace

void serve(const ServeOptions& options, const MakeSession& makeSession,
           const std::function<void(int port)>& ready, const std::function<ServeCourse()>& course) {
    std::optional<LoopbackListener> listener(std::in_place, options.port);
    Server server(options, makeSession);
    server.loadModel(course);
    if (course() == ServeCourse::kGoOn) ready(listener->port());
    server.run(*listener, course);
    listener.reset();
    server.end(course);
}

}  // namespace reelquery
