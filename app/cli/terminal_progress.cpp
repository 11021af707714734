#include "app/cli/terminal_progress.h"

#include <unistd.h>

#include <algorithm>
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
constexpr int kBarCells = 24;
constexpr double kEtaAfterS = 1.0;  // earlier guesses jump about

}  // namespace

TerminalProgress::TerminalProgress(bool quiet) : enabled_(!quiet && isatty(STDERR_FILENO) != 0) {}

TerminalProgress::~TerminalProgress() {
    clear();
}

void TerminalProgress::show(const Progress& progress) {
    if (!enabled_) return;
    const auto now = Clock::now();
    if (!drawn_ || progress.phase != phase_) {
        phase_ = progress.phase;
        phaseStart_ = now;
    } else if (now - lastDraw_ < kRedraw && progress.done != progress.total) {
        return;
    }
    lastDraw_ = now;
    const PhaseText text = phaseText(progress.phase);
    std::string line = text.name;
    line.resize(std::max<std::size_t>(line.size(), 20), ' ');
    if (progress.total > 0) {
        const double share = std::clamp(
            static_cast<double>(progress.done) / static_cast<double>(progress.total), 0.0, 1.0);
        const int filled = static_cast<int>(share * kBarCells);
        line += " [" + std::string(static_cast<std::size_t>(filled), '#') +
                std::string(static_cast<std::size_t>(kBarCells - filled), '.') + "] " +
                std::to_string(progress.done) + "/" + std::to_string(progress.total) + " " +
                text.unit;
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
