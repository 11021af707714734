// Words looked for in the open film: what is said, what was answered, from place to place by keys.

#include <QAction>
#include <QLabel>
#include <QLineEdit>
#include <QTest>

#include "app/gui/conversation/conversation_view.h"
#include "app/gui/conversation/exchange_card.h"
#include "app/gui/find/film_search.h"
#include "app/gui/find/find_bar.h"
#include "app/gui/window/window_actions.h"
#include "core/base/error.h"
#include "tests/gui/clip_test.h"
#include "tests/gui/patience.h"
#include "tests/gui/window_fixture.h"
#include "tests/gui/window_test_main.h"

namespace reelquery {

namespace {

FakeScript spoken() {
    FakeScript script;
    script.hasSubtitles = true;
    script.lines = {{10, 12, "The door code is 4711."},
                    {20, 22, "Nobody opens\nthe DOOR."},
                    {30, 32, "Good night."}};
    return script;
}

void trigger(WindowFixture& fixture, ActionId id) {
    fixture.window().findChild<WindowActions*>()->at(id)->trigger();
}

QLineEdit* look(WindowFixture& fixture, const char* words) {
    if (!fixture.child<FindBar>("findBar")->isVisible()) trigger(fixture, ActionId::kFind);
    auto* line = fixture.child<QLineEdit>("findWords");
    line->setText(QLatin1String(words));
    return line;
}

bool isAt(WindowFixture& fixture, double seconds) {
    return std::abs(fixture.window().player().positionS() - seconds) < 0.21;  // 5 frames a second
}

std::vector<double> timesOf(WindowFixture& fixture) {
    std::vector<double> timesS;
    for (const FilmHit& hit : fixture.window().findChild<FilmSearch*>()->hits())
        if (hit.timeS) timesS.push_back(*hit.timeS);
    return timesS;
}

}  // namespace

class FindTest : public ClipTest {
    Q_OBJECT

  private Q_SLOTS:

    void whatIsSaidIsFoundAndGoneThrough() {
        WindowFixture fixture(spoken());
        QVERIFY(!fixture.window().findChild<WindowActions*>()->at(ActionId::kFind)->isEnabled());
        fixture.openVideo(clip_);
        EVENTUALLY(fixture.window().player().isLoaded());
        auto* line = look(fixture, "door");
        EVENTUALLY_EQUAL(fixture.lastText("findCount"), QStringLiteral("2 places"));
        QCOMPARE(timesOf(fixture), (std::vector<double>{10, 20}));
        QVERIFY(fixture.lastText("findText").contains(QLatin1String("0:10  The door code")));
        QTest::keyClick(line, Qt::Key_Return);
        QCOMPARE(fixture.lastText("findCount"), QStringLiteral("1 of 2"));
        EVENTUALLY(isAt(fixture, 10));
        trigger(fixture, ActionId::kFindNext);
        EVENTUALLY(isAt(fixture, 20));
        QVERIFY(fixture.lastText("findText").contains(QLatin1String("Nobody opens the DOOR.")));
        trigger(fixture, ActionId::kFindNext);  // round at the end
        EVENTUALLY(isAt(fixture, 10));
        QTest::keyClick(line, Qt::Key_Return, Qt::ShiftModifier);
        EVENTUALLY(isAt(fixture, 20));
        // All words, in any order; then none.
        look(fixture, "4711 CODE");
        QCOMPARE(timesOf(fixture), std::vector<double>{10});
        look(fixture, "4711 night");
        QCOMPARE(fixture.lastText("findCount"), QStringLiteral("Nothing found"));
        QTest::keyClick(line, Qt::Key_Escape);
        QVERIFY(!fixture.child<FindBar>("findBar")->isVisible());
        QVERIFY(timesOf(fixture).empty());
    }

    void escapeClosesItAndStopsNoAnswer() {
        WindowFixture fixture(spoken());
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("What happens?"));
        QVERIFY(fixture.fake().advanceTo(Phase::kPrefill));
        auto* line = look(fixture, "door");
        line->setFocus();
        QTest::keyClick(line, Qt::Key_Escape);
        QVERIFY(!fixture.child<FindBar>("findBar")->isVisible());
        QVERIFY(fixture.window().runner().isRunning());
        fixture.finish();
        QCOMPARE(fixture.answer().status, AnswerStatus::kDone);
    }

    /// Frames lie every 60 / 24 s, so that 0:05 and 0:42 are seen at 5 to 6 s and 41 to 44 s.
    void whatWasAnsweredIsFoundInAllConversationsAboutTheFilm() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("Which cards are there?"));
        fixture.finish();
        fixture.kept();
        const QString first = fixture.window().store().conversation().id;
        trigger(fixture, ActionId::kNewConversation);
        QVERIFY(fixture.window().store().conversation().id != first);
        look(fixture, "red card");
        EVENTUALLY_EQUAL(timesOf(fixture).size(), std::size_t(1));
        QVERIFY(std::abs(timesOf(fixture)[0] - 5) < 1.5);
        QCOMPARE(fixture.lastText("findText"),
                 QStringLiteral("0:05  At 0:05 a red card is shown. · Which cards are there?"));
        look(fixture, "");
        fixture.ask(QStringLiteral("And what is blue?"));
        fixture.finish();
        // The words of a question find what was answered to it, in this conversation and before.
        look(fixture, "blue");
        EVENTUALLY_EQUAL(timesOf(fixture).size(), std::size_t(3));
        look(fixture, "which cards");
        QCOMPARE(timesOf(fixture).size(), std::size_t(2));
        // What was on screen is found when another conversation is.
        look(fixture, "blue");
        fixture.kept();
        trigger(fixture, ActionId::kNewConversation);
        EVENTUALLY(!fixture.window().findChild<FilmSearch*>()->isReading());
        EVENTUALLY_EQUAL(timesOf(fixture).size(), std::size_t(3));
        // Of another film nothing is found, nor of this one in the bin.
        const QString other = pathOf(QStringLiteral("other.mp4"));
        QVERIFY(makeClip(other, 5));
        fixture.openVideo(other);
        EVENTUALLY_EQUAL(fixture.lastText("findCount"), QStringLiteral("Nothing found"));
        QVERIFY(fixture.lastText("findText").contains(QLatin1String("no subtitles")));
        fixture.window().keeper().remove(first);
        EVENTUALLY(fixture.listed(QStringLiteral("Which cards")).empty());
        fixture.openVideo(clip_);
        look(fixture, "red");
        EVENTUALLY(!fixture.window().findChild<FilmSearch*>()->isReading());
        QCOMPARE(timesOf(fixture).size(), std::size_t(1));  // of the second conversation
    }

    void anAnswerWithoutATimeIsFoundAndShown() {
        FakeScript script;
        script.answer = "There is **nobody** who wears a hat.";
        WindowFixture fixture(script);
        fixture.openVideo(clip_);
        for (int question = 1; question <= 8; ++question) {
            fixture.ask(QStringLiteral("Question %1?").arg(question));
            fixture.finish();
        }
        fixture.kept();
        const QString first = fixture.window().store().conversation().id;
        auto* view = fixture.child<ConversationView>("conversation");
        const auto isOnScreen = [view](int exchange) {
            return !view->card(exchange)->visibleRegion().isEmpty();
        };
        EVENTUALLY(view->isComplete() && isOnScreen(7) && !isOnScreen(0));
        auto* line = look(fixture, "question 1 HAT");
        QCOMPARE(fixture.lastText("findCount"), QStringLiteral("1 place"));
        QVERIFY(timesOf(fixture).empty());
        QCOMPARE(fixture.lastText("findText"), QStringLiteral("…who wears a hat. · Question 1?"));
        QTest::keyClick(line, Qt::Key_Return);
        EVENTUALLY(isOnScreen(0) && !isOnScreen(7));
        // It is found from another conversation about the film, too, and leads there.
        trigger(fixture, ActionId::kNewConversation);
        QVERIFY(!fixture.window().store().isShown(first));
        EVENTUALLY_EQUAL(fixture.lastText("findCount"), QStringLiteral("1 place"));
        trigger(fixture, ActionId::kFindNext);
        EVENTUALLY(fixture.window().store().isShown(first) && view->isComplete());
        EVENTUALLY(isOnScreen(0) && !isOnScreen(7));
    }

    void subtitlesThatCannotBeReadAreSaid() {
        WindowFixture fixture(spoken(), true, {}, [](WindowSetup& setup) {
            setup.readLines = [](const auto&, const auto&, const auto&) -> std::vector<VideoLine> {
                throw Error(ErrorCode::kVideo, "clip.srt holds no cue", "");
            };
        });
        fixture.openVideo(clip_);
        look(fixture, "door");
        EVENTUALLY(fixture.lastText("findText").contains(QLatin1String("clip.srt holds no cue")));
    }
};

}  // namespace reelquery

int main(int argc, char** argv) {
    return reelquery::runTest<reelquery::FindTest>(argc, argv);
}

#include "find_test.moc"
