#include "app/gui/conversation/progress_strip.h"

#include <QCoreApplication>
#include <QLabel>
#include <QVBoxLayout>
#include <utility>

#include "app/gui/conversation/phase_bar.h"
#include "app/gui/look/format.h"
#include "app/gui/look/make.h"

namespace reelquery {

ProgressStrip::ProgressStrip(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("progressStrip"));
    auto* column = columnLayout(this, 5);
    column->setContentsMargins(2, 4, 2, 2);
    auto* row = make<QHBoxLayout>();
    text_ = make<QLabel>(this);
    text_->setObjectName(QStringLiteral("progressText"));
    text_->setAccessibleDescription(tr("Progress"));
    text_->setWordWrap(true);
    remaining_ = make<QLabel>(this);
    remaining_->setObjectName(QStringLiteral("progressRemaining"));
    remaining_->setProperty("role", QStringLiteral("muted"));
    row->addWidget(text_, 1);
    row->addWidget(remaining_);
    column->addLayout(row);
    bar_ = make<PhaseBar>(this);
    column->addWidget(bar_);
    hide();
}

void ProgressStrip::start() {
    clock_.restart();
    time_.start();
    what_.clear();
    passes_ = passesBegun_ = 0;
    text_->setText(tr("Starting…"));
    remaining_->clear();
    bar_->show(clock_);
    show();
}

void ProgressStrip::startPass(const ComparisonStep& step) {
    clock_.restartFrom(Phase::kPrefill);
    const QString side = step.isSparse ? tr("Sparse") : tr("Dense");
    what_ = step.round == 0 ? tr("%1, warm-up").arg(side)
                            : tr("%1, round %2 of %3").arg(side).arg(step.round).arg(step.rounds);
    text_->setText(what_);
    if (passesBegun_ == 0) firstPassS_ = double(time_.elapsed()) / 1000;
    passes_ = 2 * (step.rounds + 1);  // the warm-up is as long as a round
    ++passesBegun_;
    showRemaining();
    bar_->show(clock_);
}

void ProgressStrip::showRemaining() {
    if (passes_ > 0) {
        // Of all of it: a step of a comparison says little about its end.
        const int done = passesBegun_ - 1;
        const double spentS = double(time_.elapsed()) / 1000 - firstPassS_;
        const double leftS = done > 0 ? spentS / done * (passes_ - done) : 0;
        remaining_->setText(done > 0 ? tr("%1 left in all").arg(remainingText(leftS))
                                     : tr("%n pass(es)", nullptr, passes_));
        return;
    }
    const auto current = clock_.current();
    const auto left = current ? clock_.remainingS(*current) : std::nullopt;
    const bool isOpenEnded = current == Phase::kAnswer;  // an answer ends when it ends
    remaining_->setText(left && !isOpenEnded ? tr("%1 left in this step").arg(remainingText(*left))
                                             : QString());
}

void ProgressStrip::add(const Progress& progress) {
    clock_.add(progress, double(time_.elapsed()) / 1000);
    showPhases();
}

void ProgressStrip::addScan(const ScannedTo& scanned) {
    if (scanned.totalBytes <= 0) return;
    text_->setText(tr("Reading the file through, once: %1")
                       .arg(percentText(double(scanned.doneBytes) / double(scanned.totalBytes))));
}

void ProgressStrip::finish() {
    hide();
}

void ProgressStrip::showPhases() {
    const auto current = clock_.current();
    if (!current) return;
    QString text = phaseText(*current, clock_);
    // Decoding runs ahead of encoding, and that ahead of reading; both are worth seeing.
    const auto isBefore = [&](Phase earlier, Phase later) {
        const auto& state = clock_.phase(earlier);
        return *current == later && state.done < state.total;
    };
    for (const auto& [earlier, later] :
         {std::pair(Phase::kDecode, Phase::kEncode), std::pair(Phase::kEncode, Phase::kPrefill)}) {
        if (isBefore(earlier, later))
            text = phaseText(earlier, clock_) + QStringLiteral(" · ") + text;
    }
    text_->setText(what_.isEmpty() ? text : QStringLiteral("%1: %2").arg(what_, text));
    if (passes_ == 0) showRemaining();
    bar_->show(clock_);
}

QString phaseText(Phase phase, const ProgressClock& clock) {
    const auto& state = clock.phase(phase);
    const auto say = [](const char* text) { return QCoreApplication::translate("Phase", text); };
    const QString done = countText(state.done), total = countText(state.total);
    switch (phase) {
        case Phase::kLoad:
            if (state.total <= 0) return say(QT_TRANSLATE_NOOP("Phase", "Loading the model"));
            return say(QT_TRANSLATE_NOOP("Phase", "Loading the model, %1"))
                .arg(percentText(double(state.done) / double(state.total)));
        case Phase::kDecode:
            return say(QT_TRANSLATE_NOOP("Phase", "Decoding frame %1 of %2")).arg(done, total);
        case Phase::kEncode:
            return say(QT_TRANSLATE_NOOP("Phase", "Encoding frame %1 of %2")).arg(done, total);
        case Phase::kPrefill:
            return say(QT_TRANSLATE_NOOP("Phase", "Reading token %1 of %2")).arg(done, total);
        case Phase::kAnswer:
            break;
    }
    const auto rate = clock.rate(Phase::kAnswer);
    if (!rate) return say(QT_TRANSLATE_NOOP("Phase", "Answering"));
    return say(QT_TRANSLATE_NOOP("Phase", "Answering, %1 tokens/s")).arg(decimalText(*rate, 1));
}

}  // namespace reelquery
