#include "app/gui/conversation/plan_line.h"

#include <QCoreApplication>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/gui/conversation/frame_gap.h"
#include "app/gui/desktop/told_label.h"
#include "app/gui/look/format.h"
#include "app/gui/look/make.h"

namespace reelquery {

namespace {

/// Gives the texts of this file their context.
struct Cost {
    Q_DECLARE_TR_FUNCTIONS(Cost)
};

QString framesText(int frames) {
    return QCoreApplication::translate("Cost", "%n frame(s)", nullptr, frames);
}

/// What is made of the model's numbers, and what that costs; empty where they stay as they are.
QString storageName(const PlanChoice& choice) {
    const bool isKv = choice.kv == KvChoice::kInt8;
    switch (choice.weights) {
        case WeightChoice::kInt4:
            return isKv ? Cost::tr("Weights in 4 bits, memory of the video in 8: less exact")
                        : Cost::tr("Weights in 4 bits: less exact");
        case WeightChoice::kInt8:
        case WeightChoice::kFp8:
            return isKv ? Cost::tr("Weights and memory of the video in 8 bits: nearly as exact")
                        : Cost::tr("Weights in 8 bits: nearly as exact");
        case WeightChoice::kStored:
            break;
    }
    return isKv ? Cost::tr("Memory of the video in 8 bits: nearly as exact") : QString();
}

/// The engine's words for a way out, in the user's language.
QString choiceName(const PlanChoice& choice) {
    if (choice.what == "fewer frames") return Cost::tr("Fewer frames");
    if (choice.what == "smaller frames") return Cost::tr("Smaller frames");
    if (choice.what == "shorter range") {
        const double toS = choice.sampling.toS.value_or(0);
        return Cost::tr("Only up to %1").arg(clockText(toS));
    }
    return toQString(choice.what);
}

/// What a choice changes and what it then costs. Where numbers change that is a line of its own: in
/// one with the rest it would be cut off in a narrow pane.
QString choiceText(const PlanChoice& choice) {
    const QString figures = Cost::tr("%1, %2 tokens, %3")
                                .arg(framesText(choice.frames), countText(choice.videoTokens),
                                     bytesText(choice.memoryBytes));
    const QString storage = choice.numbers.empty() ? QString() : storageName(choice);
    const QString first = storage.isEmpty() ? QString() : storage + QLatin1Char('\n');
    if (choice.what.empty()) return first + figures;
    return first + Cost::tr("%1: %2").arg(choiceName(choice), figures);
}

/// " · one every 14 s" where something short can be missed between two frames.
QString gapText(const Plan& plan) {
    const auto gapS = wideGapS(plan.frames, plan.toS - plan.fromS);
    return gapS ? Cost::tr(" · one every %1").arg(gapName(*gapS)) : QString();
}

/// What was read before is not read again: many a next question is answered at once.
bool isSoon(const Plan& plan) {
    return plan.forecast->firstTokenS < 1;
}

QString forecastText(const Plan& plan) {
    if (!plan.forecast) return Cost::tr("time known after a question");
    if (isSoon(plan)) return Cost::tr("first word in less than 1 s");
    return Cost::tr("first word in about %1").arg(remainingText(plan.forecast->firstTokenS));
}

}  // namespace

QString costText(const Plan& plan) {
    if (!plan.sentTo.empty()) return bytesText(plan.sentBytes);
    const QString memory = bytesText(plan.memoryBytes());
    if (!plan.fits) return Cost::tr("does not fit: %1").arg(memory);
    if (!plan.forecast) return memory;
    if (isSoon(plan)) return Cost::tr("less than 1 s · %1").arg(memory);
    return Cost::tr("about %1 · %2").arg(remainingText(plan.forecast->firstTokenS), memory);
}

PlanLine::PlanLine(QWidget* parent) : QWidget(parent) {
    auto* column = columnLayout(this, 4);
    text_ = make<ToldLabel>(this);
    text_->setObjectName(QStringLiteral("planText"));
    text_->setAccessibleDescription(tr("Forecast"));
    text_->setProperty("role", QStringLiteral("muted"));
    text_->setWordWrap(true);
    text_->setMinimumHeight(text_->fontMetrics().lineSpacing());
    column->addWidget(text_);
    choices_ = make<QWidget>(this);
    choices_->setObjectName(QStringLiteral("planChoices"));
    columnLayout(choices_, 4);
    column->addWidget(choices_);
    choices_->hide();
}

void PlanLine::show(const Plan& plan) {
    const QString frames = framesText(plan.frames) +
                           tr(" of %1 × %2").arg(plan.frameWidth).arg(plan.frameHeight) +
                           gapText(plan);
    if (!plan.sentTo.empty()) {
        text_->setText(frames +
                       tr(" · about %1 tokens and %2 go to %3")
                           .arg(countText(plan.promptTokens), bytesText(plan.sentBytes),
                                toQString(plan.sentTo)) +
                       (plan.isSentOpenly ? tr(", not encrypted") : QString()));
    } else if (plan.fits) {
        text_->setText(frames + tr(" · about %1 tokens · %2 · %3 of memory")
                                    .arg(countText(plan.promptTokens), forecastText(plan),
                                         bytesText(plan.memoryBytes())));
    } else {
        text_->tell(tr("Does not fit: %1 tokens need %2 of memory, %3 are free.")
                        .arg(countText(plan.promptTokens), bytesText(plan.memoryBytes()),
                             bytesText(plan.availableBytes)) +
                    (plan.choices.empty() ? tr(" Choose a smaller model.") : QString()));
    }
    setChoices(plan.fits ? std::vector<PlanChoice>() : plan.choices);
}

void PlanLine::showProblem(const QString& message, const QString& hint) {
    const QString what = sentenceText(message);
    text_->tell(hint.isEmpty() ? what : QStringLiteral("%1. %2").arg(what, sentenceText(hint)));
    setChoices({});
}

void PlanLine::clear() {
    text_->clear();
    setChoices({});
}

void PlanLine::setChoices(const std::vector<PlanChoice>& choices) {
    QLayout* column = choices_->layout();
    while (QLayoutItem* item = column->takeAt(0)) {
        const std::unique_ptr<QLayoutItem> taken(item);
        item->widget()->hide();
        item->widget()->deleteLater();
    }
    for (const PlanChoice& choice : choices) {
        auto* button = make<QPushButton>(choiceText(choice), choices_);
        button->setObjectName(QStringLiteral("planChoice"));
        button->setProperty("role", QStringLiteral("choice"));
        connect(button, &QPushButton::clicked, this,
                [this, choice] { Q_EMIT choicePicked(choice); });
        column->addWidget(button);
    }
    choices_->setVisible(!choices.empty());
}

}  // namespace reelquery
