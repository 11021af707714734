#include "app/gui/desktop/quit_signals.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <csignal>

namespace reelquery {

namespace {

constexpr std::array kAsks = {SIGTERM, SIGHUP, SIGINT};
std::atomic<int> writingEnd = -1;

void tell(int asked) {
    std::signal(asked, SIG_DFL);
    const char byte = 1;
    [[maybe_unused]] const ssize_t written = ::write(writingEnd, &byte, 1);
}

}  // namespace

QuitSignals::QuitSignals(QObject* parent) : QObject(parent) {
    if (::pipe2(ends_.data(), O_CLOEXEC | O_NONBLOCK) != 0) return;
    heard_ = std::make_unique<QSocketNotifier>(ends_[0], QSocketNotifier::Read);
    connect(heard_.get(), &QSocketNotifier::activated, this, [this] {
        char byte = 0;
        if (::read(ends_[0], &byte, 1) == 1) Q_EMIT asked();
    });
    writingEnd = ends_[1];
    for (const int ask : kAsks) std::signal(ask, tell);
}

QuitSignals::~QuitSignals() {
    for (const int ask : kAsks) std::signal(ask, SIG_DFL);
    writingEnd = -1;
    heard_.reset();
    for (const int end : ends_)
        if (end >= 0) ::close(end);
}

}  // namespace reelquery
