#include "app/gui/desktop/diagnostics_dialog.h"

#include <QCheckBox>
#include <QClipboard>
#include <QDesktopServices>
#include <QDir>
#include <QGuiApplication>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QUrl>
#include <QVBoxLayout>

#include "app/gui/look/close_button.h"
#include "app/gui/look/format.h"
#include "app/gui/look/in_pool.h"
#include "app/gui/look/make.h"
#include "core/base/run_log.h"

namespace reelquery {

DiagnosticsDialog::DiagnosticsDialog(DiagnosticFacts facts,
                                     const std::function<std::vector<FoundDevice>()>& findDevices,
                                     QWidget* parent)
    : QDialog(parent), facts_(std::move(facts)) {
    setObjectName(QStringLiteral("diagnosticsDialog"));
    setWindowTitle(tr("Diagnostics"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(720, 560);
    auto* column = columnLayout(this, 10);
    column->setContentsMargins(20, 18, 20, 18);
    auto* note = make<QLabel>(tr("This is what a report of a fault should hold. It goes to the "
                                 "clipboard only, and you decide where it is pasted."),
                              this);
    note->setWordWrap(true);
    note->setProperty("role", QStringLiteral("muted"));
    column->addWidget(note);
    text_ = make<QPlainTextEdit>(this);
    text_->setObjectName(QStringLiteral("diagnosticsText"));
    text_->setAccessibleName(tr("Diagnostics"));
    text_->setReadOnly(true);
    text_->setTabChangesFocus(true);
    column->addWidget(text_, 1);
    names_ = make<QCheckBox>(tr("&With names of files and folders"), this);
    names_->setObjectName(QStringLiteral("diagnosticsNames"));
    connect(names_, &QCheckBox::toggled, this, &DiagnosticsDialog::fill);
    column->addWidget(names_);
    auto* row = make<QHBoxLayout>();
    auto* log = make<QPushButton>(tr("Show the &log"), this);
    log->setVisible(!logFile().empty());
    connect(log, &QPushButton::clicked, this, [] { showLogFolder(); });
    row->addWidget(log);
    row->addStretch(1);
    row->addWidget(closeButton(*this));
    auto* copy = make<QPushButton>(tr("&Copy"), this);
    copy->setObjectName(QStringLiteral("diagnosticsCopy"));
    copy->setProperty("role", QStringLiteral("primary"));
    copy->setDefault(true);
    connect(copy, &QPushButton::clicked, this, [this] {
        QGuiApplication::clipboard()->setText(text_->toPlainText());
        accept();
    });
    row->addWidget(copy);
    column->addLayout(row);
    copy->setFocus();
    fill();
    if (!findDevices) return;
    inPool(*QThreadPool::globalInstance(), this, findDevices,
           [this](const std::vector<FoundDevice>& devices) {
               facts_.devices = devices;
               fill();
           });
}

void DiagnosticsDialog::fill() {
    text_->setPlainText(diagnosticsText(facts_, names_->isChecked()));
}

bool showLogFolder() {
    const auto file = logFile();
    if (file.empty()) return false;
    // It is made with the first line, which may not have come yet.
    const QString folder = toQString(file.parent_path());
    QDir().mkpath(folder);
    return QDesktopServices::openUrl(QUrl::fromLocalFile(folder));
}

}  // namespace reelquery
