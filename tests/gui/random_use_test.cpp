// An hour of a hurried person, in minutes: random keys, clicks, drops, opens, questions and stops.
// No answer may come from another video, no conversation may change that was not touched.
// REELQUERY_TEST_ACTIONS: how many actions (with many, QTEST_FUNCTION_TIMEOUT in milliseconds,
// too); REELQUERY_TEST_SEED: another sequence.

#include <QAbstractButton>
#include <QAction>
#include <QFileInfo>
#include <QLineEdit>
#include <QPixmapCache>
#include <QTest>
#include <algorithm>

#include "app/gui/conversation/conversation_panel.h"
#include "app/gui/conversation/question_box.h"
#include "app/gui/library/library_file.h"
#include "app/gui/window/window_actions.h"
#include "tests/gui/clip_test.h"
#include "tests/gui/patience.h"
#include "tests/gui/process_figures.h"
#include "tests/gui/random_user.h"
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

/// Questions say which video they are about, answers which they come from.
QString problemOf(const Conversation& conversation, const Exchange& exchange) {
    const QString video = QFileInfo(conversation.videoPath).fileName();
    for (const AnswerRecord& answer : exchange.answers) {
        if (answer.status != AnswerStatus::kDone) continue;
        const QString from = QStringLiteral("[%1: %2]").arg(video, exchange.question);
        if (!answer.text.contains(from)) return from + QStringLiteral(" / ") + answer.text;
    }
    return wrongPlaceOf(conversation, exchange);
}

}  // namespace

class RandomUseTest : public ClipTest {
    Q_OBJECT

  private Q_SLOTS:

    void nothingGoesToTheWrongPlace() {
        const int wanted = qEnvironmentVariableIntValue("REELQUERY_TEST_ACTIONS");
        const int actions = wanted > 0 ? wanted : 500;
        const int seed = qEnvironmentVariableIntValue("REELQUERY_TEST_SEED");
        const QStringList videos =
            makeVideos({clip_, clip_, clip_, clip_}, pathOf(QStringLiteral("videos")));
        QCOMPARE(videos.size(), 4);
        WindowFixture fixture(script());
        RandomUser user({fixture.window(), [&](int events) { fixture.fake().advance(events); },
                         [&] { fixture.settle(); }},
                        videos, unsigned(seed) + 1);
        LibraryAuditor auditor(fixture.window(),
                               fixture.folder() + QStringLiteral("/library.sqlite"));
        int questions = 0;
        for (int action = 1; action <= actions; ++action) {
            user.act();
            if (action % 200 != 0) continue;
            const QString problem = auditor.check(user.takeTouched(), problemOf);
            QVERIFY2(problem.isEmpty(), qPrintable(problem));
            questions += countAndForget(fixture.fake());
            if (action % 400 == 0) sayFigures(fixture, action);
        }
        EVENTUALLY((fixture.fake().finish(), !fixture.window().runner().isBusy()));
        const QString problem = auditor.check(user.takeTouched(), problemOf);
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
        questions += countAndForget(fixture.fake());
        qInfo("%d actions, %d questions, %d conversations", actions, questions,
              auditor.conversations());
        // A walk that hardly asks shows nothing. Some 14 of 100 actions would, but not without a
        // video, nor while an answer is being written.
        QCOMPARE_GE(questions, actions / 40);
    }

    /// Nothing is left: what is in use then must not depend on how much was done before.
    /// REELQUERY_TEST_ACTIONS: how many of them between two looks.
    void whatWasDoneLeavesNothingInMemory() {
        const int wanted = qEnvironmentVariableIntValue("REELQUERY_TEST_ACTIONS");
        const int actions = wanted > 0 ? wanted : 80;
        const QStringList videos =
            makeVideos({clip_, clip_, clip_, clip_}, pathOf(QStringLiteral("looked at")));
        WindowFixture fixture(script());
        RandomUser user({fixture.window(), [&](int events) { fixture.fake().advance(events); },
                         [&] { fixture.settle(); }},
                        videos, 5);
        std::vector<qint64> bytes;
        for (int block = 0; block < kBlocks; ++block) {
            for (int action = 0; action < actions; ++action) user.act();
            user.forget();
            countAndForget(fixture.fake());
            clearAll(fixture);
            if (QTest::currentTestFailed()) return;
            const qint64 database = databaseBytes();
            QVERIFY(database > 0);
            bytes.push_back(heapBytes() - database);
            qInfo(
                "after %d actions: %lld KiB in use by the heap and %lld by the database, %lld MiB "
                "resident",
                (block + 1) * actions, static_cast<long long>(bytes.back() >> 10),
                static_cast<long long>(database >> 10),
                static_cast<long long>(residentBytes() >> 20));
        }
        // The first blocks fill what is made once: glyphs and shapes of the fonts, icons, the
        // file's pages; with 500 actions between two looks that is 1.3 MiB up to the third, and no
        // more up to the eleventh. Twice as much done must not be twice as much. The player may
        // still be letting go of a film at one of the looks, but a leak is in all.
        const auto half = bytes.begin() + kBlocks / 2;
        const qint64 grown =
            *std::min_element(half, bytes.end()) - *std::min_element(bytes.begin(), half);
        const auto growth = QStringLiteral("%1 KiB more after %2 actions more")
                                .arg(grown >> 10)
                                .arg(actions * kBlocks / 2);
        QVERIFY2(grown < kMostGrown, qPrintable(growth));
    }

  private:
    static constexpr int kBlocks = 4;
    /// The frames of three questions: what settles late, and what the allocator keeps for threads.
    static constexpr qint64 kMostGrown = 2 << 20;

    /// As on the first start: no conversation, no film, nothing typed.
    static void clearAll(WindowFixture& fixture) {
        MainWindow& window = fixture.window();
        window.runner().stopAll();
        EVENTUALLY((fixture.fake().finish(), !window.runner().isBusy()));
        fixture.settle();
        window.findChild<ConversationPanel*>()->stopEditing();
        fixture.child<QuestionBox>("questionBox")->clear();
        for (const ActionId id : {ActionId::kFullScreen, ActionId::kModelView})
            window.findChild<WindowActions*>()->at(id)->setChecked(false);
        fixture.child<QLineEdit>("librarySearch")->clear();
        fixture.child<QAbstractButton>("binButton")->setChecked(false);
        window.settings().setGivenVideos({});
        window.store().startNew({});
        window.video().close();
        window.player().close();
        window.keeper().saveNow();
        EVENTUALLY(window.keeper().isAllSaved());
        LibraryFile library(fixture.folder() + QStringLiteral("/library.sqlite"));
        const auto left = [&library] {
            std::vector<LibraryEntry> entries = library.list({}, false);
            for (LibraryEntry& entry : library.list({}, true)) entries.push_back(std::move(entry));
            return entries;
        };
        for (const LibraryEntry& entry : left()) window.keeper().erase(entry.id);
        EVENTUALLY(left().empty());
        EVENTUALLY(window.library().isIdle());
        QTest::qWait(100);  // the player, and what is deleted later
        QPixmapCache::clear();
    }

    static int countAndForget(FakeSession& fake) {
        const auto count = fake.asked().size() + fake.compared().size();
        fake.forget();
        return int(count);
    }

    static void sayFigures(WindowFixture& fixture, int action) {
        const MainWindow& window = fixture.window();
        qInfo("%d actions: %lld MiB, of them %lld in use by the heap; %lld objects, %lld widgets",
              action, static_cast<long long>(residentBytes() >> 20),
              static_cast<long long>(heapBytes() >> 20),
              static_cast<long long>(window.findChildren<QObject*>().size()),
              static_cast<long long>(window.findChildren<QWidget*>().size()));
        qInfo("longest event since: %.1f ms, %s", watched().longest().ms,
              qPrintable(watched().longest().what));
        watched().reset();
    }
};

}  // namespace reelquery

int main(int argc, char** argv) {
    return reelquery::runTest<reelquery::RandomUseTest>(argc, argv);
}

#include "random_use_test.moc"
