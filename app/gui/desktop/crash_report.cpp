#include "app/gui/desktop/crash_report.h"

#include <execinfo.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>

namespace reelquery {

namespace {

constexpr std::array kFaults = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
constexpr int kMostFunctions = 64;

// All that the handler touches was there before.
std::array<char, 4096> reportFile{};
std::array<char, 64 << 10> ownStack{};

void writeText(int descriptor, const char* text) {
    [[maybe_unused]] const ssize_t written = ::write(descriptor, text, std::strlen(text));
}

const char* nameOf(int fault) {
    switch (fault) {
        case SIGSEGV:
            return "SIGSEGV";
        case SIGBUS:
            return "SIGBUS";
        case SIGFPE:
            return "SIGFPE";
        case SIGILL:
            return "SIGILL";
        default:
            return "SIGABRT";
    }
}

/// Runs on a stack of its own, as the program's may be used up. The next one of its kind ends the
/// program, also where it is this function's.
void report(int fault) {
    std::signal(fault, SIG_DFL);
    const int descriptor =
        ::open(reportFile.data(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor >= 0) {
        writeText(descriptor, nameOf(fault));
        writeText(descriptor, "\n");
        std::array<void*, kMostFunctions> functions{};
        const int count = ::backtrace(functions.data(), kMostFunctions);
        ::backtrace_symbols_fd(functions.data(), count, descriptor);
        ::close(descriptor);
    }
    std::raise(fault);
}

}  // namespace

void writeCrashReportsTo(const std::string& file) {
    if (file.empty() || file.size() >= reportFile.size()) {
        for (const int fault : kFaults) std::signal(fault, SIG_DFL);
        return;
    }
    std::copy(file.begin(), file.end(), reportFile.begin());
    reportFile[file.size()] = 0;
    void* here = nullptr;
    ::backtrace(&here, 1);  // loads what it needs, which a handler must not
    stack_t stack{};
    stack.ss_sp = ownStack.data();
    stack.ss_size = ownStack.size();
    ::sigaltstack(&stack, nullptr);
    for (const int fault : kFaults) {
        struct sigaction act {};

        act.sa_handler = report;
        act.sa_flags = SA_ONSTACK | SA_NODEFER;
        sigemptyset(&act.sa_mask);
        ::sigaction(fault, &act, nullptr);
    }
}

}  // namespace reelquery
