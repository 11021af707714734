#pragma once
// Closing the window with conversations that are not saved.

#include <QObject>
#include <QTimer>

class QMessageBox;
class QWidget;

namespace reelquery {

class ConversationStore;
class SessionKeeper;

/// Waits for what is being saved; asks where something cannot be, or where it takes long. Confined
/// to the GUI thread.
class CloseQuestion : public QObject {
    Q_OBJECT

  public:
    CloseQuestion(SessionKeeper& keeper, ConversationStore& store, QWidget& window);

    /// True when the window may close. Else it closes itself once everything is saved, or the user
    /// wants it to.
    bool mayClose();

  private:
    void goOn();
    void ask();
    void saveCopies();

    SessionKeeper& keeper_;
    ConversationStore& store_;
    QWidget& window_;
    QTimer patience_;
    QMessageBox* question_ = nullptr;
    bool isClosing_ = false, isSure_ = false;
};

}  // namespace reelquery
