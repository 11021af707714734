#pragma once
// How fast answered questions ran, in rates that carry over to other questions, and the forecast
// made from them.

#include <optional>
#include <string>
#include <vector>

#include "core/session/events.h"
#include "core/spec/model_config.h"

namespace reelquery {

/// What a question asks of the machine.
struct Workload {
    std::string model;      ///< shape of the model, "qwen2_vl 28x1536"
    std::string sampling;   ///< "exact", "keyframes"; a plan never says auto
    std::string attention;  ///< attentionKey()
    double frames = 0;
    double encodeFlop = 0;     ///< of the vision tower
    double linearFlop = 0;     ///< of prefill's matrix products
    double attentionFlop = 0;  ///< of prefill's attention, were it dense
};

/// The rates of one answered question; unset where nothing was done that tells. With each rate goes
/// how long it was measured: a moment tells nothing of minutes.
struct RunSpeed {
    std::string model, sampling, attention;           ///< as Workload's
    std::optional<double> decodePerFrameS, decodedS;  ///< of decoders that nothing holds up
    /// Of decoding or of what runs beside it, whichever is shorter: the share that nobody waited
    /// for. From 0, one after the other, to 1.
    std::optional<double> hiddenShare;
    std::optional<double> encodeFlopPerS, encodedS;
    std::optional<double> linearFlopPerS, linearS;
    std::optional<double> attentionFlopPerS, attendedS;
    std::optional<double> otherS;  ///< of the time to the first token, none of these

    bool operator==(const RunSpeed&) const = default;
};

/// What of a question's work is kept from earlier ones.
struct KeptWork {
    bool frames = false;            ///< nothing is decoded
    bool features = false;          ///< nothing is encoded
    std::int64_t prefixTokens = 0;  ///< of the prompt, whose keys and values are there
};

/// promptTokens: the video's and all others. sampling and attention are left empty.
Workload workloadOf(const ModelConfig& config, std::int64_t frames, std::int64_t videoTokens,
                    std::int64_t promptTokens);

/// The work that is left of a prompt of `promptTokens` beside what is kept.
Workload workLeft(Workload work, const KeptWork& kept, std::int64_t promptTokens);

/// The rates that a report shows for its workload. What came from memory tells nothing.
RunSpeed speedOf(const AnswerReport& report, const Workload& workload);

/// Median over the latest runs of each rate: those of the same model, way of sampling and of
/// attention where there are any, else of any. A run tells at most about twenty times as long as it
/// took. Unset where no run tells of a rate that is needed; what is no work needs none. Decoding
/// runs beside encoding and reading: Forecast::decodeS is what is waited for it.
std::optional<Forecast> forecastOf(const Workload& workload, const std::vector<RunSpeed>& runs);

}  // namespace reelquery
