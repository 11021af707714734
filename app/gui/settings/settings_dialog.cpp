#include "app/gui/settings/settings_dialog.h"

#include <QHBoxLayout>
#include <QListWidget>
#include <QScrollArea>
#include <QStackedWidget>

#include "app/gui/look/make.h"
#include "app/gui/look/palette_icon.h"

namespace reelquery {

SettingsDialog::SettingsDialog(QWidget* parent) : QDialog(parent) {
    setObjectName(QStringLiteral("settingsDialog"));
    setWindowTitle(tr("Settings"));
    resize(780, 600);
    auto* row = rowLayout(this, 0);
    names_ = make<QListWidget>(this);
    names_->setObjectName(QStringLiteral("settingsPages"));
    names_->setAccessibleName(tr("Pages"));
    names_->setFrameShape(QFrame::NoFrame);
    names_->setIconSize({18, 18});
    names_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    names_->installEventFilter(this);
    pages_ = make<QStackedWidget>(this);
    row->addWidget(names_);
    row->addWidget(pages_, 1);
    connect(names_, &QListWidget::currentRowChanged, pages_, &QStackedWidget::setCurrentIndex);
}

void SettingsDialog::addPage(const QString& icon, const QString& name, QWidget* page) {
    names_->addItem(make<QListWidgetItem>(paletteIcon(icon), name));
    fitNames();
    auto* area = make<QScrollArea>(pages_);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setWidget(page);
    pages_->addWidget(area);
    order_.append(page);
    if (names_->currentRow() < 0) names_->setCurrentRow(0);
}

bool SettingsDialog::eventFilter(QObject* watched, QEvent* event) {
    // Once the list knows of its new font itself.
    if (watched == names_ && event->type() == QEvent::FontChange)
        QMetaObject::invokeMethod(this, &SettingsDialog::fitNames, Qt::QueuedConnection);
    return QDialog::eventFilter(watched, event);
}

void SettingsDialog::fitNames() {
    names_->setFixedWidth(names_->sizeHintForColumn(0) + 40);
}

void SettingsDialog::openAt(const QWidget* page) {
    const auto at = order_.indexOf(page);
    if (at >= 0) names_->setCurrentRow(int(at));
    show();
    raise();
    activateWindow();
}

}  // namespace reelquery
