// A stop is answered soon in every phase of hearing.
//
// What counts is the processor time that the hearing thread still uses behind the stop: on a busy
// machine it stays what it is on a quiet one. REELQUERY_STOP_SHAPE: the model's shape;
// REELQUERY_STOPS: how many stops a phase gets, evenly over its length.

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <numbers>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/base/error.h"
#include "core/bench/random_checkpoint.h"
#include "core/speech/speech_model.h"
#include "core/speech/transcriber.h"
#include "core/speech/word_alignment.h"

namespace reelquery {

namespace {

namespace fs = std::filesystem;

/// A small model's phases are shorter than that; none may go on for a quarter of its length.
constexpr double kBoundS = 0.5;

std::string chosen(const char* variable, const char* otherwise) {
    const char* value = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe)
    return value && *value ? value : otherwise;
}

/// Of the calling thread, or of the one whose clock it is.
double processorS(clockid_t clock = CLOCK_THREAD_CPUTIME_ID) {
    std::timespec now{};
    clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

using Phase = std::function<void(const CancelToken&)>;

/// A phase that a thread of its own runs.
class Run {
  public:
    explicit Run(const Phase& phase)
        : worker_([this, phase] {
              try {
                  phase(stop_.get_token());
              } catch (const Error& error) {
                  wasStopped_ = error.code() == ErrorCode::kCancelled;
              }
              endS_ = processorS();
              isDone_ = true;
              std::unique_lock lock(mutex_);  // the thread's clock lives as long as the thread
              mayEnd_.wait(lock, [this] { return mayEndNow_; });
          }) {
        pthread_getcpuclockid(worker_.native_handle(), &clock_);
    }

    /// Asks for a stop once the thread has used `afterS`; never where it is not given. Returns what
    /// it used behind that, or in all; nothing where it was done before the stop.
    std::optional<double> finish(std::optional<double> afterS) {
        constexpr double kNever = std::numeric_limits<double>::infinity();
        double stopAtS = afterS.value_or(kNever), stoppedS = 0;
        while (!isDone_) {
            if (processorS(clock_) >= stopAtS) {
                stoppedS = processorS(clock_);
                stop_.request_stop();
                stopAtS = kNever;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        {
            const std::lock_guard lock(mutex_);
            mayEndNow_ = true;
        }
        mayEnd_.notify_one();
        worker_.join();
        const bool isWhole = stoppedS == 0;
        return isWhole != wasStopped_ ? std::optional(endS_ - stoppedS) : std::nullopt;
    }

  private:
    std::stop_source stop_;
    std::atomic<bool> isDone_ = false;
    bool wasStopped_ = false, mayEndNow_ = false;
    double endS_ = 0;
    std::mutex mutex_;
    std::condition_variable mayEnd_;
    clockid_t clock_{};
    std::thread worker_;
};

/// The longest of several stops, evenly over the phase.
void checkStops(const std::string& name, const Phase& phase) {
    Run(phase).finish({});  // what is done once only is not what is stopped below
    const double wholeS = Run(phase).finish({}).value();
    const int stops = std::stoi(chosen("REELQUERY_STOPS", "1"));
    double longestS = 0;
    int seen = 0;
    for (int i = 1; i <= stops; ++i) {
        std::optional<double> tookS;  // a busy machine may be done before the stop is asked for
        for (int again = 0; !tookS && again < 5; ++again) {
            tookS = Run(phase).finish(wholeS * i / (stops + 1));
        }
        if (!tookS) continue;
        ++seen;
        longestS = std::max(longestS, *tookS);
    }
    UNSCOPED_INFO(name << ": " << wholeS << " s, " << longestS << " s behind a stop");
    CHECK(seen > 0);
    CHECK(longestS < std::min(kBoundS, wholeS / 4));
}

/// Syllables, so that it is worth listening to.
std::vector<std::int16_t> talk(int seconds) {
    std::vector<std::int16_t> samples(static_cast<std::size_t>(seconds) * kSpeechRate);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const double t = static_cast<double>(i) / kSpeechRate;
        const double syllable = std::max(0.0, std::sin(2 * std::numbers::pi * t / 0.3));
        samples[i] =
            static_cast<std::int16_t>(6000 * syllable * std::sin(2 * std::numbers::pi * 180 * t));
    }
    return samples;
}

}  // namespace

TEST_CASE("A stop is answered soon while a model is loaded, hears, speaks and places words") {
    const fs::path folder =
        fs::temp_directory_path() / ("speech_stop_test." + std::to_string(getpid()));
    writeRandomCheckpoint(chosen("REELQUERY_STOP_SHAPE", "whisper-tiny"), folder, 1);
    const auto sound = talk(40);
    std::unique_ptr<const SpeechModel> model;
    checkStops("load", [&](const CancelToken& cancel) {
        model = std::make_unique<const SpeechModel>(folder, ComputeTarget{}, cancel);
    });
    model = std::make_unique<const SpeechModel>(folder, ComputeTarget{});
    fs::remove_all(folder);
    double maximum = 0;
    const auto hum = std::vector<std::int16_t>(std::size_t{1200} * kSpeechRate, 100);
    checkStops("loudest",
               [&](const CancelToken& cancel) { maximum = model->mel().maximum(hum, cancel); });
    SpeechCache cache;
    checkStops("encode", [&](const CancelToken& cancel) {
        const at::Tensor mel = model->mel().window(sound, 0, kWindowFrames, maximum).unsqueeze(0);
        cache = model->decoder().hear(model->encoder().run(mel, cancel), cancel);
    });
    const std::vector<TokenId> text(100, model->config().ids.blank);
    checkStops("words", [&](const CancelToken& cancel) {
        alignWords(*model, {cache, 0}, text, kWindowFrames, "en", cancel);
    });
    const std::vector<TokenId> head = promptTokens(model->config(), {.language = "en"});
    checkStops("decode", [&](const CancelToken& cancel) {
        cache.clearTokens();
        model->decoder().step(cache, {head}, 0, cancel);
        for (int i = 0; i < 40; ++i) {
            const at::Tensor logits =
                model->decoder().step(cache, {{model->config().ids.blank}}, 0, cancel);
            model->choice().likeliest(logits[0], {&text}, true);
        }
    });
    SpeechOptions options;
    options.language = "en";
    options.fallback.temperatures = {0};
    Run run([&](const CancelToken& cancel) {
        transcribeSound(*model, sound, {{0, 1000}, {1000, 2000}, {2000, 3000}}, options, {},
                        cancel);
    });
    const auto tookS = run.finish(1);  // somewhere in its first windows
    CHECK(tookS.value_or(kBoundS) < kBoundS);
}

}  // namespace reelquery
