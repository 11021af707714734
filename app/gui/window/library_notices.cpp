#include "app/gui/window/library_notices.h"

#include <QDesktopServices>
#include <QDir>
#include <QFileInfo>
#include <QUrl>
#include <utility>

#include "app/gui/library/session_keeper.h"
#include "app/gui/library/session_library.h"
#include "app/gui/look/notice_bar.h"
#include "app/gui/state/settings_model.h"

namespace reelquery {

namespace {

constexpr int kTryAgainMs = 3000;
const auto kDealtWithKey = QStringLiteral("library/dealtWith");

}  // namespace

LibraryNotices::LibraryNotices(NoticeParts parts, QObject* parent)
    : QObject(parent), parts_(parts) {
    again_.setInterval(kTryAgainMs);
    connect(&again_, &QTimer::timeout, &parts_.library, &SessionLibrary::tryAgain);
    connect(&parts_.library, &SessionLibrary::conditionChanged, this,
            &LibraryNotices::sayCondition);
    followKeeper();
    sayCondition();
}

void LibraryNotices::followKeeper() {
    connect(&parts_.keeper, &SessionKeeper::failed, this, [this](const QString& problem) {
        parts_.notices.show(
            {NoticeTopic::kSaving,
             true,
             tr("The conversation could not be saved: %1.").arg(problem),
             tr("It is kept in this window, and saving is tried again. Until then it can be "
                "exported."),
             {}});
    });
    connect(&parts_.keeper, &SessionKeeper::recovered, this, [this] {
        parts_.notices.clear(NoticeTopic::kSaving);
        parts_.notices.showNote(tr("All conversations are saved now."));
    });
    connect(&parts_.keeper, &SessionKeeper::copied, this, [this](const QString& title) {
        parts_.notices.show(
            {NoticeTopic::kSaving,
             false,
             tr("“%1” was changed by another window of this program. This one goes on in a copy; "
                "both are in the library.")
                 .arg(title),
             {},
             {},
             true});
    });
    connect(&parts_.keeper, &SessionKeeper::removed, this,
            [this](const QString& id, const QString& title) {
                removed_ = id;
                parts_.notices.show({NoticeTopic::kUndo,
                                     false,
                                     title.isEmpty()
                                         ? tr("The conversation was removed. It stays in the bin.")
                                         : tr("“%1” was removed. It stays in the bin.").arg(title),
                                     {},
                                     {{tr("Undo"), [this] { undoRemoval(); }}},
                                     true});
            });
    connect(&parts_.keeper, &SessionKeeper::couldNotRemove, this, [this](const QString& problem) {
        parts_.notices.showError(tr("The conversation could not be removed: %1.").arg(problem), {});
    });
    connect(&parts_.keeper, &SessionKeeper::couldNotBringBack, this, [this](const QString& why) {
        parts_.notices.showError(tr("The conversation could not be brought back: %1.").arg(why),
                                 tr("It stays in the bin."));
    });
    connect(&parts_.keeper, &SessionKeeper::couldNotRename, this, [this](const QString& why) {
        parts_.notices.showError(tr("The conversation could not be renamed: %1.").arg(why), {});
    });
}

void LibraryNotices::undoRemoval() {
    if (removed_.isEmpty()) return;
    parts_.notices.clear(NoticeTopic::kUndo);
    parts_.keeper.bringBack(std::exchange(removed_, {}));
}

void LibraryNotices::sayCondition() {
    const LibraryCondition& condition = parts_.library.condition();
    const QString folder = QFileInfo(parts_.library.file()).path();
    if (!condition.problem.isEmpty()) {
        again_.start();
        parts_.notices.show(
            {NoticeTopic::kLibrary,
             true,
             tr("Conversations cannot be saved: %1.").arg(condition.problem),
             condition.canRead
                 ? tr("They are kept in this window until it is possible again. The folder is %1.")
                       .arg(folder)
                 : tr("New ones are kept in this window until it is possible again; those of "
                      "before are not touched. The folder is %1.")
                       .arg(folder),
             {}});
        return;
    }
    again_.stop();
    const QStringList aside = notDealtWith();
    if (!aside.isEmpty()) return saySetAside(aside.first(), int(aside.size()));
    parts_.notices.clear(NoticeTopic::kLibrary);
    if (condition.wasRestored) {
        parts_.notices.show({NoticeTopic::kLibrary,
                             false,
                             tr("The library was removed while it was open. It has been written "
                                "again, to %1.")
                                 .arg(parts_.library.file()),
                             {},
                             {},
                             true});
    }
}

QStringList LibraryNotices::notDealtWith() const {
    const QStringList known = parts_.settings.value(kDealtWithKey).toStringList();
    QStringList files;
    for (const QString& file : parts_.library.condition().setAside) {
        if (!known.contains(file)) files.append(file);
    }
    return files;
}

void LibraryNotices::dealWith(const QString& file) {
    QStringList known = parts_.settings.value(kDealtWithKey).toStringList();
    known.append(file);
    parts_.settings.setValue(kDealtWithKey, known);
    sayCondition();
}

void LibraryNotices::saySetAside(const QString& file, int count) {
    const QString hint =
        count > 1
            ? tr("It holds conversations of before, and beside it are %n more such file(s). "
                 "This is said until it is dealt with.",
                 nullptr, count - 1)
            : tr("It holds the conversations of before. This is said until it is dealt with.");
    parts_.notices.show(
        {NoticeTopic::kLibrary,
         true,
         tr("A damaged library was set aside as “%1”.").arg(QFileInfo(file).fileName()),
         hint,
         {{tr("Bring back what can be read"), [this, file] { recover(file); }},
          {tr("Show the folder"),
           [this, file] {
               QDesktopServices::openUrl(QUrl::fromLocalFile(QFileInfo(file).path()));
               sayCondition();
           }},
          {tr("Do not say it again"), [this, file] { dealWith(file); }}}});
}

void LibraryNotices::recover(const QString& file) {
    parts_.library.recover(file, [this, file](std::optional<int> came) {
        if (came) {
            dealWith(file);
            parts_.notices.showNote(
                tr("%n conversation(s) came back. The file stays where it is.", nullptr, *came));
        } else {
            sayCondition();
            parts_.notices.showError(
                tr("Nothing in “%1” can be read.").arg(QFileInfo(file).fileName()),
                tr("The file stays where it is, for other tools to try."));
        }
        Q_EMIT parts_.keeper.saved();
    });
}

}  // namespace reelquery
