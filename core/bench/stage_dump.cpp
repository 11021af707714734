#include "core/bench/stage_dump.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "core/attention/backend_factory.h"
#include "core/device/stage_observer.h"
#include "core/session/ask/prepared_answer.h"
#include "core/session/plan/make_question.h"
#include "core/session/report/attention_report.h"
#include "vision/encoder/patchify.h"
#include "vision/video/video_probe.h"

namespace reelquery {

namespace {

using Stages = std::map<std::string, at::Tensor>;

/// Keeps what every layer gave on, chunk by chunk, and nothing from inside it.
class LayerRecorder final : public StageObserver {
  public:
    void see(const std::string& stage, const at::Tensor& value) override {
        constexpr std::string_view kLayer = "lm.layer_", kDeep = ".deepstack";
        if (!stage.starts_with(kLayer)) return;
        const std::size_t inner = stage.find('.', kLayer.size());
        if (inner != std::string::npos && stage.substr(inner) != kDeep) return;
        chunks_[stage].push_back(value.to(at::kCPU, at::kFloat).clone());
    }

    void take(Stages& stages) const {
        for (const auto& [stage, chunks] : chunks_) stages[stage] = at::cat(chunks);
    }

  private:
    std::map<std::string, std::vector<at::Tensor>> chunks_;
};

const char* typeName(at::ScalarType type) {
    switch (type) {
        case at::kByte:
            return "U8";
        case at::kLong:
            return "I64";
        case at::kDouble:
            return "F64";
        default:
            return "F32";
    }
}

void write(const Stages& stages, const std::filesystem::path& file) {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    std::int64_t at = 0;
    for (const auto& [name, value] : stages) {
        const auto bytes = static_cast<std::int64_t>(value.nbytes());
        header[name] = {{"dtype", typeName(value.scalar_type())},
                        {"shape", value.sizes().vec()},
                        {"data_offsets", {at, at + bytes}}};
        at += bytes;
    }
    const std::string text = header.dump();
    const std::uint64_t length = text.size();
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(&length), sizeof length);
    out << text;
    for (const auto& [name, value] : stages) {
        const at::Tensor flat = value.contiguous();
        out.write(static_cast<const char*>(flat.const_data_ptr()),
                  static_cast<std::streamsize>(flat.nbytes()));
    }
    out.close();
    if (out) return;
    throw Error(ErrorCode::kUsage, file.string() + " cannot be written",
                "check the folder's permissions and the space left on the disk");
}

template <class Number>
at::Tensor tensorOf(const std::vector<Number>& values, at::ScalarType type) {
    return at::from_blob(const_cast<Number*>(values.data()), {std::ssize(values)},
                         c10::CppTypeToScalarType<Number>::value)
        .to(type, /*non_blocking=*/false, /*copy=*/true);
}

/// The frames as the model saw them, [T, height, width, 3].
at::Tensor framesOf(const std::vector<FrameSeen>& frames) {
    std::vector<at::Tensor> all;
    for (const FrameSeen& frame : frames) {
        all.push_back(at::from_blob(const_cast<std::uint8_t*>(frame.rgb->data()),
                                    {frame.height, frame.width, 3}, at::kByte));
    }
    return at::stack(all);
}

}  // namespace

void dumpStages(AskRequest request, const std::filesystem::path& file, const CancelToken& cancel) {
    const c10::InferenceMode inference;
    initVideoLibrary();
    request.mayReuse = false;
    request.wantFrames = true;
    request.generation.temperature = 0;
    request.generation.repetitionPenalty = 1;
    std::vector<FrameSeen> frames;
    const AnswerSink sink = [&](const AnswerEvent& event) {
        if (const auto* frame = std::get_if<FrameSeen>(&event)) frames.push_back(*frame);
    };
    const Question question = makeQuestion(
        std::move(request), [](const ModelChoice& choice) { return readFrameRules(choice.folder); },
        cancel);
    WarmState warm{SessionStorage()};
    const PreparedQuestion prepared = prepareQuestion({question, 1, sink, cancel}, warm);
    const LoadedModel& model = warm.model();
    const AskRequest& asked = prepared.question.asked;
    const VideoFeatures& video = *prepared.video;

    Stages stages;
    stages["in.frames"] = framesOf(frames);
    stages["in.frame_times_s"] = tensorOf(video.frameTimesS, at::kDouble);
    stages["in.seconds_per_pair"] = at::full({1}, video.secondsPerPair, at::kDouble);
    stages["in.grid"] = at::tensor({video.grid.t, video.grid.h, video.grid.w}, at::kLong);
    stages["in.ids"] = tensorOf(prepared.prompt.ids, at::kLong);
    std::vector<at::Tensor> axes;
    for (const auto& axis : prepared.positions.axes) axes.push_back(tensorOf(axis, at::kLong));
    stages["in.positions"] = at::stack(axes);
    stages["in.pixel_rows"] = patchify(stages["in.frames"].permute({0, 3, 1, 2}).contiguous(),
                                       model.config().vision, model.config().videoPixels);
    stages["vision.output"] = video.rows.to(at::kCPU, at::kFloat);
    for (std::size_t j = 0; j < video.deep.size(); ++j) {
        stages["vision.deepstack_" + std::to_string(j)] = video.deep[j].to(at::kCPU, at::kFloat);
    }

    DecodeSession session = model.languageModel().makeSession(prepared.cacheTokens(asked));
    LayerRecorder recorder;
    const auto dense = makeAttentionBackend({}, attentionTarget(model));
    const AnswerSink silent = [](const AnswerEvent&) {};
    std::string said;
    const PreparedAnswer answer = answerPrepared({.request = asked,
                                                  .prepared = prepared,
                                                  .model = model,
                                                  .backend = *dense,
                                                  .prefillEvents = silent,
                                                  .answerEvents = silent,
                                                  .session = session,
                                                  .cancel = cancel,
                                                  .observer = &recorder},
                                                 said);
    recorder.take(stages);
    stages["lm.logits"] = answer.promptLogits;
    stages["out.ids"] = tensorOf(answer.ids, at::kLong);
    write(stages, file);
}

}  // namespace reelquery
