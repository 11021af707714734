#pragma once
// All settings, models and devices in one window beside the main one.

#include <QDialog>

class QListWidget;
class QStackedWidget;

namespace reelquery {

/// Pages are added by the owner. Not modal; changes take effect at once. Confined to the GUI
/// thread.
class SettingsDialog : public QDialog {
    Q_OBJECT

  public:
    explicit SettingsDialog(QWidget* parent = nullptr);

    /// The dialog takes the page and scrolls it where it does not fit.
    void addPage(const QString& icon, const QString& name, QWidget* page);

    void openAt(const QWidget* page);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void fitNames();

    QListWidget* names_;
    QStackedWidget* pages_;
    QList<const QWidget*> order_;
};

}  // namespace reelquery
