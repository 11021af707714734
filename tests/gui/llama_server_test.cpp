// The window over llama.cpp's own server, with the embedded model: skipped where there is none.

#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QProcess>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTest>
#include <optional>

#include "app/gui/window/window_actions.h"
#include "tests/gui/engine_fixture.h"
#include "tests/gui/patience.h"
#include "tests/gui/window_test_main.h"

namespace reelquery {

namespace {

const auto kKey = QStringLiteral("sk-window");
constexpr double kCrossFromS = 56.6, kCrossToS = 60.7;  // resources/samples/needles-10min.json
constexpr int kNotHere = 77;                            // of llama_server.py

}  // namespace

class LlamaServerTest : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;  ///< of the converted model
    QProcess server_;
    QString address_;
    QString whyNone_;  ///< set where there is no server

    void startServer() {
        server_.setStandardErrorFile(QProcess::nullDevice());  // it tells of every token
        server_.start(QStringLiteral("python3"),
                      {QStringLiteral(REELQUERY_LLAMA_SCRIPT), QStringLiteral(REELQUERY_DEMO_MODEL),
                       folder_.path(), kKey});
        QVERIFY(server_.waitForReadyRead(4 * kPatienceMs));
        const QString told = QString::fromUtf8(server_.readLine()).trimmed();
        if (told.startsWith(QLatin1String("http"))) {
            address_ = told + QStringLiteral("/v1");
            return;
        }
        server_.waitForFinished(kPatienceMs);
        QCOMPARE(server_.exitCode(), kNotHere);
        whyNone_ = told;
    }

    void stopServer() {
        server_.kill();
        server_.waitForFinished(kPatienceMs);
    }

    static void useServer(EngineFixture& fixture, const QString& address, const QString& key) {
        fixture.window().findChild<WindowActions*>()->at(ActionId::kModels)->trigger();
        fixture.child<QLineEdit>("serverAddress")->setText(address);
        fixture.child<QLineEdit>("serverKey")->setText(key);
        fixture.child<QPushButton>("useServerButton")->click();
        EVENTUALLY(fixture.child<QPushButton>("useServerButton")->isEnabled());
    }

    static void setRange(EngineFixture& fixture, double fromS, double toS) {
        VideoState& video = fixture.window().video();
        video.setRangeFrom(std::nullopt);  // an end may not cross the other
        video.setRangeTo(toS);
        video.setRangeFrom(fromS);
    }

    /// The sample, near its cross, asked of the server.
    void open(EngineFixture& fixture) {
        fixture.dropVideo(sampleVideoPath());
        setRange(fixture, 52, 64);
        useServer(fixture, address_, kKey);
        QCOMPARE(fixture.window().settings().ask().model.server, address_.toStdString());
    }

    /// Asks; the first time the window asks whether frames may go there.
    static void ask(EngineFixture& fixture, const char* words) {
        fixture.ask(QLatin1String(words));
        EVENTUALLY(fixture.child<QMessageBox>("sendQuestion") ||
                   fixture.window().runner().isRunning());
        if (auto* button = fixture.child<QPushButton>("sendButton")) {
            QTest::mouseClick(button, Qt::LeftButton);
            EVENTUALLY(fixture.window().runner().isRunning());
        }
    }

    /// All frames are made and on their way, and no word has come.
    static bool waitUntilItReads(EngineFixture& fixture) {
        std::int64_t made = 0;
        QObject here;
        connect(&fixture.window().runner(), &QuestionRunner::progressed, &here,
                [&](const Progress& progress) {
                    if (progress.phase == Phase::kEncode) made = progress.done;
                });
        if (!comesTrue([&] { return made >= 20; })) return false;
        QTest::qWait(200);
        return fixture.window().runner().isRunning();
    }

  private Q_SLOTS:

    void initTestCase() { startServer(); }

    void init() {
        if (!whyNone_.isEmpty()) QSKIP(qPrintable(whyNone_));
        if (server_.state() == QProcess::NotRunning) startServer();
    }

    void cleanupTestCase() { stopServer(); }

    void aWrongKeyIsSaid() {
        EngineFixture fixture;
        useServer(fixture, address_, QStringLiteral("sk-other"));
        QVERIFY(fixture.window().settings().ask().model.server.empty());
        const QString said = fixture.child<QLabel>("serverState")->text();
        QVERIFY2(said.contains(QLatin1String("key")), qPrintable(said));
        QVERIFY2(!said.contains(QLatin1String("sk-other")), qPrintable(said));
    }

    void theRightAnswerAndMomentAndAFollowUpFromItsCache() {
        EngineFixture fixture;
        open(fixture);
        ask(fixture, "When is the orange cross shown?");
        QVERIFY(fixture.waitUntilIdle());
        const AnswerRecord when = fixture.answer();
        QVERIFY2(when.status == AnswerStatus::kDone, qPrintable(when.errorMessage));
        QVERIFY2(when.text.contains(QLatin1String("orange cross")), qPrintable(when.text));
        const auto& cited = fixture.window().video().cited();
        QCOMPARE(cited.size(), 1U);
        QVERIFY2(cited[0].timeS >= kCrossFromS - 1 && cited[0].timeS <= kCrossToS,
                 qPrintable(when.text));
        QVERIFY(when.report->device.find("llama.cpp") != std::string::npos);

        ask(fixture, "What colour is the cross?");
        QVERIFY(fixture.waitUntilIdle());
        const AnswerRecord colour = fixture.answer(1);
        QVERIFY2(colour.text.contains(QLatin1String("orange")), qPrintable(colour.text));
        QVERIFY(colour.report->reusedTokens > 0.95 * double(when.report->promptTokens));
    }

    void aStopWhileItReadsLetsItAnswerTheNext() {
        EngineFixture fixture;
        open(fixture);
        setRange(fixture, 300, 320);  // nothing of it is known yet
        ask(fixture, "What is shown?");
        QVERIFY(waitUntilItReads(fixture));
        fixture.window().runner().stop();
        QVERIFY(fixture.waitUntilIdle());
        QCOMPARE(fixture.answer().status, AnswerStatus::kStopped);
        setRange(fixture, 52, 64);
        ask(fixture, "What colour is the cross?");
        QVERIFY(fixture.waitUntilIdle());
        QVERIFY2(fixture.answer(1).text.contains(QLatin1String("orange")),
                 qPrintable(fixture.answer(1).text));
    }

    void aServerThatDiesIsSaidAndTheConversationGoesOn() {
        EngineFixture fixture;
        open(fixture);
        setRange(fixture, 300, 320);
        ask(fixture, "List what is shown, with times.");
        QVERIFY(waitUntilItReads(fixture));
        stopServer();
        QVERIFY(fixture.waitUntilIdle());
        QCOMPARE(fixture.answer().status, AnswerStatus::kFailed);
        const QString said = fixture.answer().errorMessage;
        QVERIFY2(said.contains(QLatin1String("127.0.0.1")), qPrintable(said));
        // This computer's model takes over in the same conversation.
        AskSettings settings = fixture.window().settings().ask();
        settings.model.server.clear();
        settings.model.folder = REELQUERY_DEMO_MODEL;
        fixture.window().settings().setAsk(settings);
        setRange(fixture, 52, 64);
        fixture.ask(QStringLiteral("What colour is the cross?"));
        QVERIFY(fixture.waitUntilIdle());
        QVERIFY2(fixture.answer(1).text.contains(QLatin1String("orange")),
                 qPrintable(fixture.answer(1).text));
    }
};

}  // namespace reelquery

int main(int argc, char** argv) {
    return reelquery::runTest<reelquery::LlamaServerTest>(argc, argv);
}

#include "llama_server_test.moc"
