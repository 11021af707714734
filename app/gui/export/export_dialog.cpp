#include "app/gui/export/export_dialog.h"

#include <QCoreApplication>
#include <QFileDialog>

#include "app/gui/export/conversation_export.h"
#include "app/gui/look/make.h"
#include "app/gui/look/notice_bar.h"
#include "app/gui/state/conversation_store.h"
#include "app/gui/state/video_state.h"

namespace reelquery {

namespace {

/// Gives the texts of this file their context.
struct Export {
    Q_DECLARE_TR_FUNCTIONS(Export)
};

}  // namespace

void askForExport(const ConversationStore& store, VideoState& video, NoticeBar& notices,
                  QWidget* window) {
    if (store.count() == 0) {
        notices.showNote(Export::tr("There is nothing to export yet."));
        return;
    }
    auto* dialog = make<QFileDialog>(
        window, Export::tr("Export conversation"),
        fileNameOf(store.conversation().title) + QStringLiteral(".md"),
        Export::tr(
            "Markdown with stills (*.md);;Web page (*.html);;JSON with all figures (*.json)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("md"));
    QObject::connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) {
        dialog->setDefaultSuffix(filter.section(QLatin1String("*."), 1).chopped(1));
    });
    QObject::connect(
        dialog, &QFileDialog::fileSelected, dialog,
        [&store, &video, &notices](const QString& path) {
            int missing = 0;
            const auto pictureAt = [&video, &missing](double timeS) {
                const int row = video.frames().at(timeS);
                missing += row < 0 ? 1 : 0;
                return row < 0 ? QImage() : video.frames().picture(row);
            };
            if (const auto problem = exportConversation(store.conversation(), pictureAt, path)) {
                notices.showError(*problem, Export::tr("Choose another folder or name."));
            } else if (missing > 0) {
                notices.showNote(
                    Export::tr("Exported to %1, without %n still(s): frames are kept in memory for "
                               "the questions asked last. Ask again to have them.",
                               nullptr, missing)
                        .arg(path));
            } else {
                notices.showNote(Export::tr("Exported to %1.").arg(path));
            }
        });
    dialog->open();
}

}  // namespace reelquery
