// An hour of a hurried person, in minutes: random keys, clicks, drops, opens, questions and stops.
// No answer may come from another video, no conversation may change that was not touched.
// REELQUERY_TEST_ACTIONS: how many actions; REELQUERY_TEST_SEED: another sequence.

#include <QAbstractButton>
#include <QDir>
#include <QDockWidget>
#include <QDropEvent>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QListWidget>
#include <QMimeData>
#include <QTest>
#include <QToolButton>
#include <QUrl>
#include <map>
#include <random>
#include <set>

#include "app/gui/conversation/conversation_panel.h"
#include "app/gui/conversation/question_box.h"
#include "app/gui/library/library_panel.h"
#include "app/gui/state/versions.h"
#include "app/gui/window/file_opener.h"
#include "app/gui/window/window_actions.h"
#include "tests/gui/clip_test.h"
#include "tests/gui/patience.h"
#include "tests/gui/process_figures.h"
#include "tests/gui/window_fixture.h"
#include "tests/gui/window_test_main.h"

namespace reelquery {

namespace {

FakeScript script() {
    FakeScript made;
    made.namesVideo = true;
    made.frames = 8;
    made.layers = 2;
    made.heads = 2;
    return made;
}

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

/// One window and what is done to it.
class RandomUser {
  public:
    RandomUser(WindowFixture& fixture, QStringList videos, unsigned seed)
        : fixture_(fixture), videos_(std::move(videos)), random_(seed) {}

    void act() {
        touch();
        const int what = number(100);
        if (what < 22) {
            fixture_.fake().advance(1 + number(40));
        } else if (what < 36) {
            askSomething();
        } else if (what < 46) {
            open(number(12) == 0 ? QStringLiteral("/videos/broken.mp4") : video());
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
        if (number(5) != 0) fixture_.settle();
        touch();
    }

    /// Conversations that were on screen or being answered since the last call.
    std::set<QString> takeTouched() { return std::exchange(touched_, {}); }

  private:
    int number(int below) { return int(random_() % unsigned(below)); }

    QString video() { return videos_[number(int(videos_.size()))]; }

    MainWindow& window() { return fixture_.window(); }

    QuestionBox& box() { return *fixture_.child<QuestionBox>("questionBox"); }

    void touch() {
        const ConversationStore& store = window().store();
        touched_.insert(store.conversation().id);
        for (const QString& id : store.heldIds()) touched_.insert(id);
    }

    /// A question that says which video it is about.
    QString question() {
        return QStringLiteral("%1 about %2?")
            .arg(++asked_)
            .arg(QFileInfo(window().store().conversation().videoPath).fileName());
    }

    void askSomething() {
        if (window().store().conversation().videoPath.isEmpty()) return;
        box().setPlainText(question());
        box().setFocus();
        QTest::keyClick(&box(), Qt::Key_Return,
                        number(5) == 0 ? Qt::ControlModifier : Qt::NoModifier);
    }

    void open(const QString& path) { window().opener().openPath(path); }

    void drop() {
        QMimeData data;
        QList<QUrl> urls{QUrl::fromLocalFile(video())};
        if (number(3) == 0) urls.append(QUrl::fromLocalFile(video()));
        if (number(4) == 0) urls = {QUrl::fromLocalFile(QFileInfo(videos_[0]).path())};
        data.setUrls(urls);
        QDragEnterEvent enter(QPoint(200, 200), Qt::CopyAction, &data, Qt::LeftButton,
                              Qt::NoModifier);
        QApplication::sendEvent(&window(), &enter);
        QDropEvent dropped(QPointF(200, 200), Qt::CopyAction, &data, Qt::LeftButton,
                           Qt::NoModifier);
        QApplication::sendEvent(&window(), &dropped);
    }

    void clickLibrary() {
        fixture_.child<QDockWidget>("libraryDock")->show();
        auto* list = fixture_.child<QListWidget>("libraryList");
        if (list->count() == 0) return;
        QListWidgetItem* item = list->item(number(list->count()));
        list->scrollToItem(item);
        QTest::mouseClick(list->viewport(), Qt::LeftButton, {},
                          list->visualItemRect(item).center());
    }

    void pressKey() {
        static constexpr Qt::Key kKeys[] = {Qt::Key_Escape, Qt::Key_I,     Qt::Key_O,  Qt::Key_X,
                                            Qt::Key_Space,  Qt::Key_V,     Qt::Key_M,  Qt::Key_Left,
                                            Qt::Key_5,      Qt::Key_Right, Qt::Key_Tab};
        QWidget* focus = QApplication::focusWidget();
        QTest::keyClick(focus ? focus : &window(), kKeys[number(std::size(kKeys))]);
    }

    void typeWords() {
        if (QWidget* focus = QApplication::focusWidget())
            QTest::keyClicks(focus, QStringLiteral("what does it"));
    }

    void trigger() {
        using enum ActionId;
        static constexpr ActionId kIds[] = {kStop,      kNewConversation, kLookCloser, kPlay,
                                            kModelView, kRangeFrom,       kRangeClear, kNextMoment,
                                            kSubtitles, kFullScreen,      kAskFocus};
        auto* actions = window().findChild<WindowActions*>();
        actions->at(kIds[number(std::size(kIds))])->trigger();
    }

    void edit() {
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

    void switchVersion() {
        const Conversation& conversation = window().store().conversation();
        if (conversation.forks.empty()) return;
        const Fork& fork = conversation.forks[std::size_t(number(int(conversation.forks.size())))];
        window().findChild<ConversationPanel*>()->showVersion(fork.at,
                                                              number(int(fork.tails.size())));
    }

    void removeOrBringBack() {
        auto* panel = window().findChild<LibraryPanel*>();
        if (!removed_.isEmpty() && number(2) == 0) {
            Q_EMIT panel->bringBackRequested(removed_.takeLast());
        } else if (window().store().count() > 0) {
            removed_.append(window().store().conversation().id);
            Q_EMIT panel->removeRequested(removed_.last());
        }
    }

    void clickButton() {
        QList<QAbstractButton*> buttons;
        for (auto* button : window().findChildren<QAbstractButton*>()) {
            // Not those that open a dialog of the system, or a menu that waits for a choice.
            static const QStringList kLeftOut{QStringLiteral("openButton"),
                                              QStringLiteral("modelButton"),
                                              QStringLiteral("noticeButton")};
            const bool isLeftOut = kLeftOut.contains(button->objectName()) ||
                                   button->window() != &window() ||
                                   qobject_cast<QToolButton*>(button);
            if (button->isVisible() && button->isEnabled() && !isLeftOut) buttons.append(button);
        }
        if (!buttons.isEmpty())
            QTest::mouseClick(buttons[number(int(buttons.size()))], Qt::LeftButton);
    }

    WindowFixture& fixture_;
    QStringList videos_;
    std::mt19937 random_;
    std::set<QString> touched_;
    QStringList removed_;
    int asked_ = 0;
};

class RandomUseTest : public ClipTest {
    Q_OBJECT

    /// Every conversation in the library, the bin included.
    static std::map<QString, Conversation> keptBy(WindowFixture& fixture) {
        fixture.listed();  // waits until all is saved
        LibraryFile library(fixture.folder() + QStringLiteral("/library.sqlite"));
        std::map<QString, Conversation> kept;
        for (const bool inBin : {false, true}) {
            for (const LibraryEntry& entry : library.list({}, inBin))
                kept.emplace(entry.id, *library.load(entry.id));
        }
        return kept;
    }

    /// Questions say which video they are about, answers which they come from.
    static void check(const std::map<QString, Conversation>& kept) {
        for (const auto& [id, conversation] : kept) {
            const QString video = QFileInfo(conversation.videoPath).fileName();
            std::vector<Exchange> all;
            collect(conversation.exchanges, conversation.forks, all);
            for (const Exchange& exchange : all) {
                const bool isMarked = exchange.question.contains(QLatin1String(" about "));
                if (isMarked) {
                    QVERIFY2(exchange.question.contains(video), qPrintable(exchange.question));
                }
                for (const AnswerRecord& answer : exchange.answers) {
                    if (answer.status != AnswerStatus::kDone) continue;
                    const QString from = QStringLiteral("[%1: %2]").arg(video, exchange.question);
                    QVERIFY2(answer.text.contains(from),
                             qPrintable(from + QStringLiteral(" / ") + answer.text));
                }
            }
        }
    }

  private Q_SLOTS:

    void nothingGoesToTheWrongPlace() {
        const int wanted = qEnvironmentVariableIntValue("REELQUERY_TEST_ACTIONS");
        const int actions = wanted > 0 ? wanted : 1200;
        const int seed = qEnvironmentVariableIntValue("REELQUERY_TEST_SEED");
        QStringList videos;
        QDir().mkpath(pathOf(QStringLiteral("videos")));
        for (const char* name : {"ant.mp4", "bee.mp4", "cat.mp4", "dog.mp4"}) {
            videos.append(pathOf(QStringLiteral("videos/") + QLatin1String(name)));
            if (!QFile::exists(videos.last())) QVERIFY(QFile::copy(clip_, videos.last()));
            // Told apart by their content.
            QFile file(videos.last());
            QVERIFY(file.open(QIODevice::Append));
            file.write(name);
        }
        WindowFixture fixture(script());
        RandomUser user(fixture, videos, unsigned(seed) + 1);
        std::map<QString, Conversation> before;
        qint64 warm = 0;
        for (int action = 1; action <= actions; ++action) {
            user.act();
            if (action % 200 != 0) continue;
            const auto kept = keptBy(fixture);
            check(kept);
            if (QTest::currentTestFailed()) return;
            const auto touched = user.takeTouched();
            for (const auto& [id, conversation] : before) {
                if (touched.count(id)) continue;
                QVERIFY2(kept.count(id), qPrintable(conversation.title));
                QVERIFY2(wordsOf(kept.at(id)) == wordsOf(conversation),
                         qPrintable(conversation.title));
            }
            before = kept;
            if (warm == 0 && action >= actions / 2) warm = residentBytes();
        }
        fixture.finish();
        EVENTUALLY((fixture.fake().finish(), !fixture.window().runner().isBusy()));
        check(keptBy(fixture));
        qInfo("%d actions, %d questions, %d conversations; memory %lld MiB half way, %lld MiB",
              actions, int(fixture.fake().asked().size() + fixture.fake().compared().size()),
              int(keptBy(fixture).size()), static_cast<long long>(warm >> 20),
              static_cast<long long>(residentBytes() >> 20));
        // A walk that hardly asks shows nothing. Some 14 of 100 actions would, but not without a
        // video, nor while an answer is being written.
        QCOMPARE_GE(int(fixture.fake().asked().size()), actions / 40);
    }
};

}  // namespace reelquery

int main(int argc, char** argv) {
    return reelquery::runTest<reelquery::RandomUseTest>(argc, argv);
}

#include "random_use_test.moc"
