#include "app/serve/http_connection.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <limits>
#include <optional>

#include "app/serve/refusal.h"
#include "core/base/environment.h"

namespace reelquery {

namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

constexpr auto kStopPoll = std::chrono::milliseconds(100);

/// A socket whose reads and writes end at a deadline. What Beast calls a synchronous stream.
class DeadlineSocket {
  public:
    DeadlineSocket(int socket, const std::atomic<bool>& stopping)
        : socket_(socket), stopping_(stopping) {}

    ~DeadlineSocket() { ::close(socket_); }

    DeadlineSocket(const DeadlineSocket&) = delete;
    DeadlineSocket& operator=(const DeadlineSocket&) = delete;

    void expireIn(std::chrono::milliseconds time) { deadline_ = Clock::now() + time; }

    int native() const { return socket_; }

    template <class Buffers>
    std::size_t read_some(const Buffers& buffers, error_code& failed) {
        Pieces pieces;
        if (!gather(buffers, pieces)) return 0;
        return transfer(
            POLLIN, [&](msghdr& message) { return ::recvmsg(socket_, &message, MSG_DONTWAIT); },
            pieces, failed);
    }

    template <class Buffers>
    std::size_t write_some(const Buffers& buffers, error_code& failed) {
        Pieces pieces;
        if (!gather(buffers, pieces)) return 0;
        constexpr int kQuietly = MSG_DONTWAIT | MSG_NOSIGNAL;
        return transfer(
            POLLOUT, [&](msghdr& message) { return ::sendmsg(socket_, &message, kQuietly); },
            pieces, failed);
    }

    template <class Buffers>
    std::size_t read_some(const Buffers& buffers) {
        error_code failed;
        const std::size_t bytes = read_some(buffers, failed);
        if (failed) throw boost::system::system_error(failed);
        return bytes;
    }

    template <class Buffers>
    std::size_t write_some(const Buffers& buffers) {
        error_code failed;
        const std::size_t bytes = write_some(buffers, failed);
        if (failed) throw boost::system::system_error(failed);
        return bytes;
    }

  private:
    struct Pieces {
        std::array<iovec, 16> list = {};
        std::size_t count = 0;
    };

    template <class Buffers>
    static bool gather(const Buffers& buffers, Pieces& pieces) {
        for (auto at = net::buffer_sequence_begin(buffers);
             at != net::buffer_sequence_end(buffers) && pieces.count < pieces.list.size(); ++at) {
            const net::const_buffer piece(*at);
            if (piece.size() == 0) continue;
            pieces.list[pieces.count++] = {const_cast<void*>(piece.data()), piece.size()};
        }
        return pieces.count > 0;
    }

    template <class Call>
    std::size_t transfer(short wanted, const Call& call, Pieces& pieces, error_code& failed) {
        msghdr message = {};
        message.msg_iov = pieces.list.data();
        message.msg_iovlen = pieces.count;
        for (;;) {
            const ssize_t bytes = call(message);
            if (bytes > 0) {
                failed = {};
                return static_cast<std::size_t>(bytes);
            }
            if (bytes == 0) {
                failed = net::error::eof;
                return 0;
            }
            if (errno == EINTR) continue;
            if (errno != EAGAIN && errno != EWOULDBLOCK) {
                failed = error_code(errno, boost::system::system_category());
                return 0;
            }
            const auto left =
                std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now());
            if (left.count() <= 0 || stopping_) {
                failed = net::error::timed_out;
                return 0;
            }
            pollfd wait = {socket_, wanted, 0};
            ::poll(&wait, 1, static_cast<int>(std::min(left, kStopPoll).count()));
        }
    }

    const int socket_;
    const std::atomic<bool>& stopping_;
    Clock::time_point deadline_;
};

}  // namespace

std::string HttpHead::field(const std::string& name) const {
    for (const auto& [each, value] : fields)
        if (each == name) return value;
    return {};
}

std::size_t HttpHead::count(const std::string& name) const {
    return static_cast<std::size_t>(std::count_if(
        fields.begin(), fields.end(), [&](const auto& field) { return field.first == name; }));
}

struct HttpConnection::Impl {
    Impl(int handle, const HttpLimits& some, const std::atomic<bool>& stopping)
        : limits(some), socket(handle, stopping), buffer(some.headBytes + (64 << 10)) {}

    const HttpLimits limits;
    DeadlineSocket socket;
    boost::beast::flat_buffer buffer;
    std::optional<http::request_parser<http::buffer_body>> parser;
    HttpHead head;
    bool hasFailed = false;  // nothing more can be read or written

    /// Lets the other side read the last reply: a socket closed with bytes unread resets it away.
    void linger() {
        ::shutdown(socket.native(), SHUT_WR);
        std::array<char, 64 << 10> ignored;
        socket.expireIn(std::chrono::milliseconds(500));
        error_code failed;
        for (int piece = 0; piece < 64 && !failed; ++piece)
            socket.read_some(net::buffer(ignored), failed);
    }
};

HttpConnection::HttpConnection(int socket, const HttpLimits& limits,
                               const std::atomic<bool>& stopping)
    : impl_(std::make_unique<Impl>(socket, limits, stopping)) {}

HttpConnection::~HttpConnection() {
    if (!impl_->hasFailed) impl_->linger();
}

HeadRead HttpConnection::readHead() {
    Impl& self = *impl_;
    self.head = {};
    self.parser.emplace();
    // Its body is judged by readBody, where somebody is known to want it. (Beast 1.74 takes "no
    // limit" for a limit of nothing.)
    self.parser->body_limit(std::numeric_limits<std::uint64_t>::max());
    self.parser->header_limit(static_cast<std::uint32_t>(self.limits.headBytes));
    self.socket.expireIn(self.limits.headTime);
    error_code failed;
    http::read_header(self.socket, self.buffer, *self.parser, failed);
    if (failed == http::error::header_limit || failed == http::error::buffer_overflow) {
        return HeadRead::kTooLarge;
    }
    if (failed) {
        const bool isBroken =
            failed.category() == make_error_code(http::error::bad_line_ending).category() &&
            failed != http::error::end_of_stream && failed != http::error::partial_message;
        self.hasFailed = !isBroken;
        return isBroken ? HeadRead::kBroken : HeadRead::kClosed;
    }
    const auto& message = self.parser->get();
    self.head = {std::string(message.method_string()), std::string(message.target()), {}};
    for (const auto& field : message)
        self.head.fields.emplace_back(lowered(std::string(field.name_string())),
                                      std::string(field.value()));
    return HeadRead::kRequest;
}

const HttpHead& HttpConnection::head() const {
    return impl_->head;
}

std::string HttpConnection::readBody() {
    Impl& self = *impl_;
    const Refusal tooLarge(
        413, "the body is larger than " + std::to_string(self.limits.bodyBytes >> 20) + " MiB");
    const auto length = self.parser->content_length();
    if (length && *length > self.limits.bodyBytes) throw tooLarge;
    if (self.head.field("expect") == "100-continue") {
        const http::response<http::empty_body> goOn{http::status::continue_, 11};
        self.socket.expireIn(self.limits.writeTime);
        error_code ignored;
        http::write(self.socket, goOn, ignored);
    }
    self.socket.expireIn(self.limits.bodyTime);
    std::string body;
    // Memory that is not written to costs nothing; growing would copy, and hold two.
    body.reserve(length ? static_cast<std::size_t>(*length) : self.limits.bodyBytes);
    std::array<char, 64 << 10> piece;
    while (!self.parser->is_done()) {
        auto& into = self.parser->get().body();
        into.data = piece.data();
        into.size = piece.size();
        error_code failed;
        http::read(self.socket, self.buffer, *self.parser, failed);
        if (failed && failed != http::error::need_buffer) {
            if (failed == net::error::timed_out)
                throw Refusal(408, "the body did not come in time");
            if (failed == http::error::header_limit || failed == http::error::buffer_overflow) {
                throw Refusal(431, "what follows the body is too large");
            }
            throw Refusal(400, "the body ended before it was whole");
        }
        const std::size_t got = piece.size() - into.size;
        if (body.size() + got > self.limits.bodyBytes) throw tooLarge;
        body.append(piece.data(), got);
    }
    return body;
}

bool HttpConnection::reply(int status, const std::string& contentType, const std::string& body,
                           const std::vector<std::pair<std::string, std::string>>& extraFields) {
    Impl& self = *impl_;
    http::response<http::string_body> response{static_cast<http::status>(status), 11};
    response.set(http::field::content_type, contentType);
    response.set(http::field::cache_control, "no-store");
    response.set("X-Content-Type-Options", "nosniff");
    for (const auto& [name, value] : extraFields) response.set(name, value);
    response.keep_alive(staysOpen());
    response.body() = body;
    response.prepare_payload();
    self.socket.expireIn(self.limits.writeTime);
    error_code failed;
    http::write(self.socket, response, failed);
    self.hasFailed = self.hasFailed || failed;
    return !failed;
}

bool HttpConnection::beginStream() {
    Impl& self = *impl_;
    http::response<http::empty_body> response{http::status::ok, 11};
    response.set(http::field::content_type, "text/event-stream");
    response.set(http::field::cache_control, "no-store");
    response.set("X-Content-Type-Options", "nosniff");
    response.keep_alive(staysOpen());
    response.chunked(true);
    http::response_serializer<http::empty_body> serializer{response};
    self.socket.expireIn(self.limits.writeTime);
    error_code failed;
    http::write_header(self.socket, serializer, failed);
    self.hasFailed = self.hasFailed || failed;
    return !failed;
}

bool HttpConnection::sendPiece(const std::string& text) {
    impl_->socket.expireIn(impl_->limits.writeTime);
    error_code failed;
    net::write(impl_->socket, http::make_chunk(net::buffer(text)), failed);
    impl_->hasFailed = impl_->hasFailed || failed;
    return !failed;
}

bool HttpConnection::endStream() {
    impl_->socket.expireIn(impl_->limits.writeTime);
    error_code failed;
    net::write(impl_->socket, http::make_chunk_last(), failed);
    impl_->hasFailed = impl_->hasFailed || failed;
    return !failed;
}

bool HttpConnection::hasLeft() const {
    // Also while bytes of its next request wait to be read, which recv would find first.
    pollfd look = {impl_->socket.native(), POLLRDHUP, 0};
    return impl_->hasFailed || (::poll(&look, 1, 0) > 0 && look.revents != 0);
}

bool HttpConnection::staysOpen() const {
    return !impl_->hasFailed && impl_->parser && impl_->parser->is_done() &&
           impl_->parser->get().keep_alive();
}

}  // namespace reelquery
