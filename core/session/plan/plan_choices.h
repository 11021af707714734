#pragma once
// The ways out where a question does not fit: smaller numbers, fewer or smaller frames.

#include <cstdint>
#include <functional>
#include <vector>

#include "core/answer/answer_plan.h"
#include "core/session/plan/memory_need.h"
#include "core/session/plan/planner.h"

namespace reelquery {

/// What the question would need with the model's numbers stored like this and so many tokens of
/// the video, in frames of this size.
using NeedOf = std::function<MemoryNeed(WeightChoice weights, KvChoice kv, std::int64_t tokens,
                                        const FrameSize& size)>;

/// The choices that fit into the plan's available memory, those that cost least first: keys and
/// values in 8 bits, weights in 8 and in 4, then both; with the model as it was asked for, fewer
/// frames, smaller ones or a shorter range. Where no numbers are small enough for the whole video,
/// the frames that fit beside the smallest are offered. Empty where nothing fits.
std::vector<PlanChoice> planChoices(const QuestionPlan& question, const NeedOf& needOf);

}  // namespace reelquery
