#include "app/serve/loopback_listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "core/base/error.h"

namespace reelquery {

namespace {

constexpr int kBacklog = 64;

/// Fills the loopback address; returns its length.
socklen_t loopback(sockaddr_storage& address, bool isV6, int port) {
    address = {};
    if (isV6) {
        auto& v6 = reinterpret_cast<sockaddr_in6&>(address);
        v6.sin6_family = AF_INET6;
        v6.sin6_addr = in6addr_loopback;
        v6.sin6_port = htons(static_cast<std::uint16_t>(port));
        return sizeof v6;
    }
    auto& v4 = reinterpret_cast<sockaddr_in&>(address);
    v4.sin_family = AF_INET;
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    v4.sin_port = htons(static_cast<std::uint16_t>(port));
    return sizeof v4;
}

}  // namespace

LoopbackListener::LoopbackListener(int port) {
    constexpr int kTries = 20;  // for a port that is free on both
    for (int attempt = 0; attempt < kTries; ++attempt) {
        if (listenOn(false, port) && listenOn(true, port_)) return;
        for (const int socket : sockets_) ::close(socket);
        sockets_.clear();
        if (port != 0) break;
    }
    throw Error(ErrorCode::kUsage, "port " + std::to_string(port) + " is taken",
                "another program has it; choose another one (0: any that is free)");
}

LoopbackListener::~LoopbackListener() {
    for (const int socket : sockets_) ::close(socket);
}

bool LoopbackListener::listenOn(bool isV6, int port) {
    const int socket =
        ::socket(isV6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket < 0) return isV6 && errno == EAFNOSUPPORT;
    sockets_.push_back(socket);
    const int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (isV6) ::setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    sockaddr_storage address;
    socklen_t length = loopback(address, isV6, port);
    if (::bind(socket, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
        ::listen(socket, kBacklog) != 0) {
        const bool hasNoV6 = isV6 && errno == EADDRNOTAVAIL;
        if (hasNoV6) {
            ::close(socket);
            sockets_.pop_back();
        }
        return hasNoV6;
    }
    if (isV6) return true;
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
    return true;
}

int LoopbackListener::acceptWithin(std::chrono::milliseconds patience) {
    std::vector<pollfd> waiting;
    for (const int socket : sockets_) waiting.push_back({socket, POLLIN, 0});
    if (::poll(waiting.data(), waiting.size(), static_cast<int>(patience.count())) <= 0) return -1;
    for (const pollfd& each : waiting) {
        if ((each.revents & POLLIN) == 0) continue;
        const int accepted = ::accept4(each.fd, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (accepted < 0) continue;
        const int on = 1;
        ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        return accepted;
    }
    return -1;
}

}  // namespace reelquery
