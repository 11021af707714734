#pragma once
// Settings of how frames are taken, how the prompt is read and how the answer is drawn.

class QWidget;

namespace reelquery {

class SettingsModel;

/// Frames and budget.
QWidget* makeSamplingPage(SettingsModel& settings, QWidget* parent);
/// Dense and sparse attention.
QWidget* makeAttentionPage(SettingsModel& settings, QWidget* parent);
/// System prompt, length, randomness.
QWidget* makeGenerationPage(SettingsModel& settings, QWidget* parent);

}  // namespace reelquery
