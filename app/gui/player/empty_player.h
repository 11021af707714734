#pragma once
// What the player shows before there is a video.

#include <QWidget>

class QVBoxLayout;

namespace reelquery {

class SettingsModel;
class WindowActions;

/// An invitation to drop or open a video, and the recent ones.
class EmptyPlayer : public QWidget {
    Q_OBJECT

  public:
    EmptyPlayer(SettingsModel& settings, const WindowActions& actions, bool hasSample,
                QWidget* parent = nullptr);

  Q_SIGNALS:
    void openRequested(const QString& path);
    void sampleRequested();

  private:
    void fillRecent();

    SettingsModel& settings_;
    QVBoxLayout* recent_;
};

}  // namespace reelquery
