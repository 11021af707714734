#pragma once
// Another program that answers instead of this machine's model: its address and key.

#include <QWidget>
#include <string>

#include "core/session/session.h"

class QLineEdit;
class QPushButton;

namespace reelquery {

class EngineBridge;
class ServerKeys;
class SettingsModel;
class ToldLabel;

/// Asks the server what it is before it becomes the one that answers. Confined to the GUI thread.
class ServerPage : public QWidget {
    Q_OBJECT

  public:
    ServerPage(EngineBridge& bridge, SettingsModel& settings, ServerKeys& keys,
               QWidget* parent = nullptr);

  Q_SIGNALS:
    void chosen();

  private:
    void present();
    void connectServer();
    void take(const ModelReady& ready);
    void end(const QString& text);

    EngineBridge& bridge_;
    SettingsModel& settings_;
    ServerKeys& keys_;
    RequestId request_ = 0;  ///< the one that asks; 0: none
    ModelChoice asked_;
    QLineEdit* address_;
    QLineEdit* model_;
    QLineEdit* key_;
    QPushButton* use_;
    ToldLabel* state_;
};

}  // namespace reelquery
