#pragma once
// The moments of answers as a list to choose from, and the file they go to.

#include <QDialog>
#include <vector>

#include "app/gui/export/moment_formats.h"

class QComboBox;
class QLabel;
class QPushButton;
class QTableWidget;

namespace reelquery {

class NoticeBar;
class SettingsModel;

/// What is exported; all but the values outlive the dialog.
struct MomentsParts {
    Conversation conversation;  ///< as it is when the dialog opens
    int exchange = 0;           ///< chosen at first
    MomentFilm film;
    SettingsModel& settings;  ///< keeps the format
    NoticeBar& notices;
};

/// Moments can be left out and their words changed. Deletes itself when closed. Confined to the GUI
/// thread; writes on another.
class MomentsDialog : public QDialog {
    Q_OBJECT

  public:
    explicit MomentsDialog(MomentsParts parts, QWidget* parent = nullptr);

    /// Those that are ticked, with the words as they stand.
    std::vector<NamedMoment> chosen() const;

  Q_SIGNALS:
    void seekRequested(double seconds);

  private:
    void makeHead();
    void makeTable();
    void makeFoot();
    void fill();
    void showState();
    MomentFormat format() const;
    void copy() const;
    void askForFile();
    void write(const QString& path);

    MomentsParts parts_;
    std::vector<NamedMoment> listed_;  ///< a row each
    QComboBox* questions_ = nullptr;
    QTableWidget* table_ = nullptr;
    QLabel* empty_ = nullptr;
    QComboBox* formats_ = nullptr;
    QLabel* hint_ = nullptr;
    QPushButton* copy_ = nullptr;
    QPushButton* export_ = nullptr;
};

/// Writes moments; a film in the way is left alone. Returns a line for the user when it fails.
/// Thread: any; writes the file.
QString writeMoments(MomentFormat format, const std::vector<NamedMoment>& moments,
                     const MomentFilm& film, const QString& path);

}  // namespace reelquery
