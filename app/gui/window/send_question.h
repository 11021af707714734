#pragma once
// Asks before anything of a film leaves this machine for the first time.

#include <QObject>
#include <functional>

#include "core/session/session.h"

class QMessageBox;
class QWidget;

namespace reelquery {

class EngineBridge;
class SettingsModel;

/// Knows the servers that the user allowed; they are kept in the settings. Confined to the GUI
/// thread.
class SendQuestion : public QObject {
    Q_OBJECT

  public:
    SendQuestion(EngineBridge& bridge, SettingsModel& settings, QWidget& window);

    /// Whether a request may go where it says. Else the user is asked, with what would leave, and
    /// `again` is called once that is allowed; a later question takes the place of one that waits.
    bool mayGo(const AskRequest& request, const std::function<void()>& again);

  private:
    void ask(const QString& server, const Plan& plan);

    EngineBridge& bridge_;
    SettingsModel& settings_;
    QWidget& window_;
    RequestId planning_ = 0;
    QString server_;
    std::function<void()> again_;
    QMessageBox* question_ = nullptr;
};

}  // namespace reelquery
