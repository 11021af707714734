#pragma once
// The button that dialogs without a decision end with.

class QDialog;
class QPushButton;

namespace reelquery {

/// A "Close" that closes `dialog`, which owns it. The caller lays it out.
QPushButton* closeButton(QDialog& dialog);

/// The same as the last row of the dialog's column, at its right: Enter presses it, and it has the
/// focus. The dialog's layout must be a QBoxLayout.
void endWithClose(QDialog& dialog);

}  // namespace reelquery
