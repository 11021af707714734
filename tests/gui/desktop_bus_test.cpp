// What is asked of the desktop over its buses. Run below dbus-run-session.

#include <QDBusConnectionInterface>
#include <QSignalSpy>
#include <QTemporaryDir>

#include "app/gui/desktop/colour_scheme.h"
#include "app/gui/desktop/desktop_conduct.h"
#include "app/gui/desktop/done_notice.h"
#include "app/gui/desktop/wake_lock.h"
#include "app/gui/state/settings_model.h"
#include "tests/gui/clip_test.h"
#include "tests/gui/desktop_services.h"
#include "tests/gui/patience.h"
#include "tests/gui/window_fixture.h"
#include "tests/gui/window_test_main.h"

namespace reelquery {

namespace {

/// Offers a service over a connection of its own, as another program would.
bool offer(QDBusConnection& bus, const char* name, const char* path, QObject& object) {
    return bus.registerObject(
               QLatin1String(path), &object,
               QDBusConnection::ExportAllSlots | QDBusConnection::ExportAllSignals) &&
           bus.registerService(QLatin1String(name));
}

}  // namespace

class DesktopBusTest : public ClipTest {
    Q_OBJECT

  public:
    DesktopBusTest() : ClipTest(10) {}

  private:
    QDBusConnection bus_ =
        QDBusConnection::connectToBus(QDBusConnection::SessionBus, QStringLiteral("services"));
    bool isOffered_ = false;
    ScreenSaverService screen_;
    LoginService login_;
    NotificationService notifications_;

  private Q_SLOTS:

    void init() {
        if (!bus_.isConnected()) QSKIP("no session bus: run this below dbus-run-session");
        if (std::exchange(isOffered_, true)) return;
        QVERIFY(
            offer(bus_, "org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver", screen_));
        QVERIFY(offer(bus_, "org.freedesktop.login1", "/org/freedesktop/login1", login_));
        QVERIFY(offer(bus_, "org.freedesktop.Notifications", "/org/freedesktop/Notifications",
                      notifications_));
    }

    void theScreenStaysLitWhileAFilmPlays() {
        const int before = screen_.asked;
        {
            WindowFixture fixture;
            fixture.openVideo(clip_);
            MpvPlayer& player = fixture.window().player();
            EVENTUALLY(player.isLoaded());
            QTest::qWait(50);
            QCOMPARE(screen_.asked, before);  // a film that only stands there keeps nothing lit
            player.setPaused(false);
            EVENTUALLY_EQUAL(screen_.held, 1);
            player.setPaused(true);
            EVENTUALLY_EQUAL(screen_.held, 0);
            player.setSpeed(4);
            player.seek(player.durationS() - 1);
            player.setPaused(false);
            EVENTUALLY_EQUAL(screen_.asked, before + 2);
            EVENTUALLY_EQUAL(screen_.held, 0);  // the film is over
            player.seek(0);
            player.setPaused(false);
            EVENTUALLY_EQUAL(screen_.held, 1);
        }
        EVENTUALLY_EQUAL(screen_.held, 0);  // so is the window
    }

    void aPauseBeforeTheAnswerTakesItBackAllTheSame() {
        const int before = screen_.asked;
        WakeLock lock;
        lock.setPlaying(true);
        lock.setPlaying(false);
        EVENTUALLY_EQUAL(screen_.asked, before + 1);
        EVENTUALLY_EQUAL(screen_.held, 0);
        {
            WakeLock gone;
            gone.setPlaying(true);  // and away before it is answered
        }
        EVENTUALLY_EQUAL(screen_.asked, before + 2);
        EVENTUALLY_EQUAL(screen_.held, 0);
    }

    void theMachineStaysAwakeWhileAQuestionIsAnswered() {
        login_.asked.clear();
        WindowFixture fixture;
        fixture.openVideo(clip_);
        QCOMPARE(login_.asked, QStringList());
        fixture.ask(QStringLiteral("What is shown?"));
        EVENTUALLY_EQUAL(login_.asked, QStringList{QStringLiteral("sleep:idle block")});
        QVERIFY(login_.isHeld());
        fixture.finish();
        EVENTUALLY(!login_.isHeld());
    }

    void aLongAnswerIsToldToWhoWentAway() {
        QTemporaryDir folder;
        SettingsModel settings(folder.filePath(QStringLiteral("settings.ini")));
        DoneNotice notice(settings);
        QSignalSpy wanted(&notice, &DoneNotice::windowWanted);
        notice.answered(QStringLiteral("Quick?"), 500, true);
        settings.setValue(kNotifyKey, false);
        notice.answered(QStringLiteral("Unwanted?"), 60'000, true);
        settings.setValue(kNotifyKey, true);
        notice.answered(QStringLiteral("Is <b>it</b> & red?"), 60'000, true);
        EVENTUALLY_EQUAL(
            notifications_.shown,
            QStringList{QStringLiteral("The answer is ready|Is &lt;b&gt;it&lt;/b&gt; &amp; red?")});
        QTest::qWait(20);
        Q_EMIT notifications_.ActionInvoked(99, QStringLiteral("default"));  // somebody else's
        Q_EMIT notifications_.ActionInvoked(1, QStringLiteral("default"));
        EVENTUALLY_EQUAL(wanted.count(), 1);
        EVENTUALLY_EQUAL(notifications_.closed, QList<uint>{1});
    }

    void theColoursOfTheDesktopAreFollowed() {
        // On a thread of its own: the window waits for it when it starts.
        QThread thread;
        SettingsPortal portal;
        portal.moveToThread(&thread);
        thread.start();
        QVERIFY(offer(bus_, "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop",
                      portal));
        ColourScheme colours;
        EVENTUALLY(colours.isDark() == std::optional(true));
        Theme theme(watched());
        theme.setSystemDark(colours.isDark());
        theme.apply(ThemeChoice::kSystem);
        QVERIFY(isDark(watched().palette()));
        connect(&colours, &ColourScheme::changed, this,
                [&] { theme.setSystemDark(colours.isDark()); });
        portal.change(2);
        EVENTUALLY(!isDark(watched().palette()));
        portal.change(1);
        EVENTUALLY(isDark(watched().palette()));
        theme.apply(ThemeChoice::kLight);  // the user's own choice goes before
        portal.change(2);
        portal.change(1);
        EVENTUALLY(colours.isDark() == std::optional(true));
        QVERIFY(!isDark(watched().palette()));
        bus_.unregisterObject(QStringLiteral("/org/freedesktop/portal/desktop"));
        thread.quit();
        thread.wait();
    }
};

}  // namespace reelquery

int main(int argc, char** argv) {
    // The system's services are on the same bus here.
    qputenv("DBUS_SYSTEM_BUS_ADDRESS", qgetenv("DBUS_SESSION_BUS_ADDRESS"));
    return reelquery::runTest<reelquery::DesktopBusTest>(argc, argv);
}

#include "desktop_bus_test.moc"
