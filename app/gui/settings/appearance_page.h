#pragma once
// Theme and language.

#include <QWidget>

namespace reelquery {

class SettingsModel;

class AppearancePage : public QWidget {
    Q_OBJECT

  public:
    explicit AppearancePage(SettingsModel& settings, QWidget* parent = nullptr);
};

}  // namespace reelquery
