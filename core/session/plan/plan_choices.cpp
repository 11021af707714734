#include "core/session/plan/plan_choices.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/option_names.h"

namespace reelquery {

namespace {

/// How the numbers of a model are stored, and what it is called.
struct Storage {
    WeightChoice weights;
    KvChoice kv;
};

std::string numbersOf(const Storage& storage, const ModelChoice& asked) {
    const bool isWeights = storage.weights != asked.weights, isKv = storage.kv != asked.kv;
    const std::string bits = storage.weights == WeightChoice::kInt4 ? "4" : "8";
    if (isWeights && isKv) return "weights in " + bits + " bits, keys and values in 8";
    return isWeights ? "weights in " + bits + " bits" : "keys and values in 8 bits";
}

std::string flagOf(const Storage& storage, const ModelChoice& asked) {
    std::string flag;
    if (storage.weights != asked.weights) {
        flag = std::string("--weights ") + nameOf(storage.weights);
    }
    if (storage.kv != asked.kv) {
        flag += std::string(flag.empty() ? "" : " ") + "--kv " + nameOf(storage.kv);
    }
    return flag;
}

/// The storages that are smaller than what was asked for, what costs least first.
std::vector<Storage> smallerStorages(const ModelChoice& asked) {
    std::vector<Storage> storages;
    if (asked.kv == KvChoice::kRun) storages.push_back({asked.weights, KvChoice::kInt8});
    // FP8 takes what int8 takes and is less exact.
    for (const WeightChoice weights : {WeightChoice::kInt8, WeightChoice::kInt4}) {
        const bool isSmaller =
            asked.weights == WeightChoice::kStored ||
            (asked.weights != WeightChoice::kInt4 && weights == WeightChoice::kInt4);
        if (!isSmaller) continue;
        storages.push_back({weights, asked.kv});
        if (asked.kv == KvChoice::kRun) storages.push_back({weights, KvChoice::kInt8});
    }
    return storages;
}

/// Frames that fit beside the weights of one storage.
std::vector<PlanChoice> frameChoices(const QuestionPlan& question, const NeedOf& needOf,
                                     const Storage& storage) {
    std::vector<PlanChoice> choices;
    const std::int64_t most =
        needOf(storage.weights, storage.kv, question.plan.videoTokens, question.frames.size)
            .tokensFitting(question.plan.availableBytes);
    for (const PlanAlternative& alternative :
         proposeAlternatives(question.video, question.sampling, most)) {
        // More of smaller frames may wait: they can take a little more than was freed.
        const std::int64_t bytes =
            needOf(storage.weights, storage.kv, alternative.tokens, alternative.size)
                .deviceBytes(alternative.tokens);
        if (bytes > question.plan.availableBytes) continue;
        choices.push_back({alternative.what, alternative.flag, static_cast<int>(alternative.frames),
                           alternative.tokens, bytes, alternative.options, "",
                           question.asked.model.weights, question.asked.model.kv});
    }
    return choices;
}

}  // namespace

std::vector<PlanChoice> planChoices(const QuestionPlan& question, const NeedOf& needOf) {
    const Plan& plan = question.plan;
    const ModelChoice& asked = question.asked.model;
    std::vector<PlanChoice> choices;
    const auto storages = smallerStorages(asked);
    const MemoryNeed whole =
        needOf(asked.weights, asked.kv, plan.videoTokens, question.frames.size);
    const auto isOffered = [&choices](WeightChoice weights) {
        return std::any_of(choices.begin(), choices.end(),
                           [&](const PlanChoice& choice) { return choice.weights == weights; });
    };
    for (const Storage& storage : storages) {
        const MemoryNeed need =
            needOf(storage.weights, storage.kv, plan.videoTokens, question.frames.size);
        const std::int64_t bytes = need.deviceBytes(plan.videoTokens);
        const bool isBoth = storage.weights != asked.weights && storage.kv != asked.kv;
        // Packed files stay as they are; a second loss is offered only where one is not enough.
        const bool helps = storage.weights == asked.weights || need.weightBytes < whole.weightBytes;
        if (!helps || bytes > plan.availableBytes) continue;
        if (isBoth && (isOffered(storage.weights) || isOffered(WeightChoice::kInt8))) continue;
        choices.push_back({"", flagOf(storage, asked), plan.frames, plan.videoTokens, bytes,
                           question.sampling, numbersOf(storage, asked), storage.weights,
                           storage.kv});
    }
    const std::vector<PlanChoice> frames =
        frameChoices(question, needOf, {asked.weights, asked.kv});
    choices.insert(choices.end(), frames.begin(), frames.end());
    if (!choices.empty() || storages.empty()) return choices;
    // Not even the smallest numbers are enough: they and fewer frames.
    const Storage& least = storages.back();
    choices = frameChoices(question, needOf, least);
    for (PlanChoice& choice : choices) {
        choice.numbers = numbersOf(least, asked);
        choice.flag = flagOf(least, asked) + " " + choice.flag;
        choice.weights = least.weights;
        choice.kv = least.kv;
    }
    return choices;
}

}  // namespace reelquery
