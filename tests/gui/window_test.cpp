// The window from the outside, with a fake session behind it: what a person does, what they see.

#include <QContextMenuEvent>
#include <QDir>
#include <QDockWidget>
#include <QDropEvent>
#include <QFile>
#include <QFileDialog>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QListWidget>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QTableView>
#include <QTest>
#include <QTextBlock>
#include <QTextDocument>
#include <QToolButton>
#include <QUrl>

#include "app/gui/conversation/conversation_panel.h"
#include "app/gui/conversation/conversation_view.h"
#include "app/gui/conversation/exchange_card.h"
#include "app/gui/conversation/question_box.h"
#include "app/gui/export/conversation_export.h"
#include "app/gui/models/use_model.h"
#include "app/gui/player/timeline_view.h"
#include "app/gui/window/file_opener.h"
#include "app/gui/window/window_actions.h"
#include "tests/gui/answer_chips.h"
#include "tests/gui/clip_test.h"
#include "tests/gui/patience.h"
#include "tests/gui/window_fixture.h"
#include "tests/gui/window_test_main.h"

namespace reelquery {

class WindowTest : public ClipTest {
    Q_OBJECT

  private Q_SLOTS:

    void aDroppedVideoIsOpened() {
        WindowFixture fixture;
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(clip_)});
        QDragEnterEvent enter(QPoint(200, 200), Qt::CopyAction, &data, Qt::LeftButton,
                              Qt::NoModifier);
        QApplication::sendEvent(&fixture.window(), &enter);
        QVERIFY(enter.isAccepted());
        QVERIFY(fixture.child<QWidget>("dropOverlay")->isVisible());
        QCOMPARE(fixture.lastText("dropText"), QStringLiteral("Open “clip.mp4”"));
        QDropEvent drop(QPointF(200, 200), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&fixture.window(), &drop);
        QVERIFY(drop.isAccepted());
        QVERIFY(!fixture.child<QWidget>("dropOverlay")->isVisible());
        EVENTUALLY(!fixture.fake().isIdle());
        fixture.fake().finish();
        EVENTUALLY_EQUAL(fixture.window().video().path(), clip_);
        EVENTUALLY(fixture.window().player().isLoaded());
        QVERIFY(fixture.window().windowTitle().contains(QLatin1String("clip.mp4")));
        QCOMPARE(fixture.window().settings().recentVideos().first(), clip_);
    }

    void aVideoThatIsChosenInTheDialogIsOpened() {
        WindowFixture fixture;
        fixture.window().findChild<WindowActions*>()->at(ActionId::kOpen)->trigger();
        auto* dialog = fixture.window().findChild<QFileDialog*>();
        QVERIFY(dialog);
        chooseIn(*dialog, clip_);
        EVENTUALLY((fixture.fake().finish(), fixture.window().video().path() == clip_));
    }

    void textIsNoDropTarget() {
        WindowFixture fixture;
        QMimeData data;
        data.setText(QStringLiteral("just words"));
        QDragEnterEvent enter(QPoint(200, 200), Qt::CopyAction, &data, Qt::LeftButton,
                              Qt::NoModifier);
        QApplication::sendEvent(&fixture.window(), &enter);
        QVERIFY(!fixture.child<QWidget>("dropOverlay")->isVisible());
        // Text fields would take a dropped path as text; the window has to get it.
        QVERIFY(!fixture.child<QuestionBox>("questionBox")->acceptDrops());
        QVERIFY(!fixture.child<QuestionBox>("questionBox")->viewport()->acceptDrops());
    }

    void severalVideosGoToTheLibrary() {
        WindowFixture fixture;
        QTemporaryDir folder;
        for (const char* name : {"a.mp4", "b.mkv", "c.txt"}) {
            QFile file(folder.filePath(QLatin1String(name)));
            QVERIFY(file.open(QIODevice::WriteOnly));
        }
        fixture.window().opener().openPath(folder.path());
        EVENTUALLY((fixture.fake().finish(),
                    fixture.window().video().path() == folder.filePath(QStringLiteral("a.mp4"))));
        // The others wait; nobody has asked for conversations about them.
        auto* list = fixture.child<QListWidget>("libraryList");
        EVENTUALLY(list->isVisible() && list->count() == 1);
        QVERIFY(list->item(0)->text().startsWith(QLatin1String("b.mkv")));
        QVERIFY(fixture.listed().empty());
        QTest::mouseClick(list->viewport(), Qt::LeftButton, {},
                          list->visualItemRect(list->item(0)).center());
        fixture.settle();
        EVENTUALLY_EQUAL(fixture.window().video().path(), folder.filePath(QStringLiteral("b.mkv")));
        EVENTUALLY_EQUAL(list->count(), 0);
    }

    void anAnswerStreamsAndIsReported() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("What happens?"));
        QVERIFY(fixture.window().runner().isRunning());
        QCOMPARE(fixture.child<QPushButton>("askButton")->text(), QStringLiteral("Stop"));
        QVERIFY(fixture.fake().advanceTo(Phase::kDecode));
        EVENTUALLY(
            fixture.lastText("progressText").startsWith(QLatin1String("Decoding frame 1 of 24")));
        QVERIFY(fixture.fake().advanceTo(Phase::kPrefill));
        EVENTUALLY(fixture.lastText("progressText")
                       .startsWith(QLatin1String("Reading token 256 of 4,096")));
        QVERIFY(fixture.fake().advanceTo(Phase::kAnswer));
        EVENTUALLY_EQUAL(fixture.answer().text, QStringLiteral("At "));
        fixture.finish();
        QVERIFY(fixture.answer().status == AnswerStatus::kDone);
        QCOMPARE(fixture.answer().text.toStdString(), FakeScript().answer);
        QCOMPARE(fixture.child<QPushButton>("askButton")->text(), QStringLiteral("Ask"));
        QCOMPARE(fixture.window().video().frames().rowCount(), 24);
        QCOMPARE(fixture.window().video().cited().size(), 2U);
        QVERIFY(
            fixture.lastText("answerBasis").contains(QLatin1String("24 frames from 0:00 to 0:59")));
        QVERIFY(fixture.lastText("answerBasis").contains(QLatin1String("1 time without a frame")));
    }

    void followUpsBringTheirHistory() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("First?"));
        fixture.finish();
        fixture.ask(QStringLiteral("And then?"));
        fixture.finish();
        QCOMPARE(fixture.window().store().count(), 2);
        const auto& history = fixture.fake().asked().back().history;
        QCOMPARE(history.size(), 1U);
        QCOMPARE(history.front().question, std::string("First?"));
        QCOMPARE(history.front().answer, FakeScript().answer);
    }

    void stopWorksInEveryPhase_data() {
        QTest::addColumn<int>("phase");
        const char* names[] = {"load", "decode", "encode", "prefill", "answer"};
        for (int phase = 0; phase < 5; ++phase) QTest::newRow(names[phase]) << phase;
    }

    void stopWorksInEveryPhase() {
        QFETCH(int, phase);
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("What happens?"));
        QVERIFY(fixture.fake().advanceTo(Phase(phase)));
        QTest::keyClick(&fixture.window(), Qt::Key_Escape);
        fixture.finish();
        EVENTUALLY(!fixture.window().runner().isRunning());
        QVERIFY(fixture.answer().status == AnswerStatus::kStopped);
        QCOMPARE(fixture.answer().text,
                 Phase(phase) == Phase::kAnswer ? QStringLiteral("At ") : QString());
        QVERIFY(!fixture.child<QWidget>("progressStrip")->isVisible());
        // And the next question works.
        fixture.ask(QStringLiteral("Again?"));
        fixture.finish();
        QVERIFY(fixture.answer(1).status == AnswerStatus::kDone);
    }

    void aFileThatIsReadThroughSaysHowFar() {
        FakeScript script;
        script.scans = {0.1, 0.34};
        WindowFixture fixture(script);
        fixture.window().opener().openPath(clip_);
        EVENTUALLY(fixture.lastText("noticeMessage").startsWith(QStringLiteral("Opening “")));
        fixture.fake().advance(2);
        EVENTUALLY(fixture.lastText("noticeHint").endsWith(QLatin1String("once: 34 %")));
        fixture.settle();
        QCOMPARE(fixture.window().video().path(), clip_);
        QVERIFY(!fixture.child<QWidget>("noticeBar")->isVisible());
        // One that is quickly read is not worth a word.
        fixture.openVideo(clip_);
        QVERIFY(!fixture.child<QWidget>("noticeBar")->isVisible());
    }

    void sideBySideAsksDenseThenSparse() {
        FakeScript script;
        script.sparseAnswer = "At 0:05 a blue card is shown.";
        WindowFixture fixture(script);
        fixture.openVideo(clip_);
        fixture.child<QuestionBox>("questionBox")->setPlainText(QStringLiteral("What happens?"));
        QTest::mouseClick(fixture.child<QPushButton>("compareButton"), Qt::LeftButton);
        QCOMPARE(fixture.fake().compared().size(), 1U);
        EVENTUALLY(fixture.lastText("verdict").startsWith(QLatin1String("The verdict comes")));
        QVERIFY(fixture.fake().advanceToPass(true, 1));
        EVENTUALLY_EQUAL(fixture.lastText("progressText"), QStringLiteral("Sparse, round 1 of 3"));
        fixture.finish();
        const CompareRequest& request = fixture.fake().compared()[0];
        QVERIFY(request.ask.attention.kind == AttentionKind::kSparse);
        QCOMPARE(request.ask.question, std::string("What happens?"));
        QCOMPARE(request.rounds, 3);
        QCOMPARE(fixture.answer(0, 0).text.toStdString(), script.answer);
        QCOMPARE(fixture.answer(0, 1).text.toStdString(), script.sparseAnswer);
        QVERIFY(fixture.lastText("verdict").startsWith(QLatin1String("Sparse was faster")));
        QVERIFY(fixture.lastText("differenceText").contains(QLatin1String("differ")));
        const auto* model = fixture.child<QTableView>("comparisonTable")->model();
        QCOMPARE(model->index(2, 1).data().toString(), QStringLiteral("8.00 s  (7.92 s – 8.08 s)"));
        QCOMPARE(model->index(2, 2).data().toString(), QStringLiteral("4.00 s  (3.96 s – 4.04 s)"));
    }

    void whereDenseWinsItSaysSo() {
        FakeScript script;
        script.densePrefillS = 2;
        script.sparsePrefillS = 3;
        WindowFixture fixture(script);
        fixture.openVideo(clip_);
        fixture.child<QuestionBox>("questionBox")->setPlainText(QStringLiteral("What happens?"));
        QTest::keyClick(fixture.child<QuestionBox>("questionBox"), Qt::Key_Return,
                        Qt::ControlModifier);
        fixture.finish();
        QVERIFY2(fixture.lastText("verdict").startsWith(QLatin1String("Dense was faster")),
                 qPrintable(fixture.lastText("verdict")));
        QCOMPARE(fixture.lastText("differenceText"),
                 QStringLiteral("Both answers use the same words."));
    }

    void aStoppedComparisonHasNoVerdict() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.child<QuestionBox>("questionBox")->setPlainText(QStringLiteral("What happens?"));
        QTest::mouseClick(fixture.child<QPushButton>("compareButton"), Qt::LeftButton);
        QVERIFY(fixture.fake().advanceTo(Phase::kPrefill));
        QTest::keyClick(&fixture.window(), Qt::Key_Escape);
        fixture.finish();
        QVERIFY(fixture.answer(0, 0).status == AnswerStatus::kStopped);
        QVERIFY(fixture.answer(0, 1).status == AnswerStatus::kStopped);
        // Nor an empty table: the room is the picture's again.
        EVENTUALLY(fixture.child<QLabel>("ledgerHint")->isVisible());
        QVERIFY(fixture.lastText("ledgerHint").startsWith(QLatin1String("No verdict")));
        EVENTUALLY(fixture.child<QDockWidget>("ledgerDock")->height() < 160);
    }

    void aChipSeeksThePlayer() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        EVENTUALLY(fixture.window().player().isLoaded());
        fixture.ask(QStringLiteral("What happens?"));
        fixture.finish();
        auto* text = fixture.child<AnswerBrowser>("answerText");
        QCoreApplication::processEvents();
        const auto place = firstChip(*text);
        QVERIFY(place.has_value());
        QTest::mouseClick(text->viewport(), Qt::LeftButton, {}, *place);
        const double wanted =
            fixture.window().video().cited().front().timeS;  // the frame nearest to 0:05
        QVERIFY(std::abs(wanted - 5.5) < 1.5);
        EVENTUALLY(std::abs(fixture.window().player().positionS() - wanted) <=
                   0.21);  // the clip has 5 frames a second
    }

    void conversationsAreExported() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("What happens?"));
        fixture.finish();
        const Conversation& conversation = fixture.window().store().conversation();
        const auto pictureAt = [&](double timeS) {
            return fixture.window().video().frames().picture(
                fixture.window().video().frames().nearest(timeS));
        };
        QTemporaryDir folder;
        const auto read = [&](const char* name) {
            QFile file(folder.filePath(QLatin1String(name)));
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        };
        for (const char* name : {"out.md", "out.html", "out.json"}) {
            const auto problem =
                exportConversation(conversation, pictureAt, folder.filePath(QLatin1String(name)));
            QVERIFY2(!problem, qPrintable(problem.value_or(QString())));
        }
        QVERIFY(read("out.md").contains("## What happens?"));
        const QStringList stills =
            QDir(folder.filePath(QStringLiteral("out_stills"))).entryList(QDir::Files);
        QCOMPARE(stills.size(), 4);  // two times that are named, two moments
        QVERIFY(read("out.md").contains(stills.first().toUtf8()));
        QVERIFY(read("out.html").contains("data:image/png;base64,"));
        const QJsonObject answer = QJsonDocument::fromJson(read("out.json"))
                                       .object()[QLatin1String("exchanges")]
                                       .toArray()[0]
                                       .toObject()[QLatin1String("answers")]
                                       .toArray()[0]
                                       .toObject();
        QCOMPARE(answer[QLatin1String("times")].toArray().size(), 3);
        QVERIFY(answer[QLatin1String("times")]
                    .toArray()[2]
                    .toObject()[QLatin1String("frame_s")]
                    .isNull());
        QCOMPARE(answer[QLatin1String("report")].toObject()[QLatin1String("prefill_s")].toDouble(),
                 8.0);
        QVERIFY(
            exportConversation(conversation, pictureAt, folder.filePath(QStringLiteral("out.pdf")))
                .has_value());
        QVERIFY(
            exportConversation(conversation, pictureAt, clip_ + QStringLiteral("/below-a-file.md"))
                .has_value());
    }

    void whatAPersonTypedIsNoMarkdown() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("Is <b>this</b> *the* [end](http://x)?"));
        fixture.finish();
        QTemporaryDir folder;
        const auto written = [&](const char* name) {
            QFile file(folder.filePath(QLatin1String(name)));
            const auto problem =
                exportConversation(fixture.window().store().conversation(), {}, file.fileName());
            return !problem && file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        };
        const QByteArray markdown = written("out.md"), page = written("out.html");
        QVERIFY2(markdown.contains(R"(## Is \<b\>this\</b\> \*the\* \[end\](http://x)?)"),
                 markdown.constData());
        QVERIFY(!markdown.contains("<b>"));
        QVERIFY2(page.contains("Is &lt;b&gt;this&lt;/b&gt; *the* [end](http://x)?"),
                 page.constData());
        // As another reader of Markdown shows it.
        QTextDocument shown;
        shown.setMarkdown(QString::fromUtf8(markdown));
        QVERIFY(
            shown.toPlainText().contains(QLatin1String("Is <b>this</b> *the* [end](http://x)?")));
    }

    void aPictureOffersNothingThatTakesTime() {
        FakeScript script;
        script.isStill = true;
        WindowFixture fixture(script);
        fixture.openVideo(clip_);
        EVENTUALLY(fixture.window().player().isLoaded());
        auto* actions = fixture.window().findChild<WindowActions*>();
        using enum ActionId;
        for (const ActionId id : {kPlay, kNextFrame, kForward5, kRangeFrom, kRangeTo, kFaster})
            QVERIFY2(!actions->at(id)->isEnabled(), qPrintable(actions->at(id)->text()));
        for (const ActionId id : {kSaveStill, kModelView, kFullScreen})
            QVERIFY2(actions->at(id)->isEnabled(), qPrintable(actions->at(id)->text()));
        QContextMenuEvent asked(QContextMenuEvent::Mouse, {20, 20}, QCursor::pos());
        QApplication::sendEvent(fixture.child<QWidget>("videoSurface"), &asked);
        auto* menu = fixture.child<QMenu>("pictureMenu");
        EVENTUALLY(menu->isVisible());
        QStringList offered;
        for (const QAction* action : menu->actions()) {
            if (!action->isSeparator()) offered.append(action->text());
        }
        menu->close();
        QCOMPARE(offered,
                 (QStringList{actions->at(kVideoInfo)->text(), actions->at(kSaveStill)->text(),
                              actions->at(kModelView)->text(), actions->at(kFullScreen)->text()}));
        QStringList suggested;
        for (const auto* button :
             fixture.child<QWidget>("startHints")->findChildren<QPushButton*>()) {
            if (button->isVisible()) suggested.append(button->text());
        }
        QVERIFY2(suggested.contains(QLatin1String("What can be seen in this picture?")),
                 qPrintable(suggested.join(QLatin1Char('|'))));
        QVERIFY(!suggested.join(QLatin1Char('|')).contains(QLatin1String("events")));
        // A film that follows has all of it again.
        fixture.fake().script().isStill = false;
        QVERIFY(QFile::copy(clip_, pathOf(QStringLiteral("film.mp4"))));
        fixture.openVideo(pathOf(QStringLiteral("film.mp4")));
        EVENTUALLY(actions->at(kPlay)->isEnabled() && actions->at(kRangeFrom)->isEnabled());
    }

    void editingAsksAgainFromThere() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        for (const char* question : {"One?", "Two?", "Three?"}) {
            fixture.ask(QLatin1String(question));
            fixture.finish();
        }
        auto* view = fixture.child<ConversationView>("conversation");
        auto* box = fixture.child<QuestionBox>("questionBox");
        box->setPlainText(QStringLiteral("half a thought"));
        const auto edit = [&] {
            QTest::mouseClick(view->card(0)->findChild<QToolButton*>(QStringLiteral("editButton")),
                              Qt::LeftButton);
        };
        edit();
        QCOMPARE(box->toPlainText(), QStringLiteral("One?"));
        QVERIFY(fixture.child<QWidget>("editBanner")->isVisible());
        QCOMPARE(fixture.lastText("editText"),
                 QStringLiteral("Editing question 1 · the 2 after it will be kept as an earlier "
                                "version"));
        QVERIFY(view->card(2)->graphicsEffect());
        QTest::keyClick(box, Qt::Key_Escape);
        QVERIFY(!fixture.child<QWidget>("editBanner")->isVisible());
        QVERIFY(!view->card(2)->graphicsEffect());
        QCOMPARE(box->toPlainText(), QStringLiteral("half a thought"));
        edit();
        box->setPlainText(QStringLiteral("One, differently?"));
        QTest::keyClick(box, Qt::Key_Return);
        QVERIFY(fixture.fake().asked().back().history.empty());
        QCOMPARE(box->toPlainText(), QStringLiteral("half a thought"));
        fixture.finish();
        QCOMPARE(fixture.window().store().count(), 1);
        QCOMPARE(fixture.window().store().at(0).question, QStringLiteral("One, differently?"));
        // What was there can be shown again, also after a restart, and undone at once.
        QCOMPARE(fixture.lastText("versionText"), QStringLiteral("Version 2 of 2"));
        QTest::mouseClick(fixture.child<QPushButton>("noticeButton"), Qt::LeftButton);
        QCOMPARE(fixture.window().store().count(), 3);
        QCOMPARE(fixture.window().store().at(2).question, QStringLiteral("Three?"));
        fixture.restart();
        QCOMPARE(fixture.window().store().count(), 3);
        view = fixture.child<ConversationView>("conversation");
        QTest::mouseClick(view->card(0)->findChild<QToolButton*>(QStringLiteral("laterVersion")),
                          Qt::LeftButton);
        QCOMPARE(fixture.window().store().count(), 1);
        QCOMPARE(fixture.answer().text.toStdString(), FakeScript().answer);
    }

    void aVersionThatWasWantedDoesNotComeLater() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("One?"));
        fixture.finish();
        const QString id = fixture.window().store().conversation().id;
        fixture.window().runner().ask(QStringLiteral("One, differently?"), 0);
        // Undone while it runs, then left before it has stopped:
        fixture.window().findChild<ConversationPanel*>()->showVersion(0, 0);
        fixture.window().findChild<WindowActions*>()->at(ActionId::kNewConversation)->trigger();
        EVENTUALLY((fixture.fake().finish(), !fixture.window().runner().isBusy()));
        fixture.window().opener().showConversation(id);
        EVENTUALLY(fixture.window().store().isShown(id));
        fixture.settle();
        fixture.ask(QStringLiteral("Two?"));
        fixture.finish();
        QCOMPARE(fixture.window().store().count(), 2);
        QCOMPARE(fixture.window().store().at(1).question, QStringLiteral("Two?"));
    }

    void askingAgainKeepsTheAnswerOfBefore() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("One?"));
        fixture.finish();
        fixture.fake().script().answer = "Something else.";
        auto* view = fixture.child<ConversationView>("conversation");
        QTest::mouseClick(
            view->card(0)->findChild<QToolButton*>(QStringLiteral("regenerateButton")),
            Qt::LeftButton);
        fixture.finish();
        QCOMPARE(fixture.window().store().count(), 1);
        QCOMPARE(fixture.fake().asked().size(), 2U);
        QCOMPARE(fixture.answer().text, QStringLiteral("Something else."));
        QTest::mouseClick(view->card(0)->findChild<QToolButton*>(QStringLiteral("earlierVersion")),
                          Qt::LeftButton);
        QCOMPARE(fixture.answer().text.toStdString(), FakeScript().answer);
    }

    void aRangeGoesWithTheQuestion() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        EVENTUALLY(fixture.window().player().isLoaded());
        fixture.window().player().seek(10);
        // On a busy machine the player takes longer than the usual five seconds.
        EVENTUALLY(std::abs(fixture.window().player().positionS() - 10) < 0.3);
        fixture.child<TimelineView>("timeline")->setFocus();
        QTest::keyClick(fixture.child<TimelineView>("timeline"), Qt::Key_I);
        fixture.window().video().setRangeTo(20.0);
        QVERIFY(fixture.lastText("rangeText").contains(QLatin1String("0:20")));
        fixture.ask(QStringLiteral("Here?"));
        const SamplingOptions& sampling = fixture.fake().asked().back().sampling;
        QVERIFY(std::abs(sampling.fromS.value() - 10) < 0.3);
        QCOMPARE(sampling.toS.value(), 20.0);
    }

    void aBadFileSaysWhatAndWhatToDo() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.window().opener().openPath(QStringLiteral("/videos/broken.mp4"));
        fixture.fake().finish();
        EVENTUALLY(fixture.child<QWidget>("noticeBar")->isVisible());
        QCOMPARE(fixture.lastText("noticeMessage").toStdString(), FakeScript().badMessage);
        QCOMPARE(fixture.lastText("noticeHint"), QStringLiteral("Copy the file again"));
        QCOMPARE(fixture.window().video().path(), clip_);  // the one before stays
        QVERIFY(!QApplication::activeModalWidget());
    }

    void aFailureInEveryPhaseIsShownInItsPlace_data() { stopWorksInEveryPhase_data(); }

    void aFailureInEveryPhaseIsShownInItsPlace() {
        QFETCH(int, phase);
        FakeScript script;
        script.failIn = Phase(phase);
        script.failCode = ErrorCode::kModel;
        script.failMessage = "model.safetensors is gone";
        script.failHint = "choose another model";
        WindowFixture fixture(script);
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("What happens?"));
        fixture.finish();
        QVERIFY(fixture.answer().status == AnswerStatus::kFailed);
        QCOMPARE(fixture.lastText("answerError"), QStringLiteral("model.safetensors is gone"));
        QCOMPARE(fixture.lastText("answerHint"), QStringLiteral("Choose another model"));
        QCOMPARE(fixture.answer().text.isEmpty(), Phase(phase) != Phase::kAnswer);
        QVERIFY(!QApplication::activeModalWidget());
    }

    void withoutAModelVideosPlayAndTheWayIsShown() {
        WindowFixture fixture({}, false);
        fixture.openVideo(clip_);
        EVENTUALLY(fixture.window().player().isLoaded());
        QVERIFY(fixture.lastText("startText").startsWith(QLatin1String("Choose a model")));
        fixture.child<QuestionBox>("questionBox")->setPlainText(QStringLiteral("What happens?"));
        QVERIFY(!fixture.child<QPushButton>("askButton")->isEnabled());
        QTest::mouseClick(fixture.child<QPushButton>("chooseModelButton"), Qt::LeftButton);
        EVENTUALLY(fixture.child<QWidget>("settingsDialog")->isVisible());
        EVENTUALLY(fixture.lastText("modelsState").startsWith(QLatin1String("No model was found")));
        QVERIFY(fixture.fake().asked().empty());
    }

    void anIncompleteModelCannotBeChosen() {
        WindowFixture fixture;
        auto* list = fixture.child<QListWidget>("modelList");
        EVENTUALLY_EQUAL(list->count(), 2);
        QVERIFY(list->item(0)->flags().testFlag(Qt::ItemIsEnabled));
        QVERIFY(!list->item(1)->flags().testFlag(Qt::ItemIsEnabled));
        QVERIFY(list->item(1)->text().contains(QLatin1String("is missing")));
    }

    void theModelsPageSaysFormatAndMemory() {
        WindowFixture fixture;
        auto* list = fixture.child<QListWidget>("modelList");
        EVENTUALLY_EQUAL(list->count(), 2);
        // Asks the card, so not before somebody looks.
        QVERIFY(!list->item(0)->text().contains(QLatin1String("tokens")));
        fixture.window().findChild<WindowActions*>()->at(ActionId::kModels)->trigger();
        EVENTUALLY(list->item(0)->text().contains(QLatin1String("tokens")));
        const QString text = list->item(0)->text();
        QVERIFY2(text.contains(QStringLiteral("bf16 · complete · /models/")), qPrintable(text));
        QVERIFY2(text.contains(QStringLiteral("tokens: 16K 6.0 GiB · 32K")), qPrintable(text));
        QVERIFY2(text.endsWith(QLatin1String("128K 15.8 GiB, does not fit")), qPrintable(text));
        QVERIFY(!list->item(1)->text().contains(QLatin1String("tokens")));
    }

    void aModelOfTwoFilesIsRemembered() {
        AskSettings settings;
        ModelEntry entry;
        entry.folder = "/m/a.gguf";
        entry.visionFile = "/m/mmproj.gguf";
        useModel(settings, entry);
        const AskSettings back = askSettingsFromJson(toJson(settings));
        QVERIFY(back.model == settings.model);
        QCOMPARE(back.model.visionFile.string(), std::string("/m/mmproj.gguf"));
    }
};

}  // namespace reelquery

int main(int argc, char** argv) {
    return reelquery::runTest<reelquery::WindowTest>(argc, argv);
}

#include "window_test.moc"
