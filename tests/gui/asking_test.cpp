// Around a question, with a fake session behind the window: what it will cost, where the model
// looked, a closer look, subtitles, the ledger of reuse, the test of the device.

#include <QCheckBox>
#include <QComboBox>
#include <QDockWidget>
#include <QDropEvent>
#include <QFile>
#include <QLabel>
#include <QMimeData>
#include <QPushButton>
#include <QSpinBox>
#include <QTest>
#include <QToolButton>
#include <QUrl>

#include "app/gui/conversation/question_box.h"
#include "app/gui/player/timeline_view.h"
#include "app/gui/window/window_actions.h"
#include "tests/gui/clip_test.h"
#include "tests/gui/patience.h"
#include "tests/gui/window_fixture.h"
#include "tests/gui/window_test_main.h"

namespace reelquery {

namespace {

/// The moment chips on screen, in order.
QList<QToolButton*> chipsOf(WindowFixture& fixture) {
    return fixture.window().findChildren<QToolButton*>(QStringLiteral("momentChip"));
}

}  // namespace

class AskingTest : public ClipTest {
    Q_OBJECT

  private Q_SLOTS:

    void theForecastComesBeforeTheQuestion() {
        FakeScript script;
        WindowFixture fixture(script);
        fixture.openVideo(clip_);
        EVENTUALLY((fixture.fake().finish(),
                    fixture.lastText("planText").contains(QLatin1String("24 frames"))));
        QVERIFY(fixture.lastText("planText").contains(QLatin1String("about 4,176 tokens")));
        QVERIFY(fixture.lastText("planText").contains(QLatin1String("first word in about 11 s")));
        fixture.fake().script().isWarm = true;
        fixture.openVideo(clip_);
        EVENTUALLY(
            (fixture.fake().finish(),
             fixture.lastText("planText").contains(QLatin1String("first word in less than 1 s"))));
        fixture.fake().script().hasForecast = false;
        fixture.fake().script().planFits = false;
        auto* budget = fixture.child<QComboBox>("budgetCombo");
        budget->setCurrentIndex(2);
        Q_EMIT budget->activated(2);
        QCOMPARE(fixture.window().settings().ask().sampling.maxVideoTokens, 65536);
        EVENTUALLY((fixture.fake().finish(),
                    fixture.lastText("planText").contains(QLatin1String("Does not fit"))));
    }

    void withoutAMeasurementTheForecastSaysWhenItComes() {
        FakeScript script;
        script.hasForecast = false;
        WindowFixture fixture(script);
        fixture.openVideo(clip_);
        EVENTUALLY(
            (fixture.fake().finish(),
             fixture.lastText("planText").contains(QLatin1String("time known after a question"))));
    }

    /// 256 frames over an hour: 3,600 / 255 is 14 s; 768 of them would be 4.7 s apart.
    void whereFramesLieFarApartItIsSaidAndMoreAreOffered() {
        FakeScript script;
        script.durationS = 3600;
        script.frames = 256;
        WindowFixture fixture(script);
        fixture.openVideo(clip_);
        EVENTUALLY((fixture.fake().finish(),
                    fixture.lastText("planText").contains(QLatin1String("256 frames"))));
        const QString plan = fixture.lastText("planText");
        QVERIFY2(plan.contains(QStringLiteral(" · one every 14 s · ")), qPrintable(plan));
        fixture.ask(QStringLiteral("Is there a boat?"));
        fixture.finish();
        QVERIFY(fixture.lastText("answerBasis")
                    .endsWith(QLatin1String("One frame every 14 s: what is shorter can have been "
                                            "missed; the budget Long looks every 5 s")));
        auto* longer = fixture.child<QPushButton>("longerButton");
        QVERIFY(longer->isVisible());
        fixture.fake().script().frames = 768;
        longer->click();
        QCOMPARE(fixture.window().settings().ask().sampling.maxVideoTokens, 65536);
        EVENTUALLY_EQUAL(fixture.fake().asked().size(), std::size_t(2));
        QCOMPARE(fixture.fake().asked()[1].question, std::string("Is there a boat?"));
        QCOMPARE(fixture.fake().asked()[1].sampling.maxVideoTokens, 65536);
        QCOMPARE(fixture.fake().asked()[1].sampling.maxFrames, 768);
        QVERIFY(!longer->isVisible());  // while it is answered
        fixture.finish();
        QVERIFY(!fixture.child<QPushButton>("longerButton")->isVisible());  // it is Long
    }

    void framesThatLieCloseAreNotCounted() {
        WindowFixture fixture;  // 24 in a minute
        fixture.openVideo(clip_);
        EVENTUALLY((fixture.fake().finish(), !fixture.lastText("planText").isEmpty()));
        QVERIFY(!fixture.lastText("planText").contains(QLatin1String("one every")));
        fixture.ask(QStringLiteral("Is there a boat?"));
        fixture.finish();
        QVERIFY(!fixture.child<QPushButton>("longerButton")->isVisible());
    }

    void theListOfBudgetsSaysWhatEachWouldCost() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        auto* budget = fixture.child<QComboBox>("budgetCombo");
        // What was changed just before leads to another plan, and takes no cost away.
        fixture.child<QuestionBox>("questionBox")->setPlainText(QStringLiteral("What?"));
        budget->showPopup();
        QTest::qWait(400);
        fixture.fake().finish();
        const auto said = [budget](int row) {
            return budget->itemData(row, Qt::AccessibleTextRole).toString();
        };
        // A quarter of the standard budget takes a quarter of its 11.2 s.
        EVENTUALLY(said(0).contains(QLatin1String("about 3 s")));
        EVENTUALLY(said(1).contains(QLatin1String("about 11 s")));
        EVENTUALLY(said(2).contains(QLatin1String("about 45 s")));
        EVENTUALLY(said(3).contains(QLatin1String("about 1 min")));
        QVERIFY(said(3).contains(QLatin1String("GiB")));
        budget->hidePopup();
        QCOMPARE(fixture.window().settings().ask().sampling.maxVideoTokens, 16384);
    }

    void theChoicesBelowTheBoxAreAsWideAsTheirWords() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        auto* dock = fixture.child<QDockWidget>("conversationDock");
        auto* attention = fixture.child<QComboBox>("attentionCombo");
        auto* compare = fixture.child<QPushButton>("compareButton");
        const auto isWideAsWords = [attention] {
            QComboBox fresh(attention->parentWidget());
            fresh.setProperty("role", QStringLiteral("quiet"));
            fresh.setSizeAdjustPolicy(QComboBox::AdjustToContents);
            for (int at = 0; at < attention->count(); ++at) fresh.addItem(attention->itemText(at));
            fresh.ensurePolished();
            return attention->width() == fresh.sizeHint().width();
        };
        // What is dropped first when the pane gets narrow is what the list says by itself.
        for (const auto& [width, first, word] :
             {std::tuple(700, "Attention: auto", "Compare"), std::tuple(480, "auto", "Compare"),
              std::tuple(700, "Attention: auto", "Compare")}) {
            fixture.window().resizeDocks({dock}, {width}, Qt::Horizontal);
            EVENTUALLY_EQUAL(attention->itemText(0), QString::fromLatin1(first));
            QCOMPARE(compare->text(), QString::fromLatin1(word));
            EVENTUALLY(isWideAsWords());
        }
    }

    void aBudgetSetByHandIsNamedByItsTokens() {
        WindowFixture fixture;
        auto* budget = fixture.child<QComboBox>("budgetCombo");
        QCOMPARE(budget->count(), 4);
        fixture.window().findChild<WindowActions*>()->at(ActionId::kSettings)->trigger();
        QSpinBox* tokens = nullptr;
        QComboBox* choice = nullptr;
        for (auto* box : fixture.window().findChildren<QSpinBox*>())
            if (box->accessibleName() == QLatin1String("Tokens of the video")) tokens = box;
        for (auto* box : fixture.window().findChildren<QComboBox*>())
            if (box != budget && box->accessibleName() == QLatin1String("Budget")) choice = box;
        QVERIFY(tokens && choice);
        QCOMPARE(tokens->value(), 16384);
        QCOMPARE(choice->findText(QStringLiteral("Custom")), -1);  // nothing to choose
        tokens->setValue(24000);
        QCOMPARE(fixture.window().settings().ask().sampling.maxVideoTokens, 24000);
        QCOMPARE(budget->currentText(), QStringLiteral("Custom · 24,000"));
        QCOMPARE(choice->currentText(), QStringLiteral("Custom"));
        tokens->setValue(25000);
        QCOMPARE(budget->currentText(), QStringLiteral("Custom · 25,000"));
        QCOMPARE(budget->count(), 5);
        choice->setCurrentIndex(0);
        Q_EMIT choice->activated(0);
        QCOMPARE(tokens->value(), 4096);
        QCOMPARE(choice->findText(QStringLiteral("Custom")), -1);
        QVERIFY(budget->currentText().startsWith(QLatin1String("Quick")) && budget->count() == 4);
    }

    void whatDoesNotFitComesWithButtonsThatMakeItFit() {
        FakeScript script;
        script.planFits = false;
        WindowFixture fixture(script);
        fixture.openVideo(clip_);
        const auto buttons = [&] {
            fixture.fake().finish();
            return fixture.child<QWidget>("planChoices")
                ->findChildren<QPushButton*>(QStringLiteral("planChoice"));
        };
        EVENTUALLY_EQUAL(buttons().size(), 3);
        QVERIFY(buttons()[0]->text().startsWith(QLatin1String("Fewer frames: 12 frames")));
        QVERIFY(buttons()[1]->text().startsWith(QLatin1String("Only up to 0:30")));
        QVERIFY(buttons()[2]->text().startsWith(QLatin1String("Weights in 4 bits")));
        QTest::mouseClick(buttons()[2], Qt::LeftButton);
        const ModelChoice& model = fixture.window().settings().ask().model;
        QVERIFY(model.weights == WeightChoice::kInt4 && model.kv == KvChoice::kInt8);
        const auto comboOf = [&](const char* name) {
            return fixture.child<QComboBox>(name)->currentText();
        };
        QVERIFY(comboOf("weightsCombo").startsWith(QLatin1String("4 bits")));
        QVERIFY(comboOf("kvCombo").startsWith(QLatin1String("8 bits")));
        const AskSettings again = askSettingsFromJson(toJson(fixture.window().settings().ask()));
        QVERIFY(again.model.weights == model.weights && again.model.kv == model.kv);
        fixture.fake().script().planFits = true;
        EVENTUALLY_EQUAL(buttons().size(), 3);
        QTest::mouseClick(buttons()[1], Qt::LeftButton);
        QCOMPARE(fixture.window().settings().ask().sampling.frames.value_or(0), 12);
        QCOMPARE(fixture.window().video().rangeToS().value_or(0), 30.0);
        EVENTUALLY_EQUAL(buttons().size(), 0);
        QVERIFY(fixture.lastText("planText").contains(QLatin1String("24 frames")));
    }

    void theModelsLookIsDrawnAndItsMomentsSeek() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        EVENTUALLY(fixture.window().player().isLoaded());
        fixture.ask(QStringLiteral("What happens?"));
        fixture.finish();
        QVERIFY(fixture.fake().asked().back().wantEvidence);
        const auto chips = chipsOf(fixture);
        QCOMPARE(chips.size(), 2);
        QVERIFY(!chips[0]->icon().isNull());  // a still of the strongest moment
        QVERIFY(chips[0]->accessibleName().contains(QLatin1String("52 %")));
        QCOMPARE(fixture.lastText("momentHead"),
                 QStringLiteral("Where the model looked, not proof"));
        QTest::mouseClick(chips[0], Qt::LeftButton);
        MpvPlayer& player = fixture.window().player();
        const auto& moments = fixture.window().video().evidence()[0].evidence.moments;
        EVENTUALLY(std::abs(player.positionS() - moments[0].peakS) < 0.3);
        auto* timeline = fixture.child<TimelineView>("timeline");
        EVENTUALLY(timeline->positionText().endsWith(QLatin1String("attention 100 % of its peak")));
        // Ctrl+Left goes through cited and looked-at moments: 0:42 and 0:05 are cited.
        fixture.window().setFocus();
        QTest::keyClick(&fixture.window(), Qt::Key_Left, Qt::ControlModifier);
        EVENTUALLY(std::abs(player.positionS() - moments[1].peakS) < 0.3);
        QTest::keyClick(&fixture.window(), Qt::Key_Left, Qt::ControlModifier);
        EVENTUALLY(std::abs(player.positionS() - 5) < 2);
    }

    void eachSideOfAComparisonHasItsOwnMoments() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.child<QuestionBox>("questionBox")->setPlainText(QStringLiteral("What happens?"));
        QTest::mouseClick(fixture.child<QPushButton>("compareButton"), Qt::LeftButton);
        fixture.finish();
        const auto& tracks = fixture.window().video().evidence();
        QCOMPARE(tracks.size(), 2U);
        QCOMPARE(tracks[0].name, QStringLiteral("Dense"));
        QVERIFY(tracks[0].evidence.moments[0].peakS < tracks[1].evidence.moments[0].peakS);
        QCOMPARE(chipsOf(fixture).size(), 4);
        QVERIFY(fixture.child<TimelineView>("timeline")
                    ->positionText()
                    .contains(QLatin1String("Sparse: attention")));
    }

    void momentsCanBeSwitchedOff() {
        WindowFixture fixture;
        AskSettings settings = fixture.window().settings().ask();
        settings.wantEvidence = false;
        fixture.window().settings().setAsk(settings);
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("What happens?"));
        fixture.finish();
        QVERIFY(!fixture.fake().asked().back().wantEvidence);
        QVERIFY(!fixture.child<QWidget>("momentRow")->isVisible());
        QVERIFY(fixture.window().video().evidence().empty());
    }

    void aCloserLookIsASecondAnswerWithItsCost() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("What happens?"));
        fixture.finish();
        QTest::mouseClick(fixture.child<QPushButton>("closerButton"), Qt::LeftButton);
        QVERIFY(fixture.window().runner().isRunning());
        const AskRequest& closer = fixture.fake().asked().back();
        QCOMPARE(closer.question, std::string("What happens?"));
        QVERIFY(closer.history.empty());
        QCOMPARE(closer.sampling.within.size(), 2U);
        QVERIFY(closer.sampling.within[0].fromS < 19 && closer.sampling.within[1].toS > 29);
        fixture.finish();
        QCOMPARE(fixture.window().store().count(), 1);
        const Exchange& exchange = fixture.window().store().at(0);
        QVERIFY(exchange.hasCloserLook() && !exchange.isComparison());
        QVERIFY(exchange.answers[1].status == AnswerStatus::kDone);
        QVERIFY(fixture.lastText("answerKind").startsWith(QLatin1String("Closer look at 0:")));
        QVERIFY(fixture.lastText("answerBasis").contains(QLatin1String("Cost: 4,176 tokens")));
        QVERIFY(!fixture.child<QPushButton>("closerButton")->isVisible());
        QCOMPARE(fixture.window().video().evidence().size(), 2U);
        fixture.restart();
        QVERIFY(fixture.window().store().at(0).hasCloserLook());
        QCOMPARE(fixture.window().store().at(0).answers[1].within.size(), 2U);
    }

    void aStoppedCloserLookLeavesTheAnswerAlone() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("What happens?"));
        fixture.finish();
        fixture.window().findChild<WindowActions*>()->at(ActionId::kLookCloser)->trigger();
        QVERIFY(fixture.fake().advanceTo(Phase::kPrefill));
        QTest::keyClick(&fixture.window(), Qt::Key_Escape);
        fixture.finish();
        QVERIFY(fixture.answer(0, 0).status == AnswerStatus::kDone);
        QVERIFY(fixture.answer(0, 1).status == AnswerStatus::kStopped);
        QVERIFY(fixture.child<QPushButton>("closerButton")->isVisible());
        fixture.ask(QStringLiteral("And then?"));
        QCOMPARE(fixture.fake().asked().back().history.front().answer, FakeScript().answer);
    }

    void subtitlesOfTheVideoCanBeReadToo() {
        FakeScript script;
        script.hasSubtitles = true;
        WindowFixture fixture(script);
        auto* box = fixture.child<QCheckBox>("subtitlesSwitch");
        QVERIFY(!box->isVisible());
        fixture.openVideo(clip_);
        QVERIFY(box->isVisible() && !box->isChecked());
        QVERIFY(box->text().contains(QLatin1String("track of the video (en)")));
        fixture.ask(QStringLiteral("Without?"));
        QVERIFY(fixture.fake().asked().back().subtitles.use == SubtitleUse::kOff);
        fixture.finish();
        fixture.window().findChild<WindowActions*>()->at(ActionId::kSubtitles)->trigger();
        QVERIFY(box->isChecked());
        fixture.ask(QStringLiteral("With?"));
        QVERIFY(fixture.fake().asked().back().subtitles.use == SubtitleUse::kOn);
        fixture.finish();
        QVERIFY(fixture.lastText("answerBasis").contains(QLatin1String("14 subtitle lines")));
    }

    void aDroppedSubtitleFileGoesWithTheQuestion() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        EVENTUALLY(fixture.window().player().isLoaded());
        const QString subtitles = pathOf(QStringLiteral("clip.srt"));
        QFile file(subtitles);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("1\n00:00:01,000 --> 00:00:03,000\nHello.\n");
        file.close();
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(subtitles)});
        QDragEnterEvent enter(QPoint(200, 200), Qt::CopyAction, &data, Qt::LeftButton,
                              Qt::NoModifier);
        QApplication::sendEvent(&fixture.window(), &enter);
        QCOMPARE(fixture.lastText("dropText"), QStringLiteral("Use “clip.srt” as subtitles"));
        QDropEvent drop(QPointF(200, 200), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&fixture.window(), &drop);
        auto* box = fixture.child<QCheckBox>("subtitlesSwitch");
        EVENTUALLY(box->isVisible() && box->isChecked());
        fixture.ask(QStringLiteral("What is said?"));
        QCOMPARE(fixture.fake().asked().back().subtitles.file, subtitles.toStdString());
        fixture.finish();
        fixture.restart();
        QCOMPARE(fixture.window().settings().ask().subtitles.file, subtitles.toStdString());
        // Another video has nothing to do with them.
        fixture.openVideo(pathOf(QStringLiteral("another.mp4")));
        QVERIFY(fixture.window().settings().ask().subtitles.file.empty());
        QVERIFY(!fixture.child<QCheckBox>("subtitlesSwitch")->isVisible());
    }

    void theLedgerSaysWhatWasReused() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("First?"));
        fixture.finish();
        fixture.ask(QStringLiteral("Second?"));
        fixture.finish();
        QStringList figures;
        for (const QLabel* label : fixture.child<QWidget>("ledger")->findChildren<QLabel*>())
            figures.append(label->accessibleName());
        QVERIFY(figures.contains(QLatin1String("Reused 4,096 tokens")));
        QVERIFY(figures.contains(QLatin1String("Frames from disk")));
        QVERIFY(figures.contains(QLatin1String("Sparse layers 0 of 28")));
    }

    void theDeviceTestAnswersAboutADrawnPicture() {
        WindowFixture fixture;
        fixture.window().findChild<WindowActions*>()->at(ActionId::kDevices)->trigger();
        QTest::mouseClick(fixture.child<QPushButton>("deviceTestButton"), Qt::LeftButton);
        QCOMPARE(fixture.fake().loaded().size(), 1U);
        EVENTUALLY((fixture.fake().finish(), fixture.fake().compared().size() == 1));
        QVERIFY(std::filesystem::exists(fixture.fake().compared()[0].ask.video));
        EVENTUALLY((fixture.fake().finish(),
                    fixture.lastText("deviceTestResult").startsWith(QLatin1String("Works: "))));
        QVERIFY(!std::filesystem::exists(fixture.fake().compared()[0].ask.video));
        QCOMPARE(fixture.window().video().frames().rowCount(), 0);
    }
};

}  // namespace reelquery

int main(int argc, char** argv) {
    return reelquery::runTest<reelquery::AskingTest>(argc, argv);
}

#include "asking_test.moc"
