#include "tests/gui/random_user.h"

#include <QAbstractButton>
#include <QAction>
#include <QDir>
#include <QDockWidget>
#include <QDropEvent>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QListWidget>
#include <QMimeData>
#include <QTest>
#include <QToolButton>
#include <QUrl>
#include <utility>

#include "app/gui/conversation/conversation_panel.h"
#include "app/gui/conversation/question_box.h"
#include "app/gui/library/library_panel.h"
#include "app/gui/state/versions.h"
#include "app/gui/window/file_opener.h"
#include "app/gui/window/window_actions.h"
#include "tests/gui/patience.h"

namespace reelquery {

namespace {

/// All that a conversation says, versions included.
QByteArray wordsOf(const Conversation& conversation) {
    QJsonArray exchanges;
    for (const Exchange& exchange : conversation.exchanges) exchanges.append(toJson(exchange));
    exchanges.append(toJson(conversation.forks));
    return QJsonDocument(exchanges).toJson(QJsonDocument::Compact);
}

void collect(const std::vector<Exchange>& exchanges, const std::vector<Fork>& forks,
             std::vector<Exchange>& all) {
    all.insert(all.end(), exchanges.begin(), exchanges.end());
    for (const Fork& fork : forks) {
        for (const Tail& tail : fork.tails) collect(tail.exchanges, tail.forks, all);
    }
}

}  // namespace

RandomUser::RandomUser(UsedWindow used, QStringList videos, unsigned seed, int firstQuestion)
    : used_(std::move(used)), videos_(std::move(videos)), random_(seed), asked_(firstQuestion) {}

void RandomUser::forget() {
    touched_.clear();
    removed_.clear();
}

QuestionBox& RandomUser::box() {
    return *window().findChild<QuestionBox*>(QStringLiteral("questionBox"));
}

void RandomUser::act() {
    touch();
    const int what = number(100);
    if (what < 22) {
        used_.goOn(1 + number(40));
    } else if (what < 36) {
        askSomething();
    } else if (what < 46) {
        window().opener().openPath(number(12) == 0 ? QStringLiteral("/videos/broken.mp4")
                                                   : video());
    } else if (what < 52) {
        drop();
    } else if (what < 64) {
        clickLibrary();
    } else if (what < 70) {
        pressKey();
    } else if (what < 74) {
        typeWords();
    } else if (what < 84) {
        trigger();
    } else if (what < 88) {
        edit();
    } else if (what < 91) {
        switchVersion();
    } else if (what < 94) {
        removeOrBringBack();
    } else {
        clickButton();
    }
    QCoreApplication::processEvents();
    // Four times in five a person looks at what was opened before going on; else the next thing
    // is done while files are still being looked at.
    if (number(5) != 0) used_.settle();
    touch();
}

std::set<QString> RandomUser::takeTouched() {
    auto before = std::exchange(touched_, {});
    touch();
    return before;
}

void RandomUser::touch() {
    const ConversationStore& store = window().store();
    touched_.insert(store.conversation().id);
    for (const QString& id : store.heldIds()) touched_.insert(id);
}

QString RandomUser::question() {
    return QStringLiteral("%1 about %2?")
        .arg(++asked_)
        .arg(QFileInfo(window().store().conversation().videoPath).fileName());
}

void RandomUser::askSomething() {
    if (window().store().conversation().videoPath.isEmpty()) return;
    box().setPlainText(question());
    box().setFocus();
    QTest::keyClick(&box(), Qt::Key_Return, number(5) == 0 ? Qt::ControlModifier : Qt::NoModifier);
}

void RandomUser::drop() {
    QMimeData data;
    QList<QUrl> urls{QUrl::fromLocalFile(video())};
    if (number(3) == 0) urls.append(QUrl::fromLocalFile(video()));
    if (number(4) == 0) urls = {QUrl::fromLocalFile(QFileInfo(videos_[0]).path())};
    data.setUrls(urls);
    QDragEnterEvent enter(QPoint(200, 200), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&window(), &enter);
    QDropEvent dropped(QPointF(200, 200), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&window(), &dropped);
}

void RandomUser::clickLibrary() {
    window().findChild<QDockWidget*>(QStringLiteral("libraryDock"))->show();
    auto* list = window().findChild<QListWidget*>(QStringLiteral("libraryList"));
    if (list->count() == 0) return;
    QListWidgetItem* item = list->item(number(list->count()));
    list->scrollToItem(item);
    QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, list->visualItemRect(item).center());
}

void RandomUser::pressKey() {
    // The first three set ranges.
    static constexpr Qt::Key kKeys[] = {Qt::Key_I,     Qt::Key_O,     Qt::Key_X,  Qt::Key_Escape,
                                        Qt::Key_Space, Qt::Key_V,     Qt::Key_M,  Qt::Key_Left,
                                        Qt::Key_5,     Qt::Key_Right, Qt::Key_Tab};
    const int first = used_.setsRanges ? 0 : 3;
    QWidget* focus = QApplication::focusWidget();
    QTest::keyClick(focus ? focus : &window(),
                    kKeys[first + number(int(std::size(kKeys)) - first)]);
}

void RandomUser::typeWords() {
    if (QWidget* focus = QApplication::focusWidget())
        QTest::keyClicks(focus, QStringLiteral("what does it"));
}

void RandomUser::trigger() {
    using enum ActionId;
    // The first two set ranges.
    static constexpr ActionId kIds[] = {kRangeFrom,  kRangeClear, kStop,      kNewConversation,
                                        kLookCloser, kPlay,       kModelView, kNextMoment,
                                        kSubtitles,  kFullScreen, kAskFocus};
    const int first = used_.setsRanges ? 0 : 2;
    auto* actions = window().findChild<WindowActions*>();
    actions->at(kIds[first + number(int(std::size(kIds)) - first)])->trigger();
}

void RandomUser::edit() {
    if (window().store().count() == 0 || window().runner().isRunning()) return;
    auto* panel = window().findChild<ConversationPanel*>();
    panel->editExchange(number(window().store().count()));
    if (number(2) == 0) {
        QTest::keyClick(&box(), Qt::Key_Escape);
    } else {
        box().setPlainText(question());
        QTest::keyClick(&box(), Qt::Key_Return);
    }
}

void RandomUser::switchVersion() {
    const Conversation& conversation = window().store().conversation();
    if (conversation.forks.empty()) return;
    const Fork& fork = conversation.forks[std::size_t(number(int(conversation.forks.size())))];
    window().findChild<ConversationPanel*>()->showVersion(fork.at, number(int(fork.tails.size())));
}

void RandomUser::removeOrBringBack() {
    auto* panel = window().findChild<LibraryPanel*>();
    if (!removed_.isEmpty() && number(2) == 0) {
        Q_EMIT panel->bringBackRequested(removed_.takeLast());
    } else if (window().store().count() > 0) {
        removed_.append(window().store().conversation().id);
        Q_EMIT panel->removeRequested(removed_.last());
    }
}

void RandomUser::clickButton() {
    QList<QAbstractButton*> buttons;
    for (auto* button : window().findChildren<QAbstractButton*>()) {
        // Not those that open a dialog of the system, or a menu that waits for a choice.
        static const QStringList kLeftOut{QStringLiteral("openButton"),
                                          QStringLiteral("modelButton"),
                                          QStringLiteral("noticeButton")};
        const bool isLeftOut = kLeftOut.contains(button->objectName()) ||
                               button->window() != &window() || qobject_cast<QToolButton*>(button);
        if (button->isVisible() && button->isEnabled() && !isLeftOut) buttons.append(button);
    }
    if (!buttons.isEmpty()) QTest::mouseClick(buttons[number(int(buttons.size()))], Qt::LeftButton);
}

QString LibraryAuditor::check(
    const std::set<QString>& touched,
    const std::function<QString(const Conversation&, const Exchange&)>& problemOf) {
    window_.keeper().saveNow();
    if (!comesTrue([this] { return window_.keeper().isAllSaved(); }))
        return QStringLiteral("not everything could be saved");
    // What is brought back between the two looks below would be in neither.
    if (!comesTrue([this] { return window_.library().isIdle(); }))
        return QStringLiteral("the library does not come to rest");
    LibraryFile library(file_);
    std::map<QString, Conversation> kept;
    for (const bool inBin : {false, true}) {
        for (const LibraryEntry& entry : library.list({}, inBin)) {
            auto conversation = library.load(entry.id);
            if (!conversation) return QStringLiteral("cannot be read: ") + entry.title;
            kept.emplace(entry.id, *std::move(conversation));
        }
    }
    for (const auto& [id, conversation] : kept) {
        for (const Exchange& exchange : allOf(conversation)) {
            const QString problem = problemOf(conversation, exchange);
            if (!problem.isEmpty()) return problem;
        }
    }
    for (const auto& [id, conversation] : before_) {
        if (touched.count(id)) continue;
        if (!kept.count(id)) return QStringLiteral("is gone: ") + conversation.title;
        if (wordsOf(kept.at(id)) != wordsOf(conversation))
            return QStringLiteral("has changed: ") + conversation.title;
    }
    before_ = std::move(kept);
    return {};
}

std::vector<Exchange> allOf(const Conversation& conversation) {
    std::vector<Exchange> all;
    collect(conversation.exchanges, conversation.forks, all);
    return all;
}

QString wrongPlaceOf(const Conversation& conversation, const Exchange& exchange) {
    const QString video = QFileInfo(conversation.videoPath).fileName();
    const bool isMarked = exchange.question.contains(QLatin1String(" about "));
    return isMarked && !exchange.question.contains(video)
               ? QStringLiteral("%1 / %2").arg(exchange.question, video)
               : QString();
}

QStringList makeVideos(const QStringList& sources, const QString& folder) {
    static constexpr const char* kNames[] = {"ant.mp4", "bee.mp4", "cat.mp4", "dog.mp4"};
    QDir().mkpath(folder);
    QStringList made;
    for (const QString& source : sources) {
        const char* name = kNames[made.size()];
        made.append(folder + QLatin1Char('/') + QLatin1String(name));
        QFile::remove(made.last());
        QFile::copy(source, made.last());
        QFile file(made.last());
        file.setPermissions(file.permissions() | QFile::WriteOwner);
        if (!file.open(QIODevice::Append)) return {};
        file.write(name);  // behind what the file is about
    }
    return made;
}

}  // namespace reelquery
