// What stands around answers: closer looks at both sides of a comparison, notes, the choice of the
// model, recent videos.

#include <QAction>
#include <QDockWidget>
#include <QElapsedTimer>
#include <QMenu>
#include <QPushButton>
#include <QTest>
#include <QToolButton>
#include <QWheelEvent>
#include <utility>

#include "app/gui/conversation/question_box.h"
#include "app/gui/export/conversation_export.h"
#include "app/gui/window/window_actions.h"
#include "tests/gui/patience.h"
#include "tests/gui/window_fixture.h"
#include "tests/gui/window_test_main.h"

namespace reelquery {

class ComparisonTest : public QObject {
    Q_OBJECT

    static constexpr const char* kVideo = "/videos/a.mp4";

    static void compare(WindowFixture& fixture) {
        fixture.openVideo(QLatin1String(kVideo));
        fixture.child<QuestionBox>("questionBox")->setPlainText(QStringLiteral("What happens?"));
        QTest::mouseClick(fixture.child<QPushButton>("compareButton"), Qt::LeftButton);
        fixture.finish();
    }

    static QList<QPushButton*> offers(WindowFixture& fixture) {
        QList<QPushButton*> visible;
        for (auto* button :
             fixture.window().findChildren<QPushButton*>(QStringLiteral("closerButton"))) {
            if (button->isVisible()) visible.append(button);
        }
        return visible;
    }

    static QByteArray exported(const Conversation& conversation, const char* suffix) {
        QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("out.") + QLatin1String(suffix)));
        const auto problem = exportConversation(conversation, {}, file.fileName());
        return !problem && file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

  private Q_SLOTS:

    void eachSideOffersACloserLookWithItsAttention() {
        WindowFixture fixture;
        compare(fixture);
        QCOMPARE(offers(fixture).size(), 2);
        const QString differing = fixture.lastText("differenceText");
        QVERIFY(!differing.isEmpty());
        QTest::mouseClick(offers(fixture)[1], Qt::LeftButton);
        const AskRequest sparse = fixture.fake().asked().back();
        QVERIFY(sparse.attention.kind == AttentionKind::kSparse);
        const auto& moments = fixture.answer(0, 1).report->evidence.moments;
        QVERIFY(sparse.sampling.within.front().fromS <= moments.front().peakS);
        QCOMPARE(offers(fixture).size(), 0);  // while it runs
        fixture.finish();
        QCOMPARE(fixture.window().store().at(0).answers.size(), 3U);
        QCOMPARE(offers(fixture).size(), 1);
        QTest::mouseClick(offers(fixture)[0], Qt::LeftButton);
        QVERIFY(fixture.fake().asked().back().attention.kind == AttentionKind::kDense);
        fixture.finish();
        const Exchange& exchange = fixture.window().store().at(0);
        QVERIFY(exchange.isComparison() && exchange.comparison && exchange.hasCloserLook());
        QCOMPARE(exchange.answers[2].looksAt, 1);
        QCOMPARE(exchange.answers[3].looksAt, 0);
        QVERIFY(fixture.lastText("answerKind").startsWith(QLatin1String("Dense, closer look at ")));
        QCOMPARE(fixture.lastText("differenceText"), differing);
        QCOMPARE(fixture.window().video().evidence().size(), 4U);
        QCOMPARE(offers(fixture).size(), 0);
    }

    void theLedgerTakesRoomForAComparisonAndGivesItBack() {
        WindowFixture fixture;
        fixture.openVideo(QLatin1String(kVideo));
        auto* ledger = fixture.child<QDockWidget>("ledgerDock");
        const auto box = [&] {
            auto* text = fixture.child<QuestionBox>("questionBox");
            return text->mapTo(&fixture.window(), QPoint(0, text->height())).y();
        };
        fixture.ask(QStringLiteral("Before?"));
        fixture.finish();
        const int plain = ledger->height();
        QVERIFY(plain < 160);
        compare(fixture);
        EVENTUALLY(ledger->height() > plain + 100);
        fixture.ask(QStringLiteral("And then?"));
        fixture.finish();
        EVENTUALLY_EQUAL(ledger->height(), plain);
        // What is above the ledger is laid out anew after it, and what stands under the box may
        // come and go a moment later: a place that stays is its place.
        int below = box();
        QElapsedTimer stays;
        stays.start();
        const auto isSettled = [&] {
            if (std::exchange(below, box()) != below) stays.restart();
            return stays.hasExpired(500);
        };
        EVENTUALLY(isSettled());
        // It is not the next start's, either.
        compare(fixture);
        EVENTUALLY(ledger->height() > plain + 100);
        fixture.window().close();
        EVENTUALLY(!fixture.window().isVisible());
        fixture.restart();
        ledger = fixture.child<QDockWidget>("ledgerDock");
        fixture.openVideo(QLatin1String(kVideo));
        fixture.ask(QStringLiteral("After?"));
        fixture.finish();
        EVENTUALLY_EQUAL(ledger->height(), plain);
        EVENTUALLY_EQUAL(box(), below);
    }

    void closerLooksOfAComparisonAreKept() {
        WindowFixture fixture;
        compare(fixture);
        fixture.window().runner().lookCloser(0, 1);
        fixture.finish();
        fixture.restart();
        const Exchange& exchange = fixture.window().store().at(0);
        QCOMPARE(exchange.answers.size(), 3U);
        QVERIFY(exchange.isComparison() && exchange.comparison);
        QCOMPARE(exchange.answers[2].looksAt, 1);
        QVERIFY(exchange.answers[2].report.has_value());
        const QByteArray markdown = exported(fixture.window().store().conversation(), "md");
        QVERIFY(markdown.contains("### Dense\n"));
        QVERIFY(markdown.contains("### Sparse, closer look at "));
        QVERIFY(markdown.contains("Sparse was faster: prefill 2.00"));
        QVERIFY(markdown.contains("> Where the model looked, not proof: 0:"));
    }

    void aStoppedCloserLookLeavesTheOtherAlone() {
        WindowFixture fixture;
        compare(fixture);
        fixture.window().runner().lookCloser(0, 0);
        fixture.fake().advanceTo(Phase::kPrefill);
        fixture.window().runner().stop();
        fixture.finish();
        fixture.window().runner().lookCloser(0, 1);
        fixture.finish();
        fixture.window().runner().lookCloser(0, 0);
        fixture.fake().advanceTo(Phase::kPrefill);
        fixture.window().runner().stop();
        fixture.finish();
        QVERIFY(fixture.answer(0, 2).status == AnswerStatus::kStopped);
        QVERIFY(fixture.answer(0, 3).status == AnswerStatus::kDone);
        QCOMPARE(offers(fixture).size(), 1);
    }

    void notesStandWithTheAnswerAndInExports() {
        FakeScript script;
        script.notes = {"3 of 60 subtitle lines were left out",
                        "the subtitles are not UTF-8; they were read as Latin-1"};
        WindowFixture fixture(script);
        fixture.openVideo(QLatin1String(kVideo));
        fixture.ask(QStringLiteral("What happens?"));
        fixture.finish();
        QCOMPARE(fixture.lastText("answerNotes"),
                 QStringLiteral("3 of 60 subtitle lines were left out\n"
                                "The subtitles are not UTF-8; they were read as Latin-1"));
        const Conversation& conversation = fixture.window().store().conversation();
        QVERIFY(
            exported(conversation, "md").contains("> 3 of 60 subtitle lines were left out  \n"));
        QVERIFY(exported(conversation, "html").contains("<br>The subtitles are not UTF-8"));
        QVERIFY(exported(conversation, "json").contains("they were read as Latin-1"));
        fixture.restart();
        QVERIFY(fixture.lastText("answerNotes").contains(QLatin1String("Latin-1")));
    }

    void theModelIsNamedAndChosenBesideTheConversation() {
        WindowFixture fixture;
        auto* button = fixture.child<QToolButton>("modelButton");
        EVENTUALLY_EQUAL(button->text(), QStringLiteral("Qwen/Qwen2-VL-2B-Instruct"));
        Q_EMIT button->menu()->aboutToShow();
        const auto actions = button->menu()->actions();
        QVERIFY(actions[0]->isChecked());
        QVERIFY(!actions[1]->isEnabled());  // it is not complete
        QVERIFY(actions[1]->toolTip().contains(QLatin1String("is missing")));
        WindowFixture none({}, false);
        QCOMPARE(none.child<QToolButton>("modelButton")->text(), QStringLiteral("No model"));
    }

    void recentVideosAreInTheFileMenu() {
        WindowFixture fixture;
        auto* menu = fixture.child<QMenu>("recentMenu");
        QVERIFY(!menu->menuAction()->isEnabled());
        fixture.openVideo(QStringLiteral("/videos/a.mp4"));
        fixture.openVideo(QStringLiteral("/videos/b & c.mp4"));
        QCOMPARE(menu->actions()[0]->text(), QStringLiteral("b && c.mp4"));
        menu->actions()[1]->trigger();
        fixture.fake().finish();
        EVENTUALLY_EQUAL(fixture.window().video().path(), QStringLiteral("/videos/a.mp4"));
        menu->actions().last()->trigger();
        EVENTUALLY(!menu->menuAction()->isEnabled());
    }

    void theMouseOnThePictureDoesAsInAPlayer() {
        WindowFixture fixture;
        QWidget* picture = nullptr;
        for (QWidget* widget : fixture.window().findChildren<QWidget*>()) {
            if (widget->accessibleName() == QLatin1String("Video picture")) picture = widget;
        }
        QVERIFY(picture);
        MpvPlayer& player = fixture.window().player();
        player.setVolume(50);
        EVENTUALLY_EQUAL(player.volume(), 50.0);
        QWheelEvent up({5, 5}, {5, 5}, {}, {0, 120}, {}, {}, Qt::NoScrollPhase, false);
        QApplication::sendEvent(picture, &up);
        EVENTUALLY_EQUAL(player.volume(), 55.0);
        QTest::mouseDClick(picture, Qt::LeftButton);
        QVERIFY(fixture.window().isFullScreen());
        QTest::mouseDClick(picture, Qt::LeftButton);
        QVERIFY(!fixture.window().isFullScreen());
    }

    void playingNeedsAVideo() {
        WindowFixture fixture;
        auto* actions = fixture.window().findChild<WindowActions*>();
        QVERIFY(!actions->at(ActionId::kPlay)->isEnabled());
        QVERIFY(!actions->at(ActionId::kRangeFrom)->isEnabled());
        QVERIFY(actions->at(ActionId::kOpen)->isEnabled());
    }
};

}  // namespace reelquery

int main(int argc, char** argv) {
    return reelquery::runTest<reelquery::ComparisonTest>(argc, argv);
}

#include "comparison_test.moc"
