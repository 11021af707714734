#include "core/session/keep/warm_summary.h"

#include <algorithm>

#include "core/base/option_names.h"
#include "core/session/keep/feature_keeper.h"
#include "core/session/keep/loaded_model.h"
#include "core/session/keep/prefix_keeper.h"

namespace reelquery {

namespace {

HeldMemory heldFor(const WarmSummary& warm, DeviceKind asked) {
    HeldMemory held{warm.frameBytes + warm.hostRowBytes, 0};
    if (!warm.model) return held;
    const std::int64_t onDevice =
        warm.model->anonymousBytes + warm.prefixBytes + warm.rowBytes + warm.passingBytes;
    const int card = warm.model->target.cudaDevice;
    if (card < 0) {
        held.hostBytes += onDevice;
    } else if (resolveDevice(asked, DtypeChoice::kAuto).target.cudaDevice == card) {
        held.cardBytes = onDevice;
    }
    return held;
}

KeptWork keptOf(const WarmSummary& warm, const QuestionPlan& question, const AskRequest& request,
                const CancelToken& cancel) {
    if (!request.mayReuse) return {};
    const bool isWarm =
        warm.model && !warm.model->filesId.empty() && warm.model->isMeantBy(request.model);
    const std::string key = featureKey(
        question, isWarm ? warm.model->filesId
                         : modelFilesId(request.model.folder, cancel, request.model.visionFile));
    KeptWork kept;
    if (key.empty()) return kept;
    const auto found = std::find(warm.features.begin(), warm.features.end(), key);
    kept.features = found != warm.features.end() || warm.files.has(key);
    const bool isNewest = !warm.features.empty() && warm.features.front() == key;
    kept.frames = request.wantFrames ? isNewest && warm.hasFrames : kept.features;
    const AttentionOptions attention = prefixAttention(request.attention);
    const auto prefix = std::find_if(
        warm.prefixes.begin(), warm.prefixes.end(),
        [&](const WarmPrefix& one) { return one.features == key && one.attention == attention; });
    if (isWarm && prefix != warm.prefixes.end()) kept.prefixTokens = prefix->tokens;
    return kept;
}

}  // namespace

bool WarmModel::isMeantBy(const ModelChoice& asked) const {
    ModelChoice same = asked;
    same.device = choice.device;
    same.dtype = choice.dtype;
    return same == choice && resolveDevice(asked.device, asked.dtype).target == target;
}

QuestionPlan planWith(const WarmSummary& warm, const Question& asked, const CancelToken& cancel) {
    const AskRequest& request = asked.asked;
    QuestionPlan question = planQuestion(asked, heldFor(warm, request.model.device));
    Plan& plan = question.plan;
    if (!warm.measurements) return question;
    Workload work = workloadOf(question.config, plan.frames, plan.videoTokens, plan.promptTokens);
    work.sampling = nameOf(question.frames.modeUsed);
    work.attention = attentionKey(request.attention);
    const KeptWork kept = keptOf(warm, question, request, cancel);
    plan.forecast =
        forecastOf(workLeft(work, kept, plan.promptTokens),
                   warm.measurements->runs(question.device.name, question.device.dtype));
    return question;
}

}  // namespace reelquery
