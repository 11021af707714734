#include "app/cli/terminal_progress.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace reelquery {

namespace {

struct PhaseText {
    const char* name;
    const char* unit;
};

PhaseText phaseText(Phase phase) {
    switch (phase) {
        case Phase::kLoad:
            return {"Loading the model", ""};
        case Phase::kDecode:
            return {"Decoding", "frames"};
        case Phase::kEncode:
            return {"Encoding", "frames"};
        case Phase::kPrefill:
            return {"Reading the prompt", "tokens"};
        case Phase::kAnswer:
            return {"Answering", "tokens"};
    }
    return {"", ""};
}

constexpr auto kRedraw = std::chrono::milliseconds(50);

}  // namespace

TerminalProgress::TerminalProgress(bool quiet) : enabled_(!quiet && isatty(STDERR_FILENO) != 0) {}

TerminalProgress::~TerminalProgress() {
    clear();
}

void TerminalProgress::show(const Progress& progress) {
    const PhaseText text = phaseText(progress.phase);
    draw(text.name, text.unit, progress.done, progress.total);
}

void TerminalProgress::show(const HeardTo& heard) {
    draw("Listening", "s", std::llround(heard.doneS), std::llround(heard.allS));
}

void TerminalProgress::show(const ScannedTo& scanned) {
    constexpr std::int64_t kMegabyte = 1'000'000;
    draw("Reading the file", "MB", scanned.doneBytes / kMegabyte, scanned.totalBytes / kMegabyte);
}

void TerminalProgress::draw(const std::string& name, const char* unit, std::int64_t done,
                            std::int64_t total) {
    if (!enabled_) return;
    const auto now = Clock::now();
    if (!drawn_ || name != phase_) {
        phase_ = name;
        phaseStart_ = now;
    } else if (now - lastDraw_ < kRedraw && done != total) {
        return;
    }
    lastDraw_ = now;
    std::string line = name;
    line.resize(std::max<std::size_t>(line.size(), 20), ' ');
    if (total > 0) {
        const double share =
            std::clamp(static_cast<double>(done) / static_cast<double>(total), 0.0, 1.0);
        const int filled = static_cast<int>(share * kBarCells);
        line += " [" + std::string(static_cast<std::size_t>(filled), '#') +
                std::string(static_cast<std::size_t>(kBarCells - filled), '.') + "] " +
                std::to_string(done) + "/" + std::to_string(total) + " " + unit;
        const double elapsedS = std::chrono::duration<double>(now - phaseStart_).count();
        if (elapsedS > kEtaAfterS && share > 0.02 && share < 1) {
            char eta[32];
            std::snprintf(eta, sizeof eta, ", %.0f s left", elapsedS / share * (1 - share));
            line += eta;
        }
    }
    std::fprintf(stderr, "\r\033[K%s", line.c_str());
    std::fflush(stderr);
    drawn_ = true;
}

void TerminalProgress::clear() {
    if (!drawn_) return;
    std::fputs("\r\033[K", stderr);
    std::fflush(stderr);
    drawn_ = false;
}

}  // namespace reelquery
