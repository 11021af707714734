#pragma once
// The engine-side choices of a question as one value, and how they are written to disk.

#include <QJsonObject>
#include <QString>

#include "core/session/session.h"

namespace reelquery {

/// The token budgets a person picks by name. kCustom: the numbers were set by hand.
enum class BudgetPreset { kQuick, kStandard, kLong, kMax, kCustom };

/// Everything of an AskRequest that is a setting.
struct AskSettings {
    ModelChoice model;
    SamplingOptions sampling;
    DecodeChoice decode = DecodeChoice::kAuto;
    bool heardFirst = false;    ///< what was made from speech goes before other subtitles
    SubtitleOptions subtitles;  ///< file: dropped on the window, for the video at hand
    int videoTrack = 0;         ///< of the video at hand: 1, 2, ...; 0: the main one
    AttentionOptions attention;
    GenerationOptions generation;
    std::string systemPrompt;
    bool wantEvidence = true;  ///< show where the model looked
    bool watchAhead = true;    ///< look at a video before anything is asked
    int comparisonRounds = 3;  ///< measured rounds of each side, after a warm-up
};

/// What a new user starts with: the standard budget, attention chosen by length.
AskSettings defaultAskSettings();

/// Tokens of a preset: 4,096, 16,384, 65,536 or 115,200. Not for kCustom.
std::int64_t presetTokens(BudgetPreset preset);

/// Sets budget and frame limit: 64 tokens a frame, so that frames keep enough detail to read, and
/// at most the 768 frames the models were trained with.
void applyPreset(BudgetPreset preset, SamplingOptions& sampling);

/// The preset whose numbers these are.
BudgetPreset presetOf(const SamplingOptions& sampling);

QJsonObject toJson(const AskSettings& settings);

/// Absent or malformed values keep their default; numbers are clamped to what the engine takes.
AskSettings askSettingsFromJson(const QJsonObject& json);

/// "dense", "sparse", "auto", for the user.
QString attentionName(AttentionKind kind);

}  // namespace reelquery
