#include "app/gui/export/export_dialog.h"

#include <QCoreApplication>
#include <QFileDialog>
#include <map>
#include <memory>
#include <utility>

#include "app/gui/export/conversation_export.h"
#include "app/gui/export/moments_dialog.h"
#include "app/gui/library/picture_keeper.h"
#include "app/gui/look/format.h"
#include "app/gui/look/in_pool.h"
#include "app/gui/look/make.h"
#include "app/gui/look/notice_bar.h"
#include "app/gui/player/mpv_player.h"
#include "app/gui/player/player_facts.h"
#include "app/gui/state/conversation_store.h"
#include "app/gui/state/video_state.h"

namespace reelquery {

namespace {

/// Gives the texts of this file their context.
struct ExportText {
    Q_DECLARE_TR_FUNCTIONS(Export)
};

/// A conversation with the pictures that are in memory for it.
struct Exported {
    Conversation conversation;
    std::map<double, QImage> frames;
};

Exported shownOn(const ConversationStore& store, VideoState& video) {
    Exported shown{store.conversation(), {}};
    for (const Exchange& exchange : shown.conversation.exchanges) {
        for (const AnswerRecord& answer : exchange.answers) {
            for (const double timeS : picturedTimes(answer)) {
                const int row = video.frames().at(timeS);
                if (row >= 0) shown.frames.emplace(timeS, video.frames().picture(row));
            }
        }
    }
    return shown;
}

/// What there was to say once it is written: the problem, if any, and how many stills are missing.
using ExportEnd = std::pair<std::optional<QString>, int>;

ExportEnd writeTo(const QString& path, const Exported& exported) {
    int missing = 0;
    const auto pictureAt = [&](double timeS) {
        const auto seen = exported.frames.find(timeS);
        QImage picture = seen != exported.frames.end()
                             ? seen->second
                             : keptPicture(exported.conversation.pictures, timeS);
        missing += picture.isNull() ? 1 : 0;
        return picture;
    };
    auto problem = exportConversation(exported.conversation, pictureAt, path);
    return {std::move(problem), missing};
}

void say(const QString& path, const ExportEnd& end, NoticeBar& notices) {
    const auto& [problem, missing] = end;
    if (problem) {
        notices.showError(*problem, ExportText::tr("Choose another folder or name."));
    } else if (missing > 0) {
        notices.showNote(ExportText::tr("Exported to %1, without %n still(s) that were not kept.",
                                        nullptr, missing)
                             .arg(path));
    } else {
        notices.showNote(ExportText::tr("Exported to %1.").arg(path));
    }
}

}  // namespace

void askForExport(const ConversationStore& store, VideoState& video, NoticeBar& notices,
                  QWidget* window) {
    if (store.count() == 0) {
        notices.showNote(ExportText::tr("There is nothing to export yet."));
        return;
    }
    auto* dialog = make<QFileDialog>(
        window, ExportText::tr("Export conversation"),
        fileNameOf(store.conversation().title) + QStringLiteral(".md"),
        ExportText::tr(
            "Markdown with stills (*.md);;Web page (*.html);;JSON with all figures (*.json)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("md"));
    QObject::connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) {
        dialog->setDefaultSuffix(filter.section(QLatin1String("*."), 1).chopped(1));
    });
    // The conversation that is on screen now, whatever is shown when the name has been chosen; its
    // answer may still be on its way.
    const auto wanted = std::make_shared<Exported>(shownOn(store, video));
    const auto update = [&store, &video, wanted] {
        const QString& id = wanted->conversation.id;
        const Conversation* now = store.find(id);
        if (store.isShown(id)) {
            *wanted = shownOn(store, video);
        } else if (now) {
            wanted->conversation = *now;
        }
    };
    const auto updateIf = [update, wanted](const QString& id) {
        if (id == wanted->conversation.id) update();
    };
    QObject::connect(&store, &ConversationStore::aboutToShow, dialog, update);
    QObject::connect(&store, &ConversationStore::exchangeChanged, dialog,
                     [updateIf](const QString& id, int, bool isOver) {
                         if (isOver) updateIf(id);
                     });
    QObject::connect(&store, &ConversationStore::picturesAdded, dialog, updateIf);
    QObject::connect(&store, &ConversationStore::becameCopy, dialog,
                     [wanted](const QString& before, const QString& id) {
                         if (wanted->conversation.id == before) wanted->conversation.id = id;
                     });
    QObject::connect(dialog, &QFileDialog::fileSelected, dialog,
                     [update, wanted, &notices](const QString& path) {
                         update();
                         inPool(
                             filePool(), &notices,
                             [path, exported = *wanted] { return writeTo(path, exported); },
                             [&notices, path](const ExportEnd& end) { say(path, end, notices); });
                     });
    dialog->open();
}

void askForMoments(const MomentsSource& source, int exchange, QWidget* window) {
    const Conversation& shown = source.store.conversation();
    if (source.store.count() == 0)
        return source.notices.showNote(ExportText::tr("There is nothing to export yet."));
    MomentFilm film;
    film.path = shown.videoPath;
    film.name = nameText(shown.videoPath);
    const auto& summary = source.video.summary();
    if (summary && source.video.path() == shown.videoPath) {
        film.durationS = summary->durationS;
        film.fps = summary->averageFps;
        film.hasAudio = summary->hasAudio;
        film.parts = playedParts(*summary);
        film.ownStartS = ownStartS(source.player.handle().get());
    }
    auto* dialog = make<MomentsDialog>(
        MomentsParts{shown, exchange, film, source.settings, source.notices}, window);
    QObject::connect(
        dialog, &MomentsDialog::seekRequested, &source.player,
        [&video = source.video, &player = source.player, path = film.path](double seconds) {
            if (video.path() == path) player.seek(seconds);
        });
    dialog->show();
}

}  // namespace reelquery
