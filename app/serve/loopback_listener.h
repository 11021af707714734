#pragma once
// The sockets that wait for connections on this machine's own addresses.

#include <chrono>
#include <vector>

namespace reelquery {

/// Thread: one.
class LoopbackListener {
  public:
    /// Listens on 127.0.0.1 and, where there is IPv6, on ::1, both at `port` (0: any). Throws
    /// Error{kUsage} where one of them is taken: whoever has it would be sent the key.
    explicit LoopbackListener(int port);
    ~LoopbackListener();
    LoopbackListener(const LoopbackListener&) = delete;
    LoopbackListener& operator=(const LoopbackListener&) = delete;

    int port() const { return port_; }

    /// A connection's socket, or -1 where none came in time.
    int acceptWithin(std::chrono::milliseconds patience);

  private:
    bool listenOn(bool isV6, int port);

    std::vector<int> sockets_;
    int port_ = 0;
};

}  // namespace reelquery
