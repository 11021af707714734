#pragma once
// One connection of the endpoint: a request's head, its body once somebody wants it, replies whole
// or in pieces. Boost.Beast speaks HTTP; only this file's .cpp includes it.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace reelquery {

struct HttpLimits {
    std::size_t headBytes = 16 << 10;
    std::size_t bodyBytes = 96 << 20;
    std::chrono::milliseconds headTime{10'000};   ///< for a whole head, and between two requests
    std::chrono::milliseconds bodyTime{60'000};   ///< for a whole body
    std::chrono::milliseconds writeTime{10'000};  ///< for a reader to take a piece
};

/// The part of a request that is judged before its body is read. Header values are as sent.
struct HttpHead {
    std::string method, target;
    std::vector<std::pair<std::string, std::string>> fields;  ///< names in lower case

    /// The field's value; empty where it is absent.
    std::string field(const std::string& name) const;
    /// How often it was sent.
    std::size_t count(const std::string& name) const;
};

/// What readHead came to.
enum class HeadRead {
    kRequest,
    kClosed,    ///< or silent for too long: nothing to answer
    kTooLarge,  ///< more than HttpLimits::headBytes
    kBroken     ///< not HTTP
};

/// Owns the socket. Thread: one. Calls end early once `stopping` is set.
class HttpConnection {
  public:
    HttpConnection(int socket, const HttpLimits& limits, const std::atomic<bool>& stopping);
    ~HttpConnection();
    HttpConnection(const HttpConnection&) = delete;
    HttpConnection& operator=(const HttpConnection&) = delete;

    HeadRead readHead();
    /// Of the last request; empty where it could not be read.
    const HttpHead& head() const;

    /// The body of the request whose head was read. Throws Refusal: 413 as soon as it is known to
    /// be too large, also in chunks; 408 where it does not come in time; 400.
    std::string readBody();

    /// Answers; false where the other side does not take it. After a request whose body was not
    /// read the connection is closed.
    bool reply(int status, const std::string& contentType, const std::string& body,
               const std::vector<std::pair<std::string, std::string>>& extraFields = {});

    /// Answers in pieces: text/event-stream. Each call returns false once the other side has left.
    bool beginStream();
    bool sendPiece(const std::string& text);
    bool endStream();

    /// Whether the other side has closed, looked up without waiting.
    bool hasLeft() const;

    /// Whether another request may follow on this connection.
    bool staysOpen() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace reelquery
