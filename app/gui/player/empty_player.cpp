#include "app/gui/player/empty_player.h"

#include <QAction>
#include <QFileInfo>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/gui/look/format.h"
#include "app/gui/look/icon_label.h"
#include "app/gui/look/make.h"
#include "app/gui/look/palette_icon.h"
#include "app/gui/state/settings_model.h"
#include "app/gui/window/window_actions.h"

namespace reelquery {

namespace {

constexpr int kShownRecent = 5;

}  // namespace

EmptyPlayer::EmptyPlayer(SettingsModel& settings, const WindowActions& actions, bool hasSample,
                         QWidget* parent)
    : QWidget(parent), settings_(settings) {
    setObjectName(QStringLiteral("emptyPlayer"));
    setAttribute(Qt::WA_StyledBackground);
    auto* column = columnLayout(this, 8);
    column->setContentsMargins(24, 24, 24, 24);
    column->addStretch(2);
    column->addWidget(make<IconLabel>(paletteIcon(QStringLiteral("film")), 56, this), 0,
                      Qt::AlignHCenter);
    auto* title = make<QLabel>(tr("Drop a video here"), this);
    title->setProperty("role", QStringLiteral("title"));
    title->setAlignment(Qt::AlignCenter);
    column->addWidget(title);
    auto* text = make<QLabel>(tr("or open one. Nothing leaves this computer."), this);
    text->setProperty("role", QStringLiteral("muted"));
    text->setAlignment(Qt::AlignCenter);
    text->setWordWrap(true);
    column->addWidget(text);
    column->addSpacing(8);
    auto* open = make<QPushButton>(tr("Open video…"), this);
    open->setObjectName(QStringLiteral("openButton"));
    open->setProperty("role", QStringLiteral("primary"));
    connect(open, &QPushButton::clicked, actions.at(ActionId::kOpen), &QAction::trigger);
    column->addWidget(open, 0, Qt::AlignHCenter);
    if (hasSample) {
        auto* sample = make<QPushButton>(tr("Try the sample"), this);
        sample->setObjectName(QStringLiteral("sampleButton"));
        connect(sample, &QPushButton::clicked, this, &EmptyPlayer::sampleRequested);
        column->addWidget(sample, 0, Qt::AlignHCenter);
    }
    column->addSpacing(16);
    recent_ = make<QVBoxLayout>();
    recent_->setSpacing(2);
    column->addLayout(recent_);
    column->addStretch(3);
    connect(&settings, &SettingsModel::recentVideosChanged, this, &EmptyPlayer::fillRecent);
    fillRecent();
}

void EmptyPlayer::fillRecent() {
    while (QLayoutItem* item = recent_->takeAt(0)) {
        const std::unique_ptr<QLayoutItem> taken(item);
        if (item->widget()) item->widget()->deleteLater();
    }
    const QStringList paths = settings_.recentVideos();
    if (paths.isEmpty()) return;
    auto* title = make<QLabel>(tr("Recent"), this);
    title->setProperty("role", QStringLiteral("muted"));
    title->setAlignment(Qt::AlignCenter);
    recent_->addWidget(title);
    for (const QString& path : paths.mid(0, kShownRecent)) {
        auto* button = make<QPushButton>(this);
        button->setText(button->fontMetrics()
                            .elidedText(nameText(path), Qt::ElideMiddle, 320)
                            .replace(QLatin1Char('&'), QLatin1String("&&")));
        button->setProperty("role", QStringLiteral("link"));
        button->setToolTip(pathText(path));
        button->setAccessibleName(tr("Open %1").arg(pathText(path)));
        connect(button, &QPushButton::clicked, this, [this, path] { Q_EMIT openRequested(path); });
        recent_->addWidget(button, 0, Qt::AlignHCenter);
    }
}

}  // namespace reelquery
