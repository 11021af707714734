#pragma once
// Shows what would be copied before it is copied.

#include <QDialog>
#include <functional>

#include "app/gui/desktop/diagnostics.h"

class QCheckBox;
class QPlainTextEdit;

namespace reelquery {

/// Deletes itself when closed. Confined to the GUI thread.
class DiagnosticsDialog : public QDialog {
    Q_OBJECT

  public:
    /// findDevices: runs on a worker thread, as it asks the driver; may be empty.
    DiagnosticsDialog(DiagnosticFacts facts,
                      const std::function<std::vector<FoundDevice>()>& findDevices,
                      QWidget* parent = nullptr);

  private:
    void fill();

    DiagnosticFacts facts_;
    QCheckBox* names_;
    QPlainTextEdit* text_;
};

/// Opens the folder of the log in the desktop's file manager; false where no log is written.
bool showLogFolder();

}  // namespace reelquery
