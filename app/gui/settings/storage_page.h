#pragma once
// What is kept of videos on this machine, and how to be rid of it.

#include <QWidget>
#include <map>
#include <vector>

#include "app/gui/library/library_file.h"
#include "app/gui/state/playback_memory.h"
#include "app/gui/window_setup.h"

class QLabel;
class QPushButton;
class QTableWidget;

namespace reelquery {

class SessionKeeper;
class SessionLibrary;
class SettingsModel;

/// The things it shows; all outlive it.
struct StorageParts {
    SettingsModel& settings;
    SessionLibrary& library;
    SessionKeeper& keeper;
    StorageDoor door;
};

/// A row for each video that something is kept of: conversations (those in the bin included), what
/// the model saw, what was heard, where it was left. Confined to the GUI thread.
class StoragePage : public QWidget {
    Q_OBJECT

  public:
    explicit StoragePage(StorageParts parts, QWidget* parent = nullptr);

  Q_SIGNALS:
    /// All of this video was forgotten.
    void forgotten(const QByteArray& content);

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    struct Row {
        QByteArray content;  ///< empty: of unknown videos
        QString path;
        std::vector<QString> conversations;  ///< ids
        StoredVideo stored;
        double leftAtS = 0;
    };

    void addPlaces();
    void addTable();
    void addQuestion();
    /// Asks the library and the disk anew.
    void refresh();
    Row& rowOf(const QByteArray& content, const QString& path);
    void show(const std::map<std::string, StoredVideo>& stored);
    void fill();
    void ask();
    void forget();
    const Row* chosen() const;

    const StorageParts parts_;
    PlaybackMemory memory_;
    std::vector<Row> rows_;
    std::vector<LibraryEntry> entries_;
    int turn_ = 0;  ///< of the refreshing; an earlier one's answers are void
    QTableWidget* table_ = nullptr;
    QPushButton* forget_ = nullptr;
    QLabel* total_ = nullptr;
    QWidget* question_ = nullptr;
    QLabel* questionText_ = nullptr;
};

}  // namespace reelquery
