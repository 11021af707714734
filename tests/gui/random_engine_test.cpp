// The hurried person of random_use_test.cpp, with the real engine and the embedded model behind the
// window. REELQUERY_TEST_ACTIONS: how many actions; REELQUERY_TEST_SEED: another sequence.

#include <QFileInfo>
#include <QTest>

#include "app/gui/window/file_opener.h"
#include "tests/gui/clip_test.h"
#include "tests/gui/engine_fixture.h"
#include "tests/gui/patience.h"
#include "tests/gui/process_figures.h"
#include "tests/gui/random_user.h"
#include "tests/gui/window_test_main.h"

namespace reelquery {

namespace {

constexpr int kVideoTokens = 256;

/// Videos of these lengths, in the order of makeVideos: what an answer rests on tells which it saw.
constexpr double kLengthsS[] = {10, 20, 40, 600};
const QStringList kNames{QStringLiteral("ant.mp4"), QStringLiteral("bee.mp4"),
                         QStringLiteral("cat.mp4"), QStringLiteral("dog.mp4")};

QString problemOf(const Conversation& conversation, const Exchange& exchange) {
    const QString video = QFileInfo(conversation.videoPath).fileName();
    const auto at = kNames.indexOf(video);
    if (at < 0) return QStringLiteral("about no video: ") + exchange.question;
    const double lengthS = kLengthsS[at];
    for (const AnswerRecord& answer : exchange.answers) {
        if (answer.status != AnswerStatus::kDone || !answer.report) continue;
        const double lastS = answer.report->lastFrameS;
        const bool isOfIt = answer.isCloserLook() ? lastS <= lengthS + 1
                                                  : lastS > 0.7 * lengthS && lastS <= lengthS + 1;
        if (!isOfIt)
            return QStringLiteral("%1 (%2 s): last frame at %3 s")
                .arg(exchange.question)
                .arg(lengthS)
                .arg(lastS);
    }
    return wrongPlaceOf(conversation, exchange);
}

}  // namespace

class RandomEngineTest : public ClipTest {
    Q_OBJECT

  public:
    RandomEngineTest() : ClipTest(10) {}

  private Q_SLOTS:

    void nothingGoesToTheWrongPlace() {
        const int wanted = qEnvironmentVariableIntValue("REELQUERY_TEST_ACTIONS");
        const int actions = wanted > 0 ? wanted : 60;
        const int seed = qEnvironmentVariableIntValue("REELQUERY_TEST_SEED");
        const QString twenty = pathOf(QStringLiteral("20.mp4"));
        const QString forty = pathOf(QStringLiteral("40.mp4"));
        QVERIFY(makeClip(twenty, 20) && makeClip(forty, 40));
        const QStringList videos =
            makeVideos({clip_, twenty, forty, sampleVideoPath()}, pathOf(QStringLiteral("videos")));
        QCOMPARE(videos.size(), 4);
        QTemporaryDir data;
        EngineFixture fixture({data.path(), REELQUERY_DEMO_MODEL, kVideoTokens});
        MainWindow& window = fixture.window();
        int answers = 0;
        connect(&window.runner(), &QuestionRunner::ended, this, [&answers] { ++answers; });
        const auto settle = [&] { EVENTUALLY(!window.opener().isOpening()); };
        RandomUser user({window, [](int events) { QTest::qWait(10 * events); }, settle, false},
                        videos, unsigned(seed) + 1);
        LibraryAuditor auditor(window, data.filePath(QStringLiteral("library.sqlite")));
        const auto check = [&] {
            const QString problem = auditor.check(user.takeTouched(), problemOf);
            QVERIFY2(problem.isEmpty(), qPrintable(problem));
        };
        for (int action = 1; action <= actions; ++action) {
            user.act();
            if (action % 30 == 0) check();
            if (QTest::currentTestFailed()) return;
            if (action % 500 == 0)
                qInfo("%d actions, %d answers: %lld MiB, of them %lld in use by the heap", action,
                      answers, static_cast<long long>(residentBytes() >> 20),
                      static_cast<long long>(heapBytes() >> 20));
        }
        window.runner().stopAll();
        EVENTUALLY(!window.runner().isBusy());
        check();
        qInfo("%d actions, %d answers, %d conversations", actions, answers,
              auditor.conversations());
        QCOMPARE_GE(answers, actions / 40);
    }
};

}  // namespace reelquery

int main(int argc, char** argv) {
    return reelquery::runTest<reelquery::RandomEngineTest>(argc, argv);
}

#include "random_engine_test.moc"
