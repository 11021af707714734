#include "app/gui/conversation/conversation_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFileInfo>
#include <QLabel>
#include <QMimeData>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QToolButton>
#include <QUrl>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "app/gui/conversation/budget_combo.h"
#include "app/gui/conversation/conversation_view.h"
#include "app/gui/conversation/plan_line.h"
#include "app/gui/conversation/progress_strip.h"
#include "app/gui/conversation/question_box.h"
#include "app/gui/conversation/question_lines.h"
#include "app/gui/conversation/start_hints.h"
#include "app/gui/look/format.h"
#include "app/gui/look/make.h"
#include "app/gui/look/palette_icon.h"
#include "app/gui/state/conversation_store.h"
#include "app/gui/state/plan_watcher.h"
#include "app/gui/state/question_runner.h"
#include "app/gui/state/settings_model.h"
#include "app/gui/state/versions.h"
#include "app/gui/state/video_state.h"
#include "app/gui/window/media_files.h"

namespace reelquery {

namespace {

constexpr int kLongestName = 260;  // of a subtitle file, in pixels
constexpr int kDraftMs = 500;      // a pause in typing

/// The subtitles that would be read, for the user; empty when there are none.
QString subtitlesName(const VideoState& video, const AskSettings& settings) {
    if (!settings.subtitles.file.empty()) return nameText(toQString(settings.subtitles.file));
    if (!video.summary() || video.summary()->subtitles.empty()) return {};
    const auto& sources = video.summary()->subtitles;
    const auto heard = std::find_if(sources.begin(), sources.end(),
                                    [](const SubtitleSource& one) { return !one.heardBy.empty(); });
    const bool isPartOnly = sources.front().isPartial || settings.heardFirst;
    const SubtitleSource& first = isPartOnly && heard != sources.end() ? *heard : sources.front();
    if (!first.heardBy.empty())
        return ConversationPanel::tr("made from speech by %1").arg(toQString(first.heardBy));
    if (!first.file.empty()) return nameText(toQString(first.file));
    return first.language.empty()
               ? ConversationPanel::tr("track of the video")
               : ConversationPanel::tr("track of the video (%1)").arg(toQString(first.language));
}

}  // namespace

ConversationPanel::ConversationPanel(ConversationStore& store, QuestionRunner& runner,
                                     SettingsModel& settings, VideoState& video, PlanWatcher& plans,
                                     QWidget* parent)
    : QWidget(parent),
      store_(store),
      runner_(runner),
      settings_(settings),
      video_(video),
      plans_(plans),
      drafts_(settings) {
    setMinimumWidth(450);  // the row of choices and buttons below the question
    auto* column = columnLayout(this, 0);
    pages_ = make<QStackedWidget>(this);
    view_ = make<ConversationView>(store, video.frames(), pages_);
    // Scrolls, so that many suggestions do not make the window higher.
    hintsArea_ = make<QScrollArea>(pages_);
    hintsArea_->setWidgetResizable(true);
    hintsArea_->setFrameShape(QFrame::NoFrame);
    hintsArea_->setFocusPolicy(Qt::NoFocus);
    hints_ = make<StartHints>(hintsArea_);
    hintsArea_->setWidget(hints_);
    pages_->addWidget(hintsArea_);
    pages_->addWidget(view_);
    column->addWidget(pages_, 1);
    column->addWidget(makeBox());

    connect(hints_, &StartHints::modelsRequested, this, &ConversationPanel::modelsRequested);
    connect(hints_, &StartHints::questionPicked, this, [this](const QString& question) {
        box_->setPlainText(question);
        ask();
    });
    connect(view_, &ConversationView::editRequested, this, &ConversationPanel::editExchange);
    connect(view_, &ConversationView::regenerateRequested, &runner_, &QuestionRunner::askAgain);
    connect(view_, &ConversationView::longBudgetRequested, this, [this](int exchange) {
        takeBudget(BudgetPreset::kLong);
        runner_.askAgain(exchange);
    });
    connect(view_, &ConversationView::closerLookRequested, &runner_, &QuestionRunner::lookCloser);
    connect(view_, &ConversationView::versionRequested, this, &ConversationPanel::showVersion);
    draftSoon_.setSingleShot(true);
    draftSoon_.setInterval(kDraftMs);
    connect(&draftSoon_, &QTimer::timeout, this, &ConversationPanel::keepDraft);
    connect(box_, &QPlainTextEdit::textChanged, &draftSoon_, qOverload<>(&QTimer::start));
    showDraft();
    connect(&store_, &ConversationStore::aboutToShow, this, &ConversationPanel::keepDraft);
    connect(&store_, &ConversationStore::shown, this, [this] {
        if (!store_.isShown(draftOf_)) showDraft();
        updateState();
    });
    connect(&store_, &ConversationStore::becameCopy, this,
            [this](const QString& before, const QString& id) {
                if (draftOf_ == before) draftOf_ = id;
                drafts_.rename(before, id);
                if (wantedVersion_ && wantedVersion_->conversation == before)
                    wantedVersion_->conversation = id;
            });
    connect(&store_, &ConversationStore::appended, this, &ConversationPanel::updateState);
    connect(&store_, &ConversationStore::truncated, this, &ConversationPanel::updateState);
    connect(&settings_, &SettingsModel::askChanged, this, &ConversationPanel::updateState);
    for (const auto signal : {&VideoState::closed, &VideoState::rangeChanged}) {
        connect(&video_, signal, this, &ConversationPanel::updateState);
    }
    connect(&video_, &VideoState::subtitlesChanged, this, &ConversationPanel::updateState);
    connect(&video_, &VideoState::opening, this, &ConversationPanel::updateState);
    connect(&video_, &VideoState::opened, this, &ConversationPanel::updateState);
    connect(&video_, &VideoState::failed, this, &ConversationPanel::updateState);
    connectRunner();
    connectPlans();
    updateState();
}

QWidget* ConversationPanel::makeBox() {
    auto* outer = make<QWidget>(this);
    auto* margins = columnLayout(outer, 4);
    margins->setContentsMargins(14, 4, 14, 10);
    progress_ = make<ProgressStrip>(outer);
    margins->addWidget(progress_);
    auto* frame = make<QFrame>(outer);
    frame->setObjectName(QStringLiteral("questionFrame"));
    auto* column = columnLayout(frame, 6);
    column->setContentsMargins(8, 8, 8, 8);
    limits_ = make<LimitsLine>(frame);
    column->addWidget(limits_);
    banner_ = make<EditBanner>(frame);
    column->addWidget(banner_);
    box_ = make<QuestionBox>(frame);
    column->addWidget(box_);
    range_ = make<RangeLine>(frame);
    column->addWidget(range_);
    subtitles_ = make<QCheckBox>(frame);
    subtitles_->setObjectName(QStringLiteral("subtitlesSwitch"));
    subtitles_->setToolTip(
        tr("Lets the model read what is said, with its times. It does not hear "
           "the sound; subtitles can be made from speech."));
    column->addWidget(subtitles_);
    connect(subtitles_, &QCheckBox::clicked, this, [this](bool isOn) {
        AskSettings settings = settings_.ask();
        settings.subtitles.use = isOn ? SubtitleUse::kOn : SubtitleUse::kOff;
        settings_.setAsk(settings);
    });

    row_ = make<QHBoxLayout>();
    row_->setSpacing(6);
    budget_ = make<BudgetCombo>(frame);
    attention_ = make<QComboBox>(frame);
    attention_->setObjectName(QStringLiteral("attentionCombo"));
    attention_->setAccessibleName(tr("Attention"));
    attention_->setToolTip(
        tr("How the prompt is read. Automatic takes sparse attention where it pays."));
    for (const auto kind : {AttentionKind::kAuto, AttentionKind::kDense, AttentionKind::kSparse}) {
        attention_->addItem(attentionName(kind), int(kind));
    }
    for (QComboBox* combo : {static_cast<QComboBox*>(budget_), attention_}) {
        combo->setProperty("role", QStringLiteral("quiet"));
        combo->setSizeAdjustPolicy(QComboBox::AdjustToContents);
        combo->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
        // Without one, the least width is that of the words that were there first.
        combo->setMinimumContentsLength(1);
        row_->addWidget(combo);
    }
    row_->addStretch(1);
    compareButton_ = make<QPushButton>(paletteIcon(QStringLiteral("compare")), QString(), frame);
    compareButton_->setAccessibleName(tr("Compare"));
    compareButton_->setObjectName(QStringLiteral("compareButton"));
    compareButton_->setToolTip(tr("Ask twice, dense and sparse, and show both (Ctrl+Enter)"));
    askButton_ = make<QPushButton>(frame);
    askButton_->setObjectName(QStringLiteral("askButton"));
    askButton_->setProperty("role", QStringLiteral("primary"));
    // As wide as its longer word, so that the row does not move when a question starts.
    askButton_->setIcon(paletteIcon(QStringLiteral("ask")));
    for (const QString& word : {tr("Ask"), tr("Stop")}) {
        askButton_->setText(word);
        askButton_->setMinimumWidth(
            std::max(askButton_->minimumWidth(), askButton_->sizeHint().width()));
    }
    row_->addWidget(compareButton_);
    row_->addWidget(askButton_);
    column->addLayout(row_);
    margins->addWidget(frame);
    plan_ = make<PlanLine>(outer);
    margins->addWidget(plan_);

    connect(limits_, &LimitsLine::modelsRequested, this, &ConversationPanel::modelsRequested);
    connect(banner_, &EditBanner::cancelled, this, &ConversationPanel::stopEditing);
    connect(range_, &RangeLine::cleared, this, [this] {
        video_.setRangeFrom({});
        video_.setRangeTo({});
        box_->setFocus();
    });
    connect(box_, &QuestionBox::askRequested, this, &ConversationPanel::ask);
    connect(box_, &QuestionBox::compareRequested, this, &ConversationPanel::compare);
    connect(box_, &QuestionBox::filesPasted, this, [this](const QList<QUrl>& urls) {
        const QStringList paths = pathsOf(urls);
        if (!paths.isEmpty()) Q_EMIT openRequested(paths.first());
    });
    // Words cost next to nothing: what is planned stays right, and typing needs no disk.
    connect(box_, &QPlainTextEdit::textChanged, this, &ConversationPanel::updateButtons);
    connect(compareButton_, &QPushButton::clicked, this, &ConversationPanel::compare);
    connect(askButton_, &QPushButton::clicked, this,
            [this] { runner_.isRunning() ? runner_.stop() : ask(); });
    connect(budget_, &QComboBox::activated, this, [this] { takeBudget(budget_->preset()); });
    connect(attention_, &QComboBox::activated, this, [this](int at) {
        AskSettings settings = settings_.ask();
        settings.attention.kind = AttentionKind(attention_->itemData(at).toInt());
        settings_.setAsk(settings);
    });
    return outer;
}

void ConversationPanel::takeBudget(BudgetPreset preset) {
    AskSettings settings = settings_.ask();
    if (preset != BudgetPreset::kCustom) applyPreset(preset, settings.sampling);
    settings_.setAsk(settings);
    updateState();
}

void ConversationPanel::connectRunner() {
    connect(&runner_, &QuestionRunner::runningChanged, this, [this](bool isRunning) {
        view_->setRunning(isRunning);
        if (isRunning) {
            progress_->start();
        } else {
            progress_->finish();
        }
        updateState();
    });
    // The engine serves one after the other: a plan would come behind the answer.
    connect(&runner_, &QuestionRunner::busyChanged, this,
            [this] { plans_.hold(runner_.isBusy()); });
    connect(&runner_, &QuestionRunner::ended, this, [this](const QString& conversation) {
        if (!wantedVersion_ || wantedVersion_->conversation != conversation) return;
        const WantedVersion wanted = *std::exchange(wantedVersion_, {});
        if (store_.isShown(conversation)) store_.showVersion(wanted.exchange, wanted.which);
    });
    connect(&runner_, &QuestionRunner::stepped, progress_, &ProgressStrip::startPass);
    connect(&runner_, &QuestionRunner::progressed, progress_, &ProgressStrip::add);
    connect(&runner_, &QuestionRunner::scannedTo, progress_, &ProgressStrip::addScan);
}

void ConversationPanel::connectPlans() {
    connect(&plans_, &PlanWatcher::planned, plan_, &PlanLine::show);
    connect(&plans_, &PlanWatcher::cleared, plan_, &PlanLine::clear);
    connect(&plans_, &PlanWatcher::failed, plan_, &PlanLine::showProblem);
    connect(plan_, &PlanLine::choicePicked, this, &ConversationPanel::takeChoice);
    connect(budget_, &BudgetCombo::costsWanted, &plans_, &PlanWatcher::planBudgets);
    connect(&plans_, &PlanWatcher::budgetPlanned, budget_, &BudgetCombo::setCost);
}

void ConversationPanel::showLimits(bool isShown) {
    limits_->setVisible(isShown);
}

void ConversationPanel::setSuggestions(const QStringList& questions) {
    hints_->setQuestions(questions);
}

void ConversationPanel::takeChoice(const PlanChoice& choice) {
    AskSettings settings = settings_.ask();
    settings.sampling.frames = choice.sampling.frames;
    settings.sampling.maxVideoTokens = choice.sampling.maxVideoTokens;
    settings.model.weights = choice.weights;
    settings.model.kv = choice.kv;
    settings_.setAsk(settings);
    if (choice.sampling.toS) video_.setRangeTo(choice.sampling.toS);
}

void ConversationPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    fitRow();
}

void ConversationPanel::fitRow() {
    const auto setWords = [this](bool isAttentionNamed, bool isCompareNamed) {
        compareButton_->setText(isCompareNamed ? tr("Compare") : QString());
        for (int at = 0; at < attention_->count(); ++at) {
            const QString name = attentionName(AttentionKind(attention_->itemData(at).toInt()));
            attention_->setItemText(at, isAttentionNamed ? tr("Attention: %1").arg(name) : name);
        }
        row_->invalidate();  // it remembers the width of the words before
    };
    constexpr int kAround = 2 * (14 + 8) + 2;  // margins of the panel and the frame
    const auto fits = [this] { return row_->sizeHint().width() <= width() - kAround; };
    setWords(true, true);
    if (!fits()) setWords(false, true);
    if (!fits()) setWords(false, false);
}

void ConversationPanel::ask() {
    take(false);
}

void ConversationPanel::compare() {
    take(true);
}

void ConversationPanel::take(bool isComparison) {
    const QString question = box_->question();
    if (question.isEmpty()) return;
    if (runner_.isRunning()) {
        plan_->showProblem(tr("The answer before is still on its way"),
                           tr("Your question waits here; ask it when the answer is done"));
        return;
    }
    if (settings_.ask().model.isNone()) {
        Q_EMIT modelsRequested();
        return;
    }
    const auto draft = runner_.draft(question);
    if (!draft || !runner_.mayGo(draft->request, [this, isComparison] { take(isComparison); }))
        return;
    const int insteadOf = std::exchange(editing_, -1);
    const Fork* fork = insteadOf >= 0 ? forkAt(store_.conversation(), insteadOf) : nullptr;
    const int before = fork ? fork->shown : 0;
    const QString waiting = insteadOf >= 0 ? beforeEditing_ : QString();
    showEditing();
    box_->setPlainText(waiting);
    if (isComparison) {
        runner_.compare(question, insteadOf);
    } else {
        runner_.ask(question, insteadOf);
    }
    keepDraft();  // what was asked is no draft any more
    if (insteadOf >= 0) Q_EMIT editedAnew(insteadOf, before);
    box_->setFocus();  // a button that is off now would pass it on to the next one
}

void ConversationPanel::editExchange(int exchange) {
    if (!isEditing()) beforeEditing_ = box_->toPlainText();
    editing_ = exchange;
    showEditing();
    box_->setPlainText(store_.at(exchange).question);
    box_->selectAll();
    box_->setFocus();
}

void ConversationPanel::stopEditing() {
    if (!isEditing()) return;
    editing_ = -1;
    showEditing();
    box_->setPlainText(std::exchange(beforeEditing_, {}));
    box_->moveCursor(QTextCursor::End);
    box_->setFocus();
}

void ConversationPanel::showEditing() {
    banner_->present(editing_, store_.count());
    view_->setEdited(editing_);
}

void ConversationPanel::keepDraft() {
    draftSoon_.stop();
    drafts_.keep(store_.conversation(), isEditing() ? beforeEditing_ : box_->toPlainText());
}

void ConversationPanel::showDraft() {
    editing_ = -1;
    showEditing();
    draftOf_ = store_.conversation().id;
    box_->setPlainText(drafts_.show(store_.conversation()));
    box_->moveCursor(QTextCursor::End);
}

void ConversationPanel::showVersion(int exchange, int which) {
    if (!runner_.isRunning()) return store_.showVersion(exchange, which);
    wantedVersion_ = {store_.conversation().id, exchange, which};
    runner_.stop();
}

bool ConversationPanel::hasVideo() const {
    return runner_.draft({}).has_value();
}

bool ConversationPanel::hasModel() const {
    return !settings_.ask().model.isNone();
}

void ConversationPanel::updateButtons() {
    const bool isRunning = runner_.isRunning();
    const bool hasWords = !box_->question().isEmpty();
    const bool canAsk = hasWords && !isRunning && hasVideo() && hasModel();
    askButton_->setEnabled(isRunning || canAsk);
    // A server tells neither how it attends nor where it looked.
    compareButton_->setEnabled(canAsk && settings_.ask().model.server.empty());
}

void ConversationPanel::updateState() {
    const bool isRunning = runner_.isRunning();
    pages_->setCurrentWidget(store_.count() > 0 ? static_cast<QScrollArea*>(view_) : hintsArea_);
    hints_->show(hasModel(), hasVideo());
    updateButtons();
    askButton_->setText(isRunning ? tr("Stop") : tr("Ask"));
    askButton_->setIcon(paletteIcon(isRunning ? QStringLiteral("stop") : QStringLiteral("ask"),
                                    QPalette::HighlightedText));
    askButton_->setToolTip(isRunning ? tr("Stop (Esc)") : tr("Ask (Enter)"));
    const SamplingOptions& sampling = settings_.ask().sampling;
    const QSignalBlocker quietBudget(budget_), quietAttention(attention_);
    budget_->showBudget(sampling);
    attention_->setCurrentIndex(attention_->findData(int(settings_.ask().attention.kind)));
    fitRow();  // the button's word has changed
    range_->present(video_.rangeFromS(), video_.rangeToS(), video_.durationS());
    updateSubtitles();
    plans_.invalidate();
}

void ConversationPanel::updateSubtitles() {
    const QString name = subtitlesName(video_, settings_.ask());
    subtitles_->setVisible(!name.isEmpty());
    subtitles_->setText(tr("Read the subtitles, too: %1")
                            .arg(fontMetrics().elidedText(name, Qt::ElideMiddle, kLongestName))
                            .replace(QLatin1Char('&'), QLatin1String("&&")));
    subtitles_->setChecked(settings_.ask().subtitles.use == SubtitleUse::kOn);
}

}  // namespace reelquery
