#include "app/gui/settings/answering_pages.h"

#include <QCoreApplication>

#include "app/gui/look/make.h"
#include "app/gui/settings/bound_form.h"
#include "app/gui/state/settings_model.h"

namespace reelquery {

namespace {

QString say(const char* text) {
    return QCoreApplication::translate("Settings", text);
}

#define SAY(text) say(QT_TRANSLATE_NOOP("Settings", text))

}  // namespace

QWidget* makeSamplingPage(SettingsModel& settings, QWidget* parent) {
    auto* form = make<BoundForm>(settings, SAY("Frames and budget"), parent);
    form->addChoice(
        SAY("&Budget"),
        {{SAY("Quick: 4,096 tokens"), int(BudgetPreset::kQuick)},
         {SAY("Standard: 16,384 tokens"), int(BudgetPreset::kStandard)},
         {SAY("Long: 65,536 tokens"), int(BudgetPreset::kLong)},
         {SAY("Max: 115,200 tokens"), int(BudgetPreset::kMax)},
         {SAY("Custom"), int(BudgetPreset::kCustom)}},
        SAY("More tokens mean more frames and more detail, but a longer wait"),
        [](const AskSettings& s) { return int(presetOf(s.sampling)); },
        [](AskSettings& s, int preset) {
            if (BudgetPreset(preset) != BudgetPreset::kCustom)
                applyPreset(BudgetPreset(preset), s.sampling);
        });
    form->addChoice(
        SAY("&Sampling"),
        {{SAY("Automatic"), int(SamplingMode::kAuto)},
         {SAY("Exact times"), int(SamplingMode::kExact)},
         {SAY("Key frames: fastest"), int(SamplingMode::kKeyframes)}},
        SAY("Automatic takes key frames where they lie close enough to the wanted times"),
        [](const AskSettings& s) { return int(s.sampling.mode); },
        [](AskSettings& s, int mode) { s.sampling.mode = SamplingMode(mode); });
    form->addNumber(SAY("&Frames per second"), 0.01, 60, 0.5,
                    SAY("Wanted; the budget may allow fewer"),
                    [](AskSettings& s) -> double& { return s.sampling.fps; });
    form->addCount(SAY("&Most frames"), 2, 4096, SAY("Upper limit for the whole video"),
                   [](AskSettings& s) -> int& { return s.sampling.maxFrames; });
    form->addCount(SAY("&Least tokens of two frames"), 4, 16384, SAY("Lower limit of detail"),
                   [](AskSettings& s) -> int& { return s.sampling.minTokensPerPair; });
    form->addCount(SAY("M&ost tokens of two frames"), 4, 16384, SAY("Upper limit of detail"),
                   [](AskSettings& s) -> int& { return s.sampling.maxTokensPerPair; });
    form->finish();
    return form;
}

QWidget* makeAttentionPage(SettingsModel& settings, QWidget* parent) {
    auto* form = make<BoundForm>(settings, SAY("Attention"), parent);
    form->addNote(SAY(
        "Dense attention reads everything. Sparse attention (XAttention) estimates which blocks "
        "matter and reads only those; it pays on long videos and changes answers a little."));
    form->addChoice(
        SAY("&Kind"),
        {{attentionName(AttentionKind::kAuto), int(AttentionKind::kAuto)},
         {attentionName(AttentionKind::kDense), int(AttentionKind::kDense)},
         {attentionName(AttentionKind::kXAttention), int(AttentionKind::kXAttention)}},
        SAY("Automatic takes sparse attention where it pays"),
        [](const AskSettings& s) { return int(s.attention.kind); },
        [](AskSettings& s, int kind) { s.attention.kind = AttentionKind(kind); });
    form->addHeading(SAY("Sparse attention"));
    form->addChoice(
        SAY("&Stride"), {{SAY("4: most careful"), 4}, {SAY("8"), 8}, {SAY("16: fastest"), 16}},
        SAY("Spacing of the antidiagonals the estimate looks at"),
        [](const AskSettings& s) { return s.attention.stride; },
        [](AskSettings& s, int stride) { s.attention.stride = stride; });
    form->addNumber(SAY("&Threshold"), 0, 1, 0.01,
                    SAY("Share of the estimated attention that is kept"),
                    [](AskSettings& s) -> double& { return s.attention.threshold; });
    form->addFile(
        SAY("Thresholds &file"),
        SAY("JSON with a threshold for each layer and head; goes before the threshold above"),
        [](AskSettings& s) -> std::string& { return s.attention.thresholdsFile; });
    form->addCount(SAY("&Dense first layers"), 0, 128, SAY("The first layers that stay dense"),
                   [](AskSettings& s) -> int& { return s.attention.denseFirstLayers; });
    form->addCount(SAY("Dense &last tokens"), 0, 65536,
                   SAY("The end of the prompt that stays dense: the question"),
                   [](AskSettings& s) -> int& { return s.attention.denseLastTokens; });
    form->addHeading(SAY("Comparison"));
    form->addCount(SAY("&Rounds"), 1, 15,
                   SAY("Measured runs of each side after a warm-up; figures are their medians"),
                   [](AskSettings& s) -> int& { return s.comparisonRounds; });
    form->finish();
    return form;
}

QWidget* makeGenerationPage(SettingsModel& settings, QWidget* parent) {
    auto* form = make<BoundForm>(settings, SAY("Answers"), parent);
    form->addText(SAY("&System prompt"), SAY("Empty: the model's own"),
                  [](AskSettings& s) -> std::string& { return s.systemPrompt; });
    form->addCount(SAY("&Longest answer"), 1, 32768, SAY("In tokens"),
                   [](AskSettings& s) -> int& { return s.generation.maxNewTokens; });
    form->addNumber(
        SAY("&Temperature"), 0, 5, 0.1,
        SAY("0 always takes the likeliest word, so the same question gets the same answer"),
        [](AskSettings& s) -> double& { return s.generation.temperature; });
    form->addCount(SAY("Top &K"), 0, 131072, SAY("0: no limit"),
                   [](AskSettings& s) -> int& { return s.generation.topK; });
    form->addNumber(SAY("Top &P"), 0.01, 1, 0.05, SAY("1: no limit"),
                    [](AskSettings& s) -> double& { return s.generation.topP; });
    form->finish();
    return form;
}

#undef SAY

}  // namespace reelquery
