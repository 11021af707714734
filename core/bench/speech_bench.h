#pragma once
// Times a Whisper model of a published shape with random weights: spectrum, encoder, decoder,
// words.

#include <cstdint>
#include <stop_token>
#include <string>

#include "core/base/run_options.h"
#include "core/bench/bench_time.h"

namespace reelquery {

struct SpeechBenchOptions {
    std::string kind = "whisper-base";  ///< one of randomCheckpointKinds() that hears
    DeviceKind device = DeviceKind::kAuto;
    DtypeChoice dtype = DtypeChoice::kAuto;  ///< kAuto: as speech is heard, float32 on a processor
    int windows = 0;      ///< heard side by side; 0: as many as the program takes there
    int tokens = 100;     ///< said in each window: fluent speech has 3 to 4 a second
    int repetitions = 3;  ///< timed runs after one that is not counted
    std::uint64_t seed = 1;
};

struct SpeechBenchReport {
    std::string kind, device, dtype;
    std::int64_t parameters = 0;
    int windows = 0, tokens = 0;
    BenchTime spectrum;          ///< of a window
    BenchTime encoder;           ///< of a window, with the decoder's keys of it
    BenchTime decoder;           ///< of a token in all windows at once, its choice included
    BenchTime words;             ///< of a window: times of its words
    std::int64_t peakBytes = 0;  ///< of the device, weights included; of the process on a processor

    /// Seconds of sound heard in a second.
    double timesRealTime() const;
};

/// The random checkpoint lies in a temporary folder meanwhile. Errors: kUsage for another kind,
/// kDevice, kMemory, kModel (no room), kCancelled.
SpeechBenchReport measureSpeech(const SpeechBenchOptions& options, const std::stop_token& cancel);

}  // namespace reelquery
