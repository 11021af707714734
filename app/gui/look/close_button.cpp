#include "app/gui/look/close_button.h"

#include <QCoreApplication>
#include <QDialog>
#include <QPushButton>

#include "app/gui/look/make.h"

namespace reelquery {

QPushButton* closeButton(QDialog& dialog) {
    auto* close = make<QPushButton>(QCoreApplication::translate("CloseButton", "Close"), &dialog);
    QObject::connect(close, &QPushButton::clicked, &dialog, &QWidget::close);
    return close;
}

void endWithClose(QDialog& dialog) {
    auto* close = closeButton(dialog);
    static_cast<QBoxLayout*>(dialog.layout())->addWidget(close, 0, Qt::AlignRight);
    close->setDefault(true);
    close->setFocus();
}

}  // namespace reelquery
