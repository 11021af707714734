// A server answers instead of this machine's model: chosen, asked for leave, left again. The
// session is scripted; what goes over the wire is tested with real servers elsewhere.

#include <QFile>
#include <QFileInfo>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMessageBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>
#include <QToolButton>
#include <map>
#include <optional>

#include "app/gui/conversation/question_box.h"
#include "app/gui/state/server_keys.h"
#include "app/gui/window/window_actions.h"
#include "tests/gui/clip_test.h"
#include "tests/gui/patience.h"
#include "tests/gui/window_fixture.h"
#include "tests/gui/window_test_main.h"

namespace reelquery {

namespace {

constexpr const char* kAddress = "http://server.example:8000/v1";

/// A store that plays what desktops do.
struct ScriptedStore : SecretStore {
    std::map<std::string, std::string>& secrets;
    const bool& takes;

    ScriptedStore(std::map<std::string, std::string>& all, const bool& isTaking)
        : secrets(all), takes(isTaking) {}

    std::optional<std::string> read(const std::string& address) override {
        if (QThread::currentThread() == qApp->thread()) qFatal("a store on the GUI's thread");
        const auto found = secrets.find(address);
        return takes && found != secrets.end() ? std::optional(found->second) : std::nullopt;
    }

    bool write(const std::string& address, const std::string& secret) override {
        if (QThread::currentThread() == qApp->thread()) qFatal("a store on the GUI's thread");
        if (takes) secrets[address] = secret;
        return takes;
    }

    void forget(const std::string& address) override { secrets.erase(address); }
};

}  // namespace

class ServerTest : public ClipTest {
    Q_OBJECT

    static void useServer(WindowFixture& fixture, const QString& key = {}) {
        fixture.window().findChild<WindowActions*>()->at(ActionId::kModels)->trigger();
        fixture.child<QLineEdit>("serverAddress")->setText(QLatin1String(kAddress));
        fixture.child<QLineEdit>("serverKey")->setText(key);
        fixture.child<QPushButton>("useServerButton")->click();
        EVENTUALLY(
            (fixture.fake().finish(), fixture.child<QPushButton>("useServerButton")->isEnabled()));
    }

    static QMessageBox* question(WindowFixture& fixture) {
        QMessageBox* found = nullptr;
        comesTrue([&] {
            fixture.fake().finish();
            found = fixture.child<QMessageBox>("sendQuestion");
            return found && found->isVisible();
        });
        return found;
    }

    static void press(WindowFixture& fixture, const char* name) {
        QTest::mouseClick(fixture.child<QPushButton>(name), Qt::LeftButton);
        EVENTUALLY(!fixture.child<QMessageBox>("sendQuestion"));
    }

  private Q_SLOTS:

    void aServerBecomesTheOneThatAnswersAndAModelTakesItsPlaceAgain() {
        WindowFixture fixture;
        const std::filesystem::path before = fixture.window().settings().ask().model.folder;
        useServer(fixture);
        const ModelChoice& chosen = fixture.window().settings().ask().model;
        QCOMPARE(chosen.server, std::string(kAddress));
        QCOMPARE(chosen.serverModel, std::string("served-model"));
        QCOMPARE(fixture.child<QToolButton>("modelButton")->text(), QStringLiteral("served-model"));
        fixture.restart();
        QCOMPARE(fixture.window().settings().ask().model.server, std::string(kAddress));
        fixture.window().findChild<WindowActions*>()->at(ActionId::kModels)->trigger();
        auto* list = fixture.child<QListWidget>("modelList");
        list->setCurrentRow(0);
        QTest::mouseClick(fixture.child<QPushButton>("useModelButton"), Qt::LeftButton);
        QVERIFY(fixture.window().settings().ask().model.server.empty());
        QCOMPARE(fixture.window().settings().ask().model.folder, before);
    }

    void aServerThatDoesNotAnswerIsNotTaken() {
        FakeScript script;
        script.failIn = Phase::kLoad;
        script.failMessage = "nothing answers at server.example:8000";
        script.failHint = "start the server";
        WindowFixture fixture(script);
        useServer(fixture);
        QVERIFY(fixture.window().settings().ask().model.server.empty());
        QCOMPARE(fixture.child<QLabel>("serverState")->text(),
                 QStringLiteral("Nothing answers at server.example:8000. Start the server"));
    }

    void nothingGoesBeforeItIsAllowed() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        useServer(fixture);
        fixture.ask(QStringLiteral("What happens?"));
        const QMessageBox* asks = question(fixture);
        QVERIFY(asks);
        QVERIFY2(asks->text().contains(QLatin1String(kAddress)), qPrintable(asks->text()));
        for (const char* fact : {"24 frames, about 3.0 MiB", "not encrypted"})
            QVERIFY2(asks->informativeText().contains(QLatin1String(fact)),
                     qPrintable(asks->informativeText()));
        QVERIFY(fixture.fake().asked().empty());
        press(fixture, "doNotSendButton");
        QVERIFY(fixture.fake().asked().empty());
        // Nothing is lost by saying no.
        QCOMPARE(fixture.child<QuestionBox>("questionBox")->toPlainText(),
                 QStringLiteral("What happens?"));
        QVERIFY(fixture.window().store().count() == 0);
        fixture.ask(QStringLiteral("What happens?"));
        QVERIFY(question(fixture));
        press(fixture, "sendButton");
        fixture.finish();
        QCOMPARE(fixture.fake().asked().size(), std::size_t(1));
        QCOMPARE(fixture.fake().asked().front().model.server, std::string(kAddress));
        // Once for each server.
        fixture.ask(QStringLiteral("And then?"));
        fixture.finish();
        QCOMPARE(fixture.fake().asked().size(), std::size_t(2));
        QVERIFY(!fixture.child<QMessageBox>("sendQuestion"));
    }

    void askingAgainIsAskedForToo() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("What happens?"));
        fixture.finish();
        QCOMPARE(fixture.fake().asked().size(), std::size_t(1));
        useServer(fixture);
        fixture.window().runner().askAgain(0);
        QVERIFY(question(fixture));
        QCOMPARE(fixture.fake().asked().size(), std::size_t(1));
        press(fixture, "doNotSendButton");
        fixture.window().runner().lookCloser(0);
        QVERIFY(question(fixture));
        press(fixture, "sendButton");
        fixture.finish();
        QCOMPARE(fixture.fake().asked().size(), std::size_t(2));
    }

    void aServerWatchesNothingAheadAndTheSelfTestIsOfThisMachine() {
        WindowFixture fixture;
        useServer(fixture);
        fixture.openVideo(clip_);
        const std::size_t before = fixture.fake().planned().size();
        fixture.child<QuestionBox>("questionBox")->setPlainText(QStringLiteral("What happens?"));
        EVENTUALLY((fixture.fake().finish(), fixture.fake().planned().size() > before));
        EVENTUALLY((fixture.fake().finish(),
                    fixture.lastText("planText").contains(QLatin1String("go to server.example"))));
        QVERIFY(fixture.fake().watched().empty());
        QVERIFY(fixture.child<QPushButton>("askButton")->isEnabled());
        QVERIFY(!fixture.child<QPushButton>("compareButton")->isEnabled());
        fixture.child<QPushButton>("deviceTestButton")->click();
        QVERIFY(fixture.fake().loaded().back().server.empty());
        QVERIFY(!fixture.fake().loaded().back().folder.empty());
    }

    void theKeyIsKeptApartAndForItsOwnerOnly() {
        WindowFixture fixture;
        useServer(fixture, QStringLiteral("secret-4711"));
        QCOMPARE(fixture.serverKey(kAddress), std::string("secret-4711"));
        QVERIFY(fixture.serverKey("http://elsewhere.example").empty());
        const QString file = fixture.folder() + QStringLiteral("/server-keys.json");
        EVENTUALLY(QFileInfo::exists(file));
        const auto others = QFileDevice::ReadGroup | QFileDevice::WriteGroup |
                            QFileDevice::ReadOther | QFileDevice::WriteOther;
        QVERIFY(!(QFileInfo(file).permissions() & others));
        fixture.restart();
        QCOMPARE(fixture.serverKey(kAddress), std::string("secret-4711"));
        QFile settings(fixture.folder() + QStringLiteral("/reelquery.ini"));
        QVERIFY(settings.open(QIODevice::ReadOnly));
        QVERIFY(!settings.readAll().contains("secret-4711"));
        // A file that others can read is closed again.
        QVERIFY(QFile::setPermissions(file, QFileInfo(file).permissions() | others));
        ServerKeys again(file.toStdString());
        QCOMPARE(again.key(kAddress), std::string("secret-4711"));
        QVERIFY(!(QFileInfo(file).permissions() & others));
        again.keep(kAddress, {});
        again.finish();
        QVERIFY(ServerKeys(file.toStdString()).key(kAddress).empty());
    }

    void theDesktopsStoreHasTheKeyWhereItTakesIt() {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("keys.json"));
        std::map<std::string, std::string> secrets;
        bool takes = true;
        const auto keys = [&] {
            return std::make_unique<ServerKeys>(path.toStdString(),
                                                std::make_unique<ScriptedStore>(secrets, takes));
        };
        const auto inFile = [&] {
            QFile file(path);
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        };
        keys()->keep(kAddress, "secret-4711");
        QCOMPARE(secrets[kAddress], std::string("secret-4711"));
        QVERIFY(inFile().contains(kAddress));
        QVERIFY(!inFile().contains("secret-4711"));
        QCOMPARE(keys()->key(kAddress), std::string("secret-4711"));

        // It is locked: nothing is forgotten, and a new key goes into the file.
        takes = false;
        {
            const auto locked = keys();
            QVERIFY(locked->key(kAddress).empty());
            locked->keep("http://other.example", "another-0815");
        }
        QVERIFY(inFile().contains("another-0815"));
        takes = true;
        QCOMPARE(keys()->key(kAddress), std::string("secret-4711"));
        QCOMPARE(keys()->key("http://other.example"), std::string("another-0815"));

        // Kept again it leaves the file; forgotten it leaves both.
        keys()->keep("http://other.example", "third-1234");
        QVERIFY(!inFile().contains("another-0815") && !inFile().contains("third-1234"));
        {
            const auto some = keys();
            some->key(kAddress);
            some->keep(kAddress, {});
            some->finish();
        }
        QVERIFY(secrets.find(kAddress) == secrets.end());
        QVERIFY(!inFile().contains(kAddress));
    }

    void aKeyThatNobodyTakesIsSaid() {
        ServerKeys keys("/proc/no/such/folder/keys.json");
        QSignalSpy notKept(&keys, &ServerKeys::notKept);
        keys.keep(kAddress, "secret-4711");
        EVENTUALLY_EQUAL(notKept.count(), 1);
        QCOMPARE(keys.known(kAddress), std::string("secret-4711"));
    }
};

}  // namespace reelquery

int main(int argc, char** argv) {
    return reelquery::runTest<reelquery::ServerTest>(argc, argv);
}

#include "server_test.moc"
