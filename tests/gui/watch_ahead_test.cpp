// What the window does before anything is asked: it has the video watched, and says how far.

#include <QCheckBox>
#include <QDir>
#include <QFile>
#include <QTest>

#include "app/gui/player/timeline_view.h"
#include "app/gui/state/power_source.h"
#include "tests/gui/clip_test.h"
#include "tests/gui/patience.h"
#include "tests/gui/window_fixture.h"
#include "tests/gui/window_test_main.h"

namespace reelquery {

class WatchAheadTest : public ClipTest {
    Q_OBJECT

    static QString timelineText(WindowFixture& fixture) {
        return fixture.child<TimelineView>("timeline")->positionText();
    }

    static void set(WindowFixture& fixture, const std::function<void(AskSettings&)>& change) {
        AskSettings settings = fixture.window().settings().ask();
        change(settings);
        fixture.window().settings().setAsk(settings);
    }

    /// A change leads to a plan, and that to what follows from it.
    static void changeAndPlan(WindowFixture& fixture, const std::function<void()>& change) {
        fixture.fake().finish();
        QCoreApplication::processEvents();
        const auto planned = fixture.fake().planned().size();
        change();
        EVENTUALLY((fixture.fake().advance(1), fixture.fake().planned().size() > planned));
        fixture.fake().finish();
        QCoreApplication::processEvents();
    }

    void supply(const QString& name, const QHash<QString, QByteArray>& lines) const {
        const QString folder = pathOf(QStringLiteral("power/") + name);
        QVERIFY(QDir().mkpath(folder));
        for (auto line = lines.begin(); line != lines.end(); ++line) {
            QFile file(folder + QLatin1Char('/') + line.key());
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(line.value() + '\n');
        }
    }

  private Q_SLOTS:

    void anOpenVideoIsWatchedAndTheTimelineSaysHowFar() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        EVENTUALLY((fixture.fake().advance(1), !fixture.fake().watched().empty()));
        const AskRequest& watched = fixture.fake().watched().back();
        QCOMPARE(QString::fromStdString(watched.video.string()), clip_);
        QVERIFY(watched.wantFrames);  // as a question does
        QVERIFY(!timelineText(fixture).contains(QLatin1String("watched")));
        fixture.fake().tellWatched(30);
        EVENTUALLY(timelineText(fixture).contains(QLatin1String(", watched to 0:30")));
        fixture.fake().endWatching();
        EVENTUALLY(timelineText(fixture).contains(QLatin1String(", watched to 1:00")));

        // Words change nothing, the budget does.
        const auto before = fixture.fake().watched().size();
        // Words change neither what is watched nor what it costs.
        const auto planned = fixture.fake().planned().size();
        fixture.child<QWidget>("questionBox")->setFocus();
        QTest::keyClicks(fixture.child<QWidget>("questionBox"), QStringLiteral("what"));
        QTest::qWait(400);  // longer than a change waits for its plan
        QCOMPARE(fixture.fake().planned().size(), planned);
        QCOMPARE(fixture.fake().watched().size(), before);
        set(fixture, [](AskSettings& s) { applyPreset(BudgetPreset::kQuick, s.sampling); });
        EVENTUALLY((fixture.fake().advance(1), fixture.fake().watched().size() == before + 1));
        QCOMPARE(fixture.fake().watched().back().sampling.maxVideoTokens,
                 presetTokens(BudgetPreset::kQuick));
        EVENTUALLY(!timelineText(fixture).contains(QLatin1String("watched")));
    }

    void theSettingStopsItAndAllowsItAgain() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        EVENTUALLY((fixture.fake().advance(1), fixture.fake().isWatching()));
        fixture.fake().tellWatched(30);
        EVENTUALLY(fixture.window().video().watchedToS());
        changeAndPlan(fixture, [&] { set(fixture, [](AskSettings& s) { s.watchAhead = false; }); });
        QVERIFY(!fixture.window().video().watchedToS());
        QVERIFY(!fixture.fake().isWatching());
        set(fixture, [](AskSettings& s) { s.watchAhead = true; });
        EVENTUALLY((fixture.fake().advance(1), fixture.fake().isWatching()));
        QVERIFY(askSettingsFromJson(toJson(fixture.window().settings().ask())).watchAhead);
    }

    void aQuestionGoesOnFromWhatIsBeingWatched() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        EVENTUALLY((fixture.fake().advance(1), fixture.fake().isWatching()));
        fixture.ask(QStringLiteral("What happens?"));
        QCoreApplication::processEvents();
        QVERIFY(fixture.fake().isWatching());  // the engine's affair
        fixture.finish();
        QVERIFY(fixture.fake().isWatching());
    }

    void whatDoesNotFitIsNotWatched() {
        FakeScript script;
        script.planFits = false;
        WindowFixture fixture(script);
        changeAndPlan(fixture, [&] { fixture.openVideo(clip_); });
        QVERIFY(fixture.fake().watched().empty());
    }

    void aMachineOnBatteryIsToldFromOneOnMains() {
        QVERIFY(!isOnBattery(pathOf(QStringLiteral("power"))));  // nothing is told
        supply(QStringLiteral("BAT0"), {{"type", "Battery"}, {"status", "Discharging"}});
        QVERIFY(isOnBattery(pathOf(QStringLiteral("power"))));
        supply(QStringLiteral("AC"), {{"type", "Mains"}, {"online", "1"}});
        QVERIFY(!isOnBattery(pathOf(QStringLiteral("power"))));
        supply(QStringLiteral("AC"), {{"type", "Mains"}, {"online", "0"}});
        QVERIFY(isOnBattery(pathOf(QStringLiteral("power"))));
        supply(QStringLiteral("BAT0"), {{"type", "Battery"}, {"status", "Full"}});
        QVERIFY(!isOnBattery(pathOf(QStringLiteral("power"))));
        supply(QStringLiteral("mouse"),
               {{"type", "Battery"}, {"status", "Discharging"}, {"scope", "Device"}});
        QVERIFY(!isOnBattery(pathOf(QStringLiteral("power"))));
    }
};

}  // namespace reelquery

int main(int argc, char** argv) {
    return reelquery::runTest<reelquery::WatchAheadTest>(argc, argv);
}

#include "watch_ahead_test.moc"
