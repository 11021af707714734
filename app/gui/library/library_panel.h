#pragma once
// The list of conversations, with a search.

#include <QWidget>

class QLineEdit;
class QListWidget;
class QLabel;

namespace reelquery {

class SessionLibrary;

/// Confined to the GUI thread.
class LibraryPanel : public QWidget {
    Q_OBJECT

  public:
    explicit LibraryPanel(SessionLibrary& library, QWidget* parent = nullptr);

    /// Reads the list again; current is marked.
    void refresh(const QString& current);

  Q_SIGNALS:
    void openRequested(const QString& id);
    void removeRequested(const QString& id);
    void renameRequested(const QString& id, const QString& title);
    void newRequested();

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    void fill();
    void askForTitle(const QString& id, const QString& title);
    void showMenu(const QPoint& at);

    SessionLibrary& library_;
    QString current_;
    QLineEdit* search_;
    QListWidget* list_;
    QLabel* empty_;
};

}  // namespace reelquery
