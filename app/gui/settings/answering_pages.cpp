#include "app/gui/settings/answering_pages.h"

#include <QCoreApplication>

#include "app/gui/look/make.h"
#include "app/gui/settings/bound_form.h"
#include "app/gui/state/settings_model.h"

namespace reelquery {

namespace {

/// Gives the texts of this file their context.
struct Settings {
    Q_DECLARE_TR_FUNCTIONS(Settings)
};

}  // namespace

QWidget* makeSamplingPage(SettingsModel& settings, QWidget* parent) {
    auto* form = make<BoundForm>(settings, Settings::tr("Frames and budget"), parent);
    form->addNote(Settings::tr(
        "The budget is how many tokens of the video the model reads. Frames are taken evenly over "
        "the video and made smaller, then fewer, until they fit."));
    form->addChoice(
        Settings::tr("&Budget"),
        {{Settings::tr("Quick: 4,096 tokens"), int(BudgetPreset::kQuick)},
         {Settings::tr("Standard: 16,384 tokens"), int(BudgetPreset::kStandard)},
         {Settings::tr("Long: 65,536 tokens"), int(BudgetPreset::kLong)},
         {Settings::tr("Max: 115,200 tokens"), int(BudgetPreset::kMax)}},
        Settings::tr("More tokens mean more frames and more detail, but a longer wait"),
        [](const AskSettings& s) { return int(presetOf(s.sampling)); },
        [](AskSettings& s, int preset) { applyPreset(BudgetPreset(preset), s.sampling); },
        std::pair(Settings::tr("Custom"), int(BudgetPreset::kCustom)));
    form->addAmount(Settings::tr("&Tokens of the video"), 256, 1 << 20,
                    Settings::tr("At most. With one of the budgets all numbers below are set, too"),
                    [](AskSettings& s) -> std::int64_t& { return s.sampling.maxVideoTokens; });
    form->addChoice(
        Settings::tr("&Sampling"),
        {{Settings::tr("Automatic"), int(SamplingMode::kAuto)},
         {Settings::tr("Exact times"), int(SamplingMode::kExact)},
         {Settings::tr("Key frames: fastest"), int(SamplingMode::kKeyframes)}},
        Settings::tr("Automatic takes key frames where they lie close enough to the wanted times"),
        [](const AskSettings& s) { return int(s.sampling.mode); },
        [](AskSettings& s, int mode) { s.sampling.mode = SamplingMode(mode); });
    form->addChoice(
        Settings::tr("&Decoding"),
        {{Settings::tr("Automatic"), int(DecodeChoice::kAuto)},
         {Settings::tr("Processor alone"), int(DecodeChoice::kProcessor)},
         {Settings::tr("Graphics card too"), int(DecodeChoice::kCard)}},
        Settings::tr("The pictures are the same. Automatic lets the graphics card that the model "
                     "runs on help where that was faster."),
        [](const AskSettings& s) { return int(s.decode); },
        [](AskSettings& s, int choice) { s.decode = DecodeChoice(choice); });
    form->addNumber(Settings::tr("&Frames per second"), 0.01, 60, 0.5,
                    Settings::tr("Wanted; the budget may allow fewer"),
                    [](AskSettings& s) -> double& { return s.sampling.fps; });
    form->addCount(Settings::tr("&Most frames"), 2, 4096,
                   Settings::tr("Upper limit for the whole video"),
                   [](AskSettings& s) -> int& { return s.sampling.maxFrames; });
    form->addCount(Settings::tr("&Least tokens for two frames"), 4, 16384,
                   Settings::tr("Lower limit of detail"),
                   [](AskSettings& s) -> int& { return s.sampling.minTokensPerPair; });
    form->addCount(Settings::tr("M&ost tokens for two frames"), 4, 16384,
                   Settings::tr("Upper limit of detail"),
                   [](AskSettings& s) -> int& { return s.sampling.maxTokensPerPair; });
    form->addSwitch(Settings::tr("&Watching ahead"),
                    Settings::tr("Look at a video once it is open"),
                    Settings::tr("So that an answer begins at once. Gives way to everything else, "
                                 "and waits for mains power."),
                    [](AskSettings& s) -> bool& { return s.watchAhead; });
    form->finish();
    return form;
}

QWidget* makeAttentionPage(SettingsModel& settings, QWidget* parent) {
    auto* form = make<BoundForm>(settings, Settings::tr("Attention"), parent);
    form->addNote(Settings::tr(
        "Dense attention reads everything. Sparse attention (XAttention) estimates which blocks "
        "matter and reads only those; it pays on long videos and changes answers a little."));
    form->addChoice(
        Settings::tr("&Kind"),
        {{Settings::tr("Automatic"), int(AttentionKind::kAuto)},
         {Settings::tr("Dense"), int(AttentionKind::kDense)},
         {Settings::tr("Sparse"), int(AttentionKind::kSparse)}},
        Settings::tr("Automatic takes sparse attention where it pays"),
        [](const AskSettings& s) { return int(s.attention.kind); },
        [](AskSettings& s, int kind) { s.attention.kind = AttentionKind(kind); });
    form->addHeading(Settings::tr("Sparse attention"));
    form->addChoice(
        Settings::tr("&Stride"),
        {{Settings::tr("4: most careful"), 4},
         {Settings::tr("8"), 8},
         {Settings::tr("16: fastest"), 16}},
        Settings::tr("Spacing of the antidiagonals the estimate looks at"),
        [](const AskSettings& s) { return s.attention.selector.stride; },
        [](AskSettings& s, int stride) { s.attention.selector.stride = stride; });
    form->addOptionalNumber(
        Settings::tr("&Threshold"), 1, 0.01,
        Settings::tr("Share of the estimated attention that is kept"),
        Settings::tr("the model's own"),
        [](AskSettings& s) -> std::optional<double>& { return s.attention.selector.threshold; });
    form->addFile(
        Settings::tr("Thresholds &file"),
        Settings::tr(
            "JSON with a threshold for each layer and head; goes before the threshold above"),
        [](AskSettings& s) -> std::string& { return s.attention.selector.thresholdsFile; });
    form->addCount(
        Settings::tr("&Dense first layers"), 0, 128,
        Settings::tr("The first layers that stay dense"),
        [](AskSettings& s) -> int& { return s.attention.denseFirstLayers; }, Settings::tr("none"));
    form->addCount(
        Settings::tr("Dense &last tokens"), kDenseQuestion, 65536,
        Settings::tr("The end of the prompt that stays dense"),
        [](AskSettings& s) -> int& { return s.attention.denseLastTokens; },
        Settings::tr("the question"));
    form->addHeading(Settings::tr("Comparison"));
    form->addCount(
        Settings::tr("&Rounds"), 1, 15,
        Settings::tr("Measured runs of each side after a warm-up; figures are their medians"),
        [](AskSettings& s) -> int& { return s.comparisonRounds; });
    form->finish();
    return form;
}

QWidget* makeGenerationPage(SettingsModel& settings, QWidget* parent) {
    auto* form = make<BoundForm>(settings, Settings::tr("Answers"), parent);
    form->addNote(
        Settings::tr("At temperature 0 the same question gets the same answer, word for word."));
    form->addText(Settings::tr("&System prompt"), Settings::tr("Empty: the model's own"),
                  [](AskSettings& s) -> std::string& { return s.systemPrompt; });
    form->addCount(Settings::tr("&Longest answer"), 1, 32768, Settings::tr("In tokens"),
                   [](AskSettings& s) -> int& { return s.generation.maxNewTokens; });
    form->addNumber(
        Settings::tr("&Temperature"), 0, 5, 0.1,
        Settings::tr(
            "0 always takes the likeliest word, so the same question gets the same answer"),
        [](AskSettings& s) -> double& { return s.generation.temperature; });
    form->addCount(
        Settings::tr("Top &K"), 0, 131072,
        Settings::tr("How many of the likeliest words may be drawn; only above temperature 0"),
        [](AskSettings& s) -> int& { return s.generation.topK; }, Settings::tr("no limit"));
    form->addNumber(Settings::tr("Top &P"), 0.01, 1, 0.05, Settings::tr("1: no limit"),
                    [](AskSettings& s) -> double& { return s.generation.topP; });
    form->addSwitch(Settings::tr("&Moments"), Settings::tr("Show where the model looked"),
                    Settings::tr("Draws the attention under the time line and offers the "
                                 "strongest moments below each answer"),
                    [](AskSettings& s) -> bool& { return s.wantEvidence; });
    form->finish();
    return form;
}

}  // namespace reelquery
