// An hour of a hurried person, in minutes: random keys, clicks, drops, opens, questions and stops.
// No answer may come from another video, no conversation may change that was not touched.
// REELQUERY_TEST_ACTIONS: how many actions (with many, QTEST_FUNCTION_TIMEOUT in milliseconds,
// too); REELQUERY_TEST_SEED: another sequence.

#include <QFileInfo>
#include <QTest>

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
        const int actions = wanted > 0 ? wanted : 800;
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

  private:
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
