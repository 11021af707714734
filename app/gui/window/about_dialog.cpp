#include "app/gui/window/about_dialog.h"

#include <QLabel>
#include <QTextBrowser>
#include <QVBoxLayout>

#include "app/gui/look/close_button.h"
#include "app/gui/look/icon_label.h"
#include "app/gui/look/make.h"

namespace reelquery {

namespace {

struct Part {
    const char* name;
    const char* licence;
};

constexpr Part kParts[] = {
    {"Qt 6", "LGPL-3.0"},
    {"FFmpeg", QT_TRANSLATE_NOOP("reelquery::AboutDialog",
                                 "LGPL-2.1+ / GPL-2.0+, as built by the distribution")},
    {"libmpv", QT_TRANSLATE_NOOP("reelquery::AboutDialog",
                                 "GPL-2.0+ / LGPL-2.1+, as built by the distribution")},
    {"libtorch", "BSD-3-Clause"},
    {"SentencePiece", "Apache-2.0"},
    {"nlohmann-json", "MIT"},
    {"CLI11", "BSD-3-Clause"},
    {"PCRE2", "BSD-3-Clause"},
    {"utf8proc", "MIT"},
    {"Boost", "BSL-1.0"},
    {"libcurl", "curl"},
    {"OpenSSL", "Apache-2.0"},
    {"uchardet", "MPL-1.1 / GPL-2.0+ / LGPL-2.1+"},
    {"zlib", "Zlib"},
    {"QtKeychain", "BSD-3-Clause"},
    {"SQLite", QT_TRANSLATE_NOOP("reelquery::AboutDialog", "public domain")},
};

}  // namespace

AboutDialog::AboutDialog(const QString& version, QWidget* parent) : QDialog(parent) {
    setObjectName(QStringLiteral("aboutDialog"));
    setWindowTitle(tr("About Reelquery"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(520, 520);
    auto* column = columnLayout(this, 10);
    column->setContentsMargins(28, 24, 28, 20);
    column->addWidget(make<IconLabel>(QIcon(QStringLiteral(":/icons/reelquery.svg")), 72, this), 0,
                      Qt::AlignHCenter);
    auto* name = make<QLabel>(QStringLiteral("Reelquery %1").arg(version), this);
    name->setProperty("role", QStringLiteral("title"));
    auto* text = make<QLabel>(
        tr("Ask questions about long videos, on your own computer. "
           "There is no account and no telemetry, and nothing goes online unless you ask for it."),
        this);
    text->setWordWrap(true);
    auto* licence = make<QLabel>(tr("Licensed under Apache-2.0."), this);
    licence->setProperty("role", QStringLiteral("muted"));
    for (QLabel* label : {name, text, licence}) {
        label->setAlignment(Qt::AlignCenter);
        column->addWidget(label);
    }
    auto* head = make<QLabel>(tr("Made with"), this);
    head->setProperty("role", QStringLiteral("heading"));
    column->addSpacing(6);
    column->addWidget(head);
    auto* parts = make<QTextBrowser>(this);
    parts->setAccessibleName(tr("Licences"));
    parts->setFrameShape(QFrame::NoFrame);
    parts->document()->setDocumentMargin(0);
    QString html = QStringLiteral("<table cellspacing=\"0\" cellpadding=\"3\">");
    for (const Part& part : kParts) {
        html += QStringLiteral("<tr><td><b>%1</b>&nbsp;&nbsp;</td><td>%2</td></tr>")
                    .arg(QLatin1String(part.name), tr(part.licence).toHtmlEscaped());
    }
    parts->setHtml(html + QStringLiteral("</table>"));
    column->addWidget(parts, 1);
    endWithClose(*this);
}

}  // namespace reelquery
