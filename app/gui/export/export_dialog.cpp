#include "app/gui/export/export_dialog.h"

#include <QCoreApplication>
#include <QFileDialog>
#include <map>
#include <memory>
#include <utility>

#include "app/gui/export/conversation_export.h"
#include "app/gui/library/picture_keeper.h"
#include "app/gui/look/in_pool.h"
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
            // What is on screen now, whatever happens to it while it is written.
            const auto conversation = std::make_shared<const Conversation>(store.conversation());
            const auto frames = std::make_shared<std::map<double, QImage>>();
            for (const Exchange& exchange : conversation->exchanges) {
                for (const AnswerRecord& answer : exchange.answers) {
                    for (const double timeS : picturedTimes(answer)) {
                        const int row = video.frames().at(timeS);
                        if (row >= 0) frames->emplace(timeS, video.frames().picture(row));
                    }
                }
            }
            inPool(
                filePool(), &notices,
                [conversation, frames, path] {
                    int missing = 0;
                    const auto pictureAt = [&](double timeS) {
                        const auto seen = frames->find(timeS);
                        QImage picture = seen != frames->end()
                                             ? seen->second
                                             : keptPicture(conversation->pictures, timeS);
                        missing += picture.isNull() ? 1 : 0;
                        return picture;
                    };
                    auto problem = exportConversation(*conversation, pictureAt, path);
                    return std::make_pair(std::move(problem), missing);
                },
                [&notices, path](const std::pair<std::optional<QString>, int>& end) {
                    const auto& [problem, missing] = end;
                    if (problem) {
                        notices.showError(*problem, Export::tr("Choose another folder or name."));
                    } else if (missing > 0) {
                        notices.showNote(Export::tr("Exported to %1, without %n still(s) that were "
                                                    "not kept.",
                                                    nullptr, missing)
                                             .arg(path));
                    } else {
                        notices.showNote(Export::tr("Exported to %1.").arg(path));
                    }
                });
        });
    dialog->open();
}

}  // namespace reelquery
