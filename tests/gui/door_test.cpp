// Other programs ask the window's engine: the switch, what it opens and closes, who came. The
// engine, its endpoint and the sockets are real.

#include <QCheckBox>
#include <QClipboard>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSet>
#include <QSpinBox>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <chrono>
#include <memory>
#include <thread>

#include "app/gui/settings/programs_page.h"
#include "app/gui/state/door_keeper.h"
#include "app/gui/state/settings_model.h"
#include "app/gui/window/window_actions.h"
#include "app/program_doors.h"
#include "tests/gui/engine_fixture.h"
#include "tests/gui/patience.h"
#include "tests/gui/window_test_main.h"

namespace reelquery {

namespace {

/// Sockets of this process that wait for connections over TCP, as the system has them.
int listeningSockets() {
    QSet<QString> waiting;
    for (const char* name : {"/proc/self/net/tcp", "/proc/self/net/tcp6"}) {
        QFile table(QString::fromLatin1(name));
        if (!table.open(QIODevice::ReadOnly)) continue;
        for (const QByteArray& line : table.readAll().split('\n')) {
            const QList<QByteArray> words = line.simplified().split(' ');
            if (words.size() > 9 && words[3] == "0A")
                waiting.insert(QStringLiteral("socket:[%1]").arg(QString::fromLatin1(words[9])));
        }
    }
    int own = 0;
    const QDir open(QStringLiteral("/proc/self/fd"));
    for (const QString& descriptor : open.entryList(QDir::Files | QDir::System))
        own += waiting.contains(QFile::symLinkTarget(open.filePath(descriptor)).section(u'/', -1));
    return own;
}

/// Whether somebody takes connections there.
bool accepts(int port) {
    QTcpSocket socket;
    socket.connectToHost(QStringLiteral("127.0.0.1"), quint16(port));
    return socket.waitForConnected(1000);
}

int freePort() {
    QTcpServer taken;
    return taken.listen(QHostAddress::LocalHost) ? taken.serverPort() : 0;
}

/// What came back, once the other side closed or all that was promised is there.
struct Reply {
    int status = 0;
    QJsonObject body;
};

}  // namespace

class DoorTest : public QObject {
    Q_OBJECT

    QTemporaryDir keys_;

    /// A window with a door, its page shown.
    std::unique_ptr<EngineFixture> fixture(const QString& dataFolder = {}) {
        EngineSetup setup;
        setup.dataFolder = dataFolder;
        setup.adjust = [this](WindowSetup& window) {
            letProgramsIn(window, QCoreApplication::applicationFilePath().toStdString(),
                          keys_.filePath(QStringLiteral("serve.key")).toStdString());
        };
        auto made = std::make_unique<EngineFixture>(setup);
        made->window().findChild<WindowActions*>()->at(ActionId::kSettings)->trigger();
        auto* pages = made->child<QListWidget>("settingsPages");
        pages->setCurrentItem(pages->findItems(QStringLiteral("Programs"), Qt::MatchExactly).at(0));
        return made;
    }

    static QString state(EngineFixture& fixture) {
        return fixture.child<QLabel>("doorState")->text();
    }

    static void open(EngineFixture& fixture) {
        fixture.child<QSpinBox>("doorPort")->setValue(0);
        QTest::mouseClick(fixture.child<QCheckBox>("letProgramsAsk"), Qt::LeftButton, {}, {10, 10});
        EVENTUALLY(!fixture.child<QLineEdit>("doorAddress")->text().isEmpty());
    }

    /// Allows the folder of the sample, as somebody does who presses the button.
    static void allowSamples(EngineFixture& fixture) {
        fixture.child<QPushButton>("addDoorFolder")->click();
        auto* dialog = fixture.window().findChild<QFileDialog*>();
        QVERIFY(dialog);
        Q_EMIT dialog->fileSelected(QFileInfo(sampleVideoPath()).path());
        dialog->close();
        QCOMPARE(fixture.child<QListWidget>("doorFolders")->count(), 1);
        EVENTUALLY_EQUAL(state(fixture), QStringLiteral("On."));
    }

    static int port(EngineFixture& fixture) {
        return fixture.child<QLineEdit>("doorAddress")
            ->text()
            .section(u':', 2)
            .section(u'/', 0, 0)
            .toInt();
    }

    static std::unique_ptr<QTcpSocket> send(int port, const QByteArray& head,
                                            const QByteArray& body = {}) {
        auto socket = std::make_unique<QTcpSocket>();
        socket->connectToHost(QStringLiteral("127.0.0.1"), quint16(port));
        if (!socket->waitForConnected(kPatienceMs)) return socket;
        socket->write(head + "\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: " +
                      QByteArray::number(body.size()) + "\r\n\r\n" + body);
        socket->flush();
        return socket;
    }

    static Reply received(QTcpSocket& socket) {
        if (!comesTrue([&] { return socket.state() == QAbstractSocket::UnconnectedState; }))
            return {};
        const QByteArray all = socket.readAll();
        const qsizetype end = all.indexOf("\r\n\r\n");
        return {all.split(' ').value(1).toInt(),
                QJsonDocument::fromJson(all.mid(end + 4)).object()};
    }

    static QByteArray withKey(EngineFixture& fixture, const QByteArray& line) {
        return line + " HTTP/1.1\r\nUser-Agent: OpenAI/Python 3.57.0\r\nAuthorization: Bearer " +
               fixture.child<QLineEdit>("doorKey")->text().toLatin1() +
               "\r\nContent-Type: application/json";
    }

    static QByteArray question(EngineFixture& fixture, const char* words, int toS = 64) {
        const QJsonObject video{
            {QStringLiteral("url"), QStringLiteral("file://") + sampleVideoPath()}};
        const QJsonArray parts{QJsonObject{{QStringLiteral("type"), QStringLiteral("video_url")},
                                           {QStringLiteral("video_url"), video}},
                               QJsonObject{{QStringLiteral("type"), QStringLiteral("text")},
                                           {QStringLiteral("text"), QLatin1String(words)}}};
        return QJsonDocument(
                   QJsonObject{
                       {QStringLiteral("model"), fixture.child<QLineEdit>("doorModel")->text()},
                       {QStringLiteral("messages"),
                        QJsonArray{QJsonObject{{QStringLiteral("role"), QStringLiteral("user")},
                                               {QStringLiteral("content"), parts}}}},
                       {QStringLiteral("reelquery"), QJsonObject{{QStringLiteral("from_s"), 52},
                                                                 {QStringLiteral("to_s"), toS}}}})
            .toJson();
    }

    static QString words(const Reply& reply) {
        return reply
            .body[QStringLiteral("choices")][0][QStringLiteral("message")]
                 [QStringLiteral("content")]
            .toString();
    }

  private Q_SLOTS:

    void offMeansThatNothingListens() {
        const auto window = fixture();
        QCOMPARE(listeningSockets(), 0);
        QVERIFY(!window->child<QCheckBox>("letProgramsAsk")->isChecked());
        QVERIFY(state(*window).startsWith(QLatin1String("Off")));
        QVERIFY(!QFileInfo::exists(keys_.filePath(QStringLiteral("serve.key"))));
        open(*window);
        QVERIFY(listeningSockets() >= 1);
        QVERIFY(state(*window).startsWith(QLatin1String("On")));
        window->child<QCheckBox>("letProgramsAsk")->click();
        EVENTUALLY_EQUAL(listeningSockets(), 0);
        EVENTUALLY(state(*window).startsWith(QLatin1String("Off")));
        QVERIFY(window->child<QLineEdit>("doorKey")->text().isEmpty());
    }

    void aProgramAsksTheWindowsEngine() {
        const auto window = fixture();
        open(*window);
        // No folder is allowed yet.
        auto asks = send(port(*window), withKey(*window, "POST /v1/chat/completions"),
                         question(*window, "What colour is the cross?"));
        const Reply refused = received(*asks);
        QCOMPARE(refused.status, 403);
        const QString why =
            refused.body[QStringLiteral("error")][QStringLiteral("message")].toString();
        QVERIFY2(why.contains(QLatin1String("Settings > Programs")), qPrintable(why));

        allowSamples(*window);
        asks = send(port(*window), withKey(*window, "POST /v1/chat/completions"),
                    question(*window, "What colour is the cross?"));
        const Reply reply = received(*asks);
        QCOMPARE(reply.status, 200);
        QVERIFY2(words(reply).contains(QLatin1String("orange")), qPrintable(words(reply)));
        EVENTUALLY(window->child<QLabel>("doorVisits")
                       ->text()
                       .contains(QLatin1String("by OpenAI/Python 3.57.0")));
        // The window heard nothing of it, and answers its own question beside it.
        QCOMPARE(window->window().store().count(), 0);
        window->dropVideo(sampleVideoPath());
        asks = send(port(*window), withKey(*window, "POST /v1/chat/completions"),
                    question(*window, "When is the orange cross shown?"));
        window->window().video().setRangeTo(64.0);
        window->window().video().setRangeFrom(52.0);
        window->ask(QStringLiteral("What colour is the cross?"));
        QVERIFY(window->waitUntilIdle());
        QVERIFY(window->answer().text.contains(QLatin1String("orange")));
        QVERIFY(words(received(*asks)).contains(QLatin1String("0:5")));
    }

    void nobodyComesInWithoutTheKey() {
        const auto window = fixture();
        open(*window);
        auto asks =
            send(port(*window), "GET /v1/models HTTP/1.1\r\nAuthorization: Bearer sk-guessed-it");
        QCOMPARE(received(*asks).status, 401);
        asks = send(port(*window),
                    withKey(*window, "GET /v1/models") + "\r\nOrigin: http://x.example");
        QCOMPARE(received(*asks).status, 403);
        EVENTUALLY(window->child<QLabel>("doorVisits")->text().contains(QLatin1String("2 times")));
        QVERIFY(window->child<QLabel>("doorVisits")->text().contains(QLatin1String("Nobody has")));
    }

    void theKeyIsHiddenUntilAskedForAndCopied() {
        const auto window = fixture();
        open(*window);
        auto* key = window->child<QLineEdit>("doorKey");
        QFile kept(keys_.filePath(QStringLiteral("serve.key")));
        QVERIFY(kept.open(QIODevice::ReadOnly));
        QCOMPARE(key->text().toLatin1(), kept.readAll().trimmed());
        QCOMPARE(key->echoMode(), QLineEdit::Password);
        window->child<QCheckBox>("showDoorKey")->click();
        QCOMPARE(key->echoMode(), QLineEdit::Normal);
        window->child<QToolButton>("doorKeyCopy")->click();
        QCOMPARE(QGuiApplication::clipboard()->text(), key->text());
    }

    void aTakenPortIsSaidAndAnotherOneHelps() {
        QTcpServer other;
        QVERIFY(other.listen(QHostAddress::LocalHost));
        const auto window = fixture();
        window->child<QSpinBox>("doorPort")->setValue(other.serverPort());
        window->child<QCheckBox>("letProgramsAsk")->click();
        EVENTUALLY_EQUAL(state(*window),
                         QStringLiteral("Port %1 is taken. Another program has it; choose another "
                                        "one (0: any that is free)")
                             .arg(other.serverPort()));
        window->child<QSpinBox>("doorPort")->setValue(0);
        EVENTUALLY(state(*window).startsWith(QLatin1String("On")));
    }

    void itStaysOnAndClosesWithTheWindow() {
        QTemporaryDir data;
        int was = 0;
        {
            const auto window = fixture(data.path());
            open(*window);
            was = port(*window);
            // A silent visitor holds nothing up.
            QTcpSocket idle;
            idle.connectToHost(QStringLiteral("127.0.0.1"), quint16(was));
            QVERIFY(idle.waitForConnected(kPatienceMs));
            QElapsedTimer closing;
            closing.start();
            window->restart();
            QVERIFY(double(closing.elapsed()) < 10 * kCloseMs);
            EVENTUALLY(!window->child<QLineEdit>("doorAddress")->text().isEmpty());
            was = port(*window);
        }
        QCOMPARE(listeningSockets(), 0);
        QTcpSocket late;
        late.connectToHost(QStringLiteral("127.0.0.1"), quint16(was));
        QVERIFY(!late.waitForConnected(1000));
    }

    void closingWhileOneIsAnsweredTakesNoTime() {
        auto window = fixture();
        open(*window);
        allowSamples(*window);
        const auto asks = send(port(*window), withKey(*window, "POST /v1/chat/completions"),
                               question(*window, "List all.", 590));
        QTest::qWait(300);  // it is being read
        QElapsedTimer closing;
        closing.start();
        window.reset();
        QVERIFY2(double(closing.elapsed()) < kCloseMs + 500 * kSlowdown,
                 qPrintable(QString::number(closing.elapsed())));
        QCOMPARE(listeningSockets(), 0);
    }

    void aChangeLetsARunningAnswerFinish() {
        const auto window = fixture();
        open(*window);
        allowSamples(*window);
        const int was = port(*window);
        const auto asks = send(was, withKey(*window, "POST /v1/chat/completions"),
                               question(*window, "List all.", 250));
        auto* sign = window->child<QToolButton>("doorSign");
        EVENTUALLY(sign->text().contains(QLatin1String("is asking")));
        // Two changes while it is answered.
        window->window().findChild<QListWidget*>(QStringLiteral("doorFolders"))->setCurrentRow(0);
        window->child<QPushButton>("removeDoorFolder")->click();
        window->child<QSpinBox>("doorPort")->setValue(freePort());
        QVERIFY2(state(*window).startsWith(QLatin1String("What is being asked is still answered")),
                 qPrintable(state(*window)));
        QVERIFY(sign->isVisible());
        EVENTUALLY(!accepts(was));  // nobody else comes in meanwhile
        const Reply reply = received(*asks);
        QCOMPARE(reply.status, 200);
        QVERIFY(!words(reply).isEmpty());
        EVENTUALLY(state(*window).startsWith(QLatin1String("On. Programs can send videos along")));
        QCOMPARE(port(*window), window->child<QSpinBox>("doorPort")->value());
        QVERIFY(accepts(port(*window)));
    }

    void switchingItOffWaitsForNobody() {
        const auto window = fixture();
        open(*window);
        allowSamples(*window);
        const auto asks = send(port(*window), withKey(*window, "POST /v1/chat/completions"),
                               question(*window, "List all.", 590));
        EVENTUALLY(
            window->child<QToolButton>("doorSign")->text().contains(QLatin1String("asking")));
        window->child<QSpinBox>("doorPort")->setValue(freePort());
        window->child<QCheckBox>("letProgramsAsk")->click();
        QElapsedTimer closing;
        closing.start();
        EVENTUALLY(state(*window).startsWith(QLatin1String("Off")));
        QVERIFY2(closing.elapsed() < 1500 * kSlowdown,
                 qPrintable(QString::number(closing.elapsed())));
        QVERIFY(received(*asks).status != 200);
        QCOMPARE(listeningSockets(), 0);
    }

    void theSignSaysThatItIsOpenAndWhoAsks() {
        const auto window = fixture();
        auto* sign = window->child<QToolButton>("doorSign");
        QVERIFY(!sign->isVisible());
        open(*window);
        EVENTUALLY(sign->isVisible());
        QCOMPARE(sign->text(), QStringLiteral("Open to other programs"));
        allowSamples(*window);
        const auto asks = send(port(*window), withKey(*window, "POST /v1/chat/completions"),
                               question(*window, "List all.", 120));
        EVENTUALLY_EQUAL(sign->text(), QStringLiteral("OpenAI/Python 3.57.0 is asking"));
        QCOMPARE(sign->accessibleName(), sign->text());
        QVERIFY2(sign->width() >= sign->sizeHint().width(), "the words have room");
        QCOMPARE(received(*asks).status, 200);
        EVENTUALLY_EQUAL(sign->text(), QStringLiteral("Open to other programs"));
        // A click leads to where it is switched off.
        auto* pages = window->child<QListWidget>("settingsPages");
        pages->setCurrentRow(0);
        pages->window()->close();
        QTest::mouseClick(sign, Qt::LeftButton);
        QVERIFY(pages->isVisible());
        QCOMPARE(pages->currentItem()->text(), QStringLiteral("Programs"));
        window->child<QCheckBox>("letProgramsAsk")->click();
        EVENTUALLY(!sign->isVisible());
    }

    void whatFailsIsToldHereInTheWindowsWords() {
        QTemporaryDir folder;
        SettingsModel settings(folder.filePath(QStringLiteral("settings.ini")));
        AskSettings asked = settings.ask();
        asked.model.folder = "/models/any";
        settings.setAsk(asked);
        DoorKeeper keeper(
            {[](const DoorWish&, const DoorEars& ears, const std::function<DoorCourse()>& course) {
                ears.opened({1, "a-key", "any"});
                ears.failed(
                    "no sparse attention here: an old card; "
                    "use --attention dense or --device cpu");
                while (course() == DoorCourse::kOpen)
                    std::this_thread::sleep_for(std::chrono::milliseconds(2));
            }},
            settings);
        ProgramsPage page(keeper);
        keeper.setWanted(true);
        const auto* visits = page.findChild<QLabel*>(QStringLiteral("doorVisits"));
        EVENTUALLY(visits->text().contains(QLatin1String("an old card; use dense attention")));
        QVERIFY2(!visits->text().contains(QLatin1String("--")), qPrintable(visits->text()));
        QVERIFY(visits->text().contains(QLatin1String("Settings > Devices")));
    }

    void aServersModelIsNobodyElses() {
        const auto window = fixture();
        open(*window);
        AskSettings settings = window->window().settings().ask();
        settings.model.server = "http://server.example:8000/v1";
        window->window().settings().setAsk(settings);
        EVENTUALLY_EQUAL(listeningSockets(), 0);
        EVENTUALLY(state(*window).contains(QLatin1String("no model of this computer")));
        settings.model.server.clear();
        window->window().settings().setAsk(settings);
        EVENTUALLY(state(*window).startsWith(QLatin1String("On")) && listeningSockets() >= 1);
    }
};

}  // namespace reelquery

int main(int argc, char** argv) {
    return reelquery::runTest<reelquery::DoorTest>(argc, argv);
}

#include "door_test.moc"
