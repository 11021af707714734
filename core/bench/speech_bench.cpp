#include "core/bench/speech_bench.h"

#include <ATen/ATen.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <functional>
#include <memory>
#include <numbers>
#include <string>
#include <system_error>
#include <vector>

#include "core/base/cancel.h"
#include "core/bench/random_checkpoint.h"
#include "core/device/device.h"
#include "core/device/peak_memory.h"
#include "core/speech/speech_model.h"
#include "core/speech/window_decoder.h"
#include "core/speech/word_alignment.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kWindowsCard = 16, kWindowsProcessor = 4;  // as hearing takes them
constexpr double kWindowS = 30;

/// A folder that goes with its owner.
class TemporaryFolder {
  public:
    TemporaryFolder()
        : path_(fs::temp_directory_path() / ("reelquery-speech-" + std::to_string(getpid()))) {}

    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    ~TemporaryFolder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }

    const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

/// A window of a tone that comes and goes: no spectrum's values are special.
std::vector<std::int16_t> madeSound() {
    std::vector<std::int16_t> samples(kWindowFrames * kFrameSamples);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const double t = static_cast<double>(i) / kSpeechRate;
        const double loud = 0.5 + 0.5 * std::sin(2 * std::numbers::pi * 3 * t);
        samples[i] = static_cast<std::int16_t>(
            8000 * loud * std::sin(2 * std::numbers::pi * (200 + 20 * std::sin(t)) * t));
    }
    return samples;
}

/// Times of `work`, which is run once before and returns when a card is done, too.
BenchTime timed(int repetitions, const std::function<void()>& work) {
    std::vector<double> ms;
    for (int i = 0; i <= repetitions; ++i) {
        const auto start = Clock::now();
        work();
        const std::chrono::duration<double, std::milli> took = Clock::now() - start;
        if (i > 0) ms.push_back(took.count());
    }
    return summarise(std::move(ms));
}

/// Waits until the tensor is computed.
void await(const at::Tensor& tensor) {
    tensor.flatten().slice(0, 0, 1).to(at::kCPU);
}

/// Waits until a card has made the keys of what was heard.
void awaitHeard(SpeechCache& cache, const SpeechModel& model) {
    cache.clearTokens();
    const std::vector<std::vector<TokenId>> start(static_cast<std::size_t>(cache.windows()),
                                                  {model.config().ids.startOfTranscript});
    await(model.decoder().step(cache, start, 0, {}));
}

BenchTime shareOf(const BenchTime& time, double parts) {
    return {time.medianMs / parts, time.minMs / parts, time.maxMs / parts};
}

}  // namespace

double SpeechBenchReport::timesRealTime() const {
    const double windowMs = spectrum.medianMs + encoder.medianMs + words.medianMs +
                            decoder.medianMs * tokens / static_cast<double>(windows);
    return windowMs > 0 ? kWindowS * 1000 / windowMs : 0;
}

SpeechBenchReport measureSpeech(const SpeechBenchOptions& options, const std::stop_token& cancel) {
    ResolvedDevice device = resolveDevice(options.device, options.dtype);
    const bool onProcessor = device.target.cudaDevice < 0;
    if (onProcessor && options.dtype == DtypeChoice::kAuto) {
        device = resolveDevice(DeviceKind::kCpu, DtypeChoice::kFloat32);
    }
    const PeakMemory peak(device.target.cudaDevice);
    const TemporaryFolder folder;
    writeRandomCheckpoint(options.kind, folder.path(), options.seed);
    const SpeechModel model(folder.path(), device.target, cancel);

    const int windows =
        options.windows > 0 ? options.windows : (onProcessor ? kWindowsProcessor : kWindowsCard);
    SpeechBenchReport report;
    report.kind = options.kind;
    report.device = device.name;
    report.dtype = device.dtype;
    report.parameters = model.parameters();
    report.windows = windows;
    report.tokens = options.tokens;

    const c10::InferenceMode inference;
    const std::vector<std::int16_t> sound = madeSound();
    const double maximum = model.mel().maximum(sound);
    at::Tensor mel;
    report.spectrum = timed(options.repetitions, [&] {
        mel = model.mel().window(sound, 0, kWindowFrames, maximum).unsqueeze(0);
        await(mel);
    });
    throwIfCancelled(cancel);
    // A processor hears one window after the other, as the program does.
    const int together = onProcessor ? 1 : windows;
    const at::Tensor mels = mel.expand({together, -1, -1}).contiguous();
    SpeechCache cache;
    report.encoder = shareOf(timed(options.repetitions,
                                   [&] {
                                       const at::Tensor states = model.encoder().run(mels, cancel);
                                       cache = model.decoder().hear(states, cancel);
                                       awaitHeard(cache, model);
                                   }),
                             together);
    const std::vector<TokenId> head =
        promptTokens(model.config(), {.language = "en", .withTimes = true});
    cache = cache.select(std::vector<std::int64_t>(static_cast<std::size_t>(windows), 0));
    const std::vector<std::vector<TokenId>> heads(static_cast<std::size_t>(windows), head);
    const TokenId word = model.config().ids.blank;
    const std::vector<std::vector<TokenId>> next(static_cast<std::size_t>(windows), {word});
    const std::vector<TokenId> said = {model.config().ids.timesBegin, word, word};
    const std::vector<const std::vector<TokenId>*> saidByAll(static_cast<std::size_t>(windows),
                                                             &said);
    const auto choose = [&](const at::Tensor& logits) {
        model.choice().likeliest(logits.select(1, logits.size(1) - 1), saidByAll, true);
    };
    const auto say = [&] {
        cache.clearTokens();
        choose(
            model.decoder().step(cache, heads, static_cast<std::int64_t>(head.size()) - 1, cancel));
        for (int i = 1; i < options.tokens; ++i) {
            choose(model.decoder().step(cache, next, 0, cancel));
        }
    };
    report.decoder = shareOf(timed(options.repetitions, say), options.tokens);
    const std::vector<TokenId> text(static_cast<std::size_t>(options.tokens), word);
    report.words = timed(options.repetitions, [&] {
        alignWords(model, {cache, 0}, text, kWindowFrames, "en", cancel);
    });
    report.peakBytes = peak.deviceBytes().value_or(peak.hostBytes());
    return report;
}

}  // namespace reelquery
