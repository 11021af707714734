#include "app/gui/window/recent_menu.h"

#include <QFileInfo>

#include "app/gui/look/format.h"
#include "app/gui/look/palette_icon.h"
#include "app/gui/state/settings_model.h"

namespace reelquery {

namespace {

constexpr int kLongestName = 420;  // pixels

}  // namespace

RecentMenu::RecentMenu(SettingsModel& settings, QWidget* parent)
    : QMenu(tr("Open &recent"), parent), settings_(settings) {
    setObjectName(QStringLiteral("recentMenu"));
    setIcon(paletteIcon(QStringLiteral("film")));
    setToolTipsVisible(true);
    connect(&settings, &SettingsModel::recentVideosChanged, this, &RecentMenu::fill);
    fill();
}

void RecentMenu::fill() {
    clear();
    const QStringList paths = settings_.recentVideos();
    menuAction()->setEnabled(!paths.isEmpty());
    for (const QString& path : paths) {
        QAction* action = addAction(fontMetrics()
                                        .elidedText(nameText(path), Qt::ElideMiddle, kLongestName)
                                        .replace(QLatin1Char('&'), QLatin1String("&&")));
        action->setToolTip(pathText(path));
        connect(action, &QAction::triggered, this, [this, path] { Q_EMIT openRequested(path); });
    }
    if (paths.isEmpty()) return;
    addSeparator();
    // Later: clearing deletes the entry that asks for it.
    connect(addAction(tr("&Clear list")), &QAction::triggered, &settings_,
            &SettingsModel::clearRecentVideos, Qt::QueuedConnection);
}

}  // namespace reelquery
