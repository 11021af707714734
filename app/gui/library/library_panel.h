#pragma once
// The list of conversations, with a search, the videos that were given together, and the bin.

#include <QWidget>
#include <stop_token>
#include <vector>

#include "app/gui/library/library_file.h"

class QLabel;
class QLineEdit;
class QListWidget;
class QListWidgetItem;
class QToolButton;

namespace reelquery {

class QuestionRunner;
class SessionKeeper;
class SessionLibrary;
class SettingsModel;

/// What the panel shows; all outlive it.
struct LibraryParts {
    SessionLibrary& library;
    SessionKeeper& keeper;
    QuestionRunner& runner;
    SettingsModel& settings;
};

/// Asks for what it shows and fills itself when that has come. Confined to the GUI thread.
class LibraryPanel : public QWidget {
    Q_OBJECT

  public:
    explicit LibraryPanel(LibraryParts parts, QWidget* parent = nullptr);

    /// Reads the list again; current is marked.
    void refresh(const QString& current);

  Q_SIGNALS:
    void openRequested(const QString& id);
    void videoRequested(const QString& path);
    void removeRequested(const QString& id);
    void eraseRequested(const QString& id);
    void bringBackRequested(const QString& id);
    void renameRequested(const QString& id, const QString& title);
    void newRequested();
    /// Ctrl+Z in the list.
    void undoRequested();

  protected:
    void showEvent(QShowEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void makeHead();
    void makeList();
    void ask();
    void fill(const std::vector<LibraryEntry>& entries);
    /// The row's item, made where the list has none there yet.
    QListWidgetItem& itemAt(int row);
    void fillRow(int row, const LibraryEntry& entry, bool isUnsaved);
    void choose(const QListWidgetItem& item);
    void removeItem(const QListWidgetItem& item);
    void askForTitle(const QString& id, const QString& title);
    void showMenu(const QPoint& at);
    bool isBin() const;

    LibraryParts parts_;
    QString current_;
    std::stop_source asked_;  ///< what the library was asked last: nobody waits for older answers
    QLineEdit* search_;
    QListWidget* list_;
    QLabel* empty_;
    QToolButton* bin_;
};

}  // namespace reelquery
