// Random speech models: published sizes, and figures that hang together.

#include "core/bench/speech_bench.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/bench/random_speech.h"

namespace reelquery {

TEST_CASE("The published speech models have the published sizes") {
    // Parameters and tensors of the hub's files.
    struct Published {
        const char* kind;
        std::int64_t parameters;
        std::size_t tensors;
    };

    const auto published =
        GENERATE(values<Published>({{"whisper-tiny", 37'760'640, 167},
                                    {"whisper-base", 72'593'920, 245},
                                    {"whisper-small", 241'734'912, 479},
                                    {"whisper-large-v3", 1'543'490'560, 1259},
                                    {"whisper-large-v3-turbo", 808'878'080, 587}}));
    CAPTURE(published.kind);
    const CheckpointShape shape = randomSpeechShape(published.kind);
    std::int64_t parameters = 0;
    for (const WeightShape& tensor : shape.tensors) parameters += tensor.values();
    CHECK(parameters == published.parameters);
    CHECK(shape.tensors.size() == published.tensors);
}

TEST_CASE("A speech model's bench reports what it measured") {
    SpeechBenchOptions options;
    options.kind = "tiny-speech";
    options.device = DeviceKind::kCpu;
    options.windows = 2;
    options.tokens = 5;
    options.repetitions = 1;
    const SpeechBenchReport report = measureSpeech(options, {});
    CHECK(report.dtype == "float32");  // as speech is heard on a processor
    CHECK(report.windows == 2);
    CHECK(report.spectrum.medianMs > 0);
    CHECK(report.encoder.medianMs > 0);
    CHECK(report.decoder.medianMs > 0);
    CHECK(report.words.medianMs > 0);
    const double windowMs = report.spectrum.medianMs + report.encoder.medianMs +
                            report.words.medianMs + report.decoder.medianMs * 5 / 2;
    CHECK(report.timesRealTime() == Approx(30'000 / windowMs));
    CHECK(report.peakBytes > 0);
    options.kind = "whisper-huge";
    CHECK_THROWS_AS(measureSpeech(options, {}), Error);
}

}  // namespace reelquery
