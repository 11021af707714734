#pragma once
// The videos opened last, as a menu.

#include <QMenu>

namespace reelquery {

class SettingsModel;

/// Confined to the GUI thread.
class RecentMenu : public QMenu {
    Q_OBJECT

  public:
    explicit RecentMenu(SettingsModel& settings, QWidget* parent = nullptr);

  Q_SIGNALS:
    void openRequested(const QString& path);

  private:
    void fill();

    SettingsModel& settings_;
};

}  // namespace reelquery
