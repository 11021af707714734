#include "app/serve/chat_service.h"

#include <optional>
#include <utility>
#include <variant>

#include "app/serve/chat_reply.h"
#include "app/serve/refusal.h"

namespace reelquery {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kLook = 50ms;         // between two looks at whether the client is still there
constexpr auto kProgressEvery = 1s;  // of a stream
constexpr auto kSignOfLife = 15s;    // of a stream that has nothing to say
constexpr int kClientLeft = 499;     // as nginx counts it
constexpr int kMostPixelsASide = 8192;
constexpr std::int64_t kMostPixels = 64'000'000;

/// Ends the request: its client has gone.
struct ClientLeft {};

/// In our own words: what a decoder says is not for strangers.
Refusal refusalOf(const Failed& failed) {
    switch (failed.code) {
        case ErrorCode::kUsage:
            return {400, wordsForPrograms(failed.message, failed.hint)};
        case ErrorCode::kVideo:
            return {400, "the video or picture cannot be read or decoded"};
        case ErrorCode::kMemory:
            return {400,
                    "the question does not fit into memory: take fewer frames, or set "
                    "max_video_tokens lower (under 'reelquery')"};
        case ErrorCode::kModel:
        case ErrorCode::kDevice:
            return {503, "the model or its device failed; the program that answers says why"};
        case ErrorCode::kCancelled:
        case ErrorCode::kInternal:
            break;
    }
    return {500, "something went wrong here; the program that answers says what"};
}

/// One completion on its way.
class ChatAnswer {
  public:
    ChatAnswer(HttpConnection& connection, PreparedChat prepared, const ChatHouse& house)
        : connection_(connection),
          house_(house),
          chat_(std::move(prepared.chat)),
          media_(std::move(prepared.media)),
          name_(newCompletion(house.served.name)) {
        chat_.ask.video = media_.path();
    }

    int run() {
        checkPicture();
        const auto plan = std::get<PlanReady>(wait(*house_.desk.start(
            [&](Session& session) { return session.plan(chat_.ask); }, EndsWith::kPlan)));
        if (!plan.plan.fits) throw refusalOf({0, ErrorCode::kMemory, {}, {}, {}});
        const std::optional<Turns::Ticket> ticket = house_.turns.join();
        if (!ticket) throw Refusal(429, "too many questions wait already; ask again later");
        const Leave leave{house_.turns, *ticket};
        waitForTurn(*ticket);
        return answer();
    }

  private:
    struct Leave {
        Turns& turns;
        Turns::Ticket ticket;

        ~Leave() { turns.leave(ticket); }
    };

    void checkPicture() {
        const auto opened = std::get<VideoOpened>(wait(*house_.desk.start(
            [&](Session& session) { return session.openVideo(chat_.ask.video); })));
        const VideoSummary& video = opened.video;
        if (video.width > kMostPixelsASide || video.height > kMostPixelsASide ||
            std::int64_t{video.width} * video.height > kMostPixels) {
            throw Refusal(413, "the picture is larger than 8192 pixels a side or 64 megapixels");
        }
    }

    /// Tells whoever runs this what its asker is not told.
    Refusal refused(const Failed& failed) const {
        Refusal refusal = refusalOf(failed);
        if (refusal.status() >= 500 && house_.failed) {
            house_.failed(failed.message + (failed.hint.empty() ? "" : "; " + failed.hint));
        }
        return refusal;
    }

    void lookWhetherClientIsThere() const {
        if (house_.stopping || connection_.hasLeft()) throw ClientLeft();
    }

    /// The event that ends a request of the planning thread. Throws Refusal for its failure.
    Event wait(DeskRequest& request) {
        for (;;) {
            lookWhetherClientIsThere();
            const std::optional<Event> event = request.next(kLook);
            if (!event) continue;
            if (const auto* failed = std::get_if<Failed>(&*event)) throw refused(*failed);
            if (std::holds_alternative<Cancelled>(*event)) throw ClientLeft();
            if (request.hasEnded()) return *event;
        }
    }

    void waitForTurn(Turns::Ticket ticket) {
        std::optional<std::size_t> place;
        for (;;) {
            lookWhetherClientIsThere();
            const std::size_t now = house_.turns.placeAfter(ticket, place, kLook);
            if (now == 0) return;
            if (now != place && chat_.isStreamed) {
                send(commentPiece("waiting, " + std::to_string(now) + " before this one"));
            }
            place = now;
            giveSignOfLife();
        }
    }

    int answer() {
        const auto latest = Clock::now() + house_.answerTime;
        const auto request =
            house_.desk.start([&](Session& session) { return session.ask(chat_.ask); });
        for (;;) {
            lookWhetherClientIsThere();
            if (Clock::now() > latest) throw Refusal(504, "the answer took longer than is allowed");
            const std::optional<Event> event = request->next(kLook);
            if (!event) {
                giveSignOfLife();
                continue;
            }
            if (const auto* delta = std::get_if<AnswerDelta>(&*event)) tell(*delta);
            if (const auto* progress = std::get_if<Progress>(&*event)) tell(*progress);
            if (const auto* failed = std::get_if<Failed>(&*event)) throw refused(*failed);
            if (std::holds_alternative<Cancelled>(*event)) throw ClientLeft();
            if (const auto* done = std::get_if<AnswerDone>(&*event)) return finish(done->report);
        }
    }

    void tell(const AnswerDelta& delta) {
        if (chat_.isStreamed) send(wordsPiece(name_, delta.text));
    }

    void tell(const Progress& progress) {
        if (!chat_.isStreamed || progress.total <= 0) return;
        if (Clock::now() - lastSent_ < kProgressEvery) return;
        static constexpr const char* kNames[] = {"load", "decode", "encode", "prefill", "answer"};
        send(commentPiece(std::string(kNames[static_cast<int>(progress.phase)]) + " " +
                          std::to_string(progress.done) + "/" + std::to_string(progress.total)));
    }

    void giveSignOfLife() {
        if (isStreaming_ && Clock::now() - lastSent_ > kSignOfLife) send(commentPiece("working"));
    }

    int finish(const AnswerReport& report) {
        house_.counters.countAnswer(report);
        if (!chat_.isStreamed) {
            connection_.reply(200, "application/json", completionJson(name_, report));
            return 200;
        }
        send(lastPiece(name_, report));
        if (chat_.wantsUsage) send(usagePiece(name_, report));
        send(donePiece());
        connection_.endStream();
        return 200;
    }

    void send(const std::string& piece) {
        bool isTaken = true;
        if (!isStreaming_) {
            isStreaming_ = true;
            isTaken = connection_.beginStream() && connection_.sendPiece(firstPiece(name_));
        }
        if (!isTaken || !connection_.sendPiece(piece)) throw ClientLeft();
        lastSent_ = Clock::now();
    }

  public:
    /// Whether the reply has begun: what goes wrong now is told inside it.
    bool isStreaming() const { return isStreaming_; }

  private:
    HttpConnection& connection_;
    const ChatHouse& house_;
    ChatRequest chat_;
    const OpenMedia media_;
    const CompletionName name_;
    bool isStreaming_ = false;
    Clock::time_point lastSent_ = Clock::now();
};

}  // namespace

PreparedChat prepareChat(std::string body, const ChatHouse& house) {
    ChatRequest chat = readChatRequest(std::move(body), house.served);
    OpenMedia media = openShown(house.door, std::exchange(chat.shown, {}));
    return {std::move(chat), std::move(media)};
}

int answerChat(HttpConnection& connection, PreparedChat prepared, const ChatHouse& house) {
    ChatAnswer answer(connection, std::move(prepared), house);
    try {
        return answer.run();
    } catch (const ClientLeft&) {
        return kClientLeft;
    } catch (const Refusal& refusal) {
        if (!answer.isStreaming()) throw;
        connection.sendPiece(errorPiece(refusal));
        connection.sendPiece(donePiece());
        connection.endStream();
        return refusal.status();
    }
}

}  // namespace reelquery
