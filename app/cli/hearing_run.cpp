#include "app/cli/hearing_run.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <future>
#include <mutex>
#include <stop_token>
#include <string>

#include "app/cli/interrupt.h"
#include "app/cli/terminal_progress.h"

namespace reelquery {

namespace {

constexpr auto kPoll = std::chrono::milliseconds(50);

const char* nameOf(HearPhase phase) {
    switch (phase) {
        case HearPhase::kSound:
            return "Reading the sound";
        case HearPhase::kModel:
            return "Loading the model";
        case HearPhase::kSpeech:
            break;
    }
    return "Listening";
}

/// The latest state of the work, written by one thread and drawn by another.
class HearingLine {
  public:
    explicit HearingLine(bool quiet) : enabled_(!quiet && isatty(STDERR_FILENO) != 0) {}

    void tell(HearPhase phase, double doneS, double allS) {
        const std::lock_guard lock(mutex_);
        if (phase != phase_) start_ = Clock::now();
        phase_ = phase;
        doneS_ = doneS;
        allS_ = allS;
        hasNews_ = true;
    }

    void draw() {
        const std::lock_guard lock(mutex_);
        if (!enabled_ || !hasNews_) return;
        hasNews_ = false;
        std::string line = nameOf(phase_);
        line.resize(std::max<std::size_t>(line.size(), 20), ' ');
        if (allS_ > 0) {
            const double share = std::clamp(doneS_ / allS_, 0.0, 1.0);
            const auto filled = static_cast<std::size_t>(share * kBarCells);
            line += " [" + std::string(filled, '#') + std::string(kBarCells - filled, '.') + "] ";
            char text[64];
            std::snprintf(text, sizeof text, "%.0f/%.0f s", doneS_, allS_);
            line += text;
            const double elapsedS = std::chrono::duration<double>(Clock::now() - start_).count();
            if (elapsedS > kEtaAfterS && share > 0.02 && share < 1) {
                std::snprintf(text, sizeof text, ", %.0f s left", elapsedS / share * (1 - share));
                line += text;
            }
        }
        std::fprintf(stderr, "\r\033[K%s", line.c_str());
        std::fflush(stderr);
        isDrawn_ = true;
    }

    void clear() {
        const std::lock_guard lock(mutex_);
        if (isDrawn_) std::fputs("\r\033[K", stderr);
        std::fflush(stderr);
        isDrawn_ = false;
    }

  private:
    using Clock = std::chrono::steady_clock;
    const bool enabled_;
    std::mutex mutex_;
    HearPhase phase_ = HearPhase::kModel;
    double doneS_ = 0, allS_ = 0;
    Clock::time_point start_ = Clock::now();
    bool hasNews_ = false, isDrawn_ = false;
};

}  // namespace

KeptSpeech hearOnTerminal(const HearRequest& request, const SpeechFiles& files, bool hearAnew,
                          bool quiet, bool& isFromBefore) {
    watchInterrupts();
    std::stop_source stop;
    HearingLine line(quiet);
    auto heard = std::async(std::launch::async, [&] {
        return hearOnce(
            request, files, hearAnew, &isFromBefore,
            [&](HearPhase phase, double doneS, double allS) { line.tell(phase, doneS, allS); },
            stop.get_token());
    });
    while (heard.wait_for(kPoll) != std::future_status::ready) {
        if (interruptRequested()) stop.request_stop();
        line.draw();
    }
    line.clear();
    return heard.get();
}

}  // namespace reelquery
