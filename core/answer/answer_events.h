#pragma once
// What an answerer tells while it works, as value structs.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/answer/answer_plan.h"

namespace reelquery {

using RequestId = std::uint64_t;

/// Ends plan; sent early by ask.
struct PlanReady {
    RequestId request = 0;
    Plan plan;
};

/// Ends loadModel.
struct ModelReady {
    RequestId request = 0;
    std::string name;    ///< folder name
    std::string family;  ///< config.json's model_type: "qwen2_vl"
    std::int64_t parameters = 0;
    std::int64_t weightBytes = 0;
    std::string device;        ///< "cpu", "cuda:0 NVIDIA ..."
    std::string dtype;         ///< "bfloat16", "float32"
    std::string weightFormat;  ///< of most of the language model: "bf16", "int4", "Q4_K"
};

enum class Phase { kLoad, kDecode, kEncode, kPrefill, kAnswer };

/// How far a phase is. Phases overlap (decode runs ahead of encode); counts never go back.
struct Progress {
    RequestId request = 0;
    Phase phase = Phase::kLoad;
    std::int64_t done = 0;
    std::int64_t total = 0;  ///< 0 while unknown
};

/// How far a file was read through for the times of its frames, where its container lists none;
/// once a file.
struct ScannedTo {
    RequestId request = 0;
    std::int64_t doneBytes = 0, totalBytes = 0;
};

/// One frame as the model sees it: resized, rotated, tone-mapped.
struct FrameSeen {
    RequestId request = 0;
    int index = 0;
    double timeS = 0;  ///< when it is shown, from the start of the file
    int width = 0, height = 0;
    std::shared_ptr<const std::vector<std::uint8_t>>
        rgb;  ///< [height, width, 3]; shared, immutable
};

/// Some more of the answer: whole UTF-8 characters.
struct AnswerDelta {
    RequestId request = 0;
    std::string text;
};

/// A pass of a comparison begins.
struct ComparisonStep {
    RequestId request = 0;
    bool isSparse = false;
    int round = 0;  ///< 0 is the warm-up
    int rounds = 0;
    /// What each side answered; empty until its warm-up is over.
    std::string denseAnswer = {}, sparseAnswer = {};
};

using AnswerEvent =
    std::variant<PlanReady, Progress, ScannedTo, FrameSeen, AnswerDelta, ComparisonStep>;

/// Receives the events of the request being answered, in order, on the thread that answers.
using AnswerSink = std::function<void(const AnswerEvent&)>;

}  // namespace reelquery
