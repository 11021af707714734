#include "app/gui/conversation/start_hints.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/gui/look/icon_label.h"
#include "app/gui/look/make.h"
#include "app/gui/look/palette_icon.h"

namespace reelquery {

namespace {

constexpr qsizetype kMostQuestions = 6;

}  // namespace

StartHints::StartHints(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("startHints"));
    auto* column = columnLayout(this, 8);
    column->setContentsMargins(28, 24, 28, 24);
    column->addStretch(2);
    column->addWidget(make<IconLabel>(paletteIcon(QStringLiteral("question")), 40, this), 0,
                      Qt::AlignHCenter);
    title_ = make<QLabel>(this);
    title_->setProperty("role", QStringLiteral("title"));
    text_ = make<QLabel>(this);
    text_->setObjectName(QStringLiteral("startText"));
    text_->setProperty("role", QStringLiteral("muted"));
    for (QLabel* label : {title_, text_}) {
        label->setAlignment(Qt::AlignCenter);
        label->setWordWrap(true);
        column->addWidget(label);
    }
    models_ = make<QPushButton>(tr("Choose a model…"), this);
    models_->setObjectName(QStringLiteral("chooseModelButton"));
    models_->setProperty("role", QStringLiteral("primary"));
    connect(models_, &QPushButton::clicked, this, &StartHints::modelsRequested);
    column->addSpacing(8);
    column->addWidget(models_, 0, Qt::AlignHCenter);
    questions_ = make<QWidget>(this);
    questionColumn_ = columnLayout(questions_, 6);
    column->addWidget(questions_);
    column->addStretch(3);
    setQuestions({});
}

void StartHints::show(bool hasModel, bool hasVideo) {
    models_->setVisible(!hasModel);
    questions_->setVisible(hasModel && hasVideo);
    if (!hasModel) {
        title_->setText(tr("No model yet"));
        text_->setText(
            tr("Choose a model that is on this computer. Videos can be played without one."));
    } else if (!hasVideo) {
        title_->setText(tr("Open a video to begin"));
        text_->setText(tr("Drop it anywhere on this window, then ask what happens in it."));
    } else {
        title_->setText(tr("What do you want to know?"));
        text_->setText(tr("Answers name the moments they rest on. The sound is not heard."));
    }
}

void StartHints::setQuestions(const QStringList& questions) {
    while (QLayoutItem* item = questionColumn_->takeAt(0)) {
        const std::unique_ptr<QLayoutItem> taken(item);
        if (item->widget()) item->widget()->deleteLater();
    }
    const QStringList usual{tr("What happens in this video?"),
                            tr("List the main events with their times."),
                            tr("Who or what can be seen, and when for the first time?")};
    for (const QString& question : questions.isEmpty() ? usual : questions.mid(0, kMostQuestions)) {
        auto* button = make<QPushButton>(
            QString(question).replace(QLatin1Char('&'), QLatin1String("&&")), questions_);
        button->setProperty("role", QStringLiteral("suggestion"));
        connect(button, &QPushButton::clicked, this,
                [this, question] { Q_EMIT questionPicked(question); });
        questionColumn_->addWidget(button);
    }
}

}  // namespace reelquery
