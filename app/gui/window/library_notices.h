#pragma once
// What the window says about the library: what could not be saved, what was removed, what was set
// aside.

#include <QObject>
#include <QTimer>

namespace reelquery {

class NoticeBar;
class SessionKeeper;
class SessionLibrary;
class SettingsModel;

/// The things the notices are about; all outlive them.
struct NoticeParts {
    SessionLibrary& library;
    SessionKeeper& keeper;
    SettingsModel& settings;
    NoticeBar& notices;
};

/// Tries to open the library again while it cannot be. Confined to the GUI thread.
class LibraryNotices : public QObject {
    Q_OBJECT

  public:
    explicit LibraryNotices(NoticeParts parts, QObject* parent = nullptr);

    /// Brings back what was removed last, while the notice about it stands.
    void undoRemoval();

  private:
    void followKeeper();
    void sayCondition();
    void saySetAside(const QString& file, int count);
    void recover(const QString& file);
    QStringList notDealtWith() const;
    void dealWith(const QString& file);

    NoticeParts parts_;
    QTimer again_;
    QString removed_;  ///< the id of the conversation that went into the bin last
};

}  // namespace reelquery
