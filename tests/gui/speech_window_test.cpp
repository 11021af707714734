// Subtitles made from speech in the window: a scripted speech model hears, everything else is real.

#include <QCheckBox>
#include <QComboBox>
#include <QFile>
#include <QFileDialog>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QTest>
#include <atomic>
#include <fstream>
#include <thread>

#include "app/gui/window/speech_dialog.h"
#include "app/gui/window/window_actions.h"
#include "core/base/error.h"
#include "tests/gui/clip_test.h"
#include "tests/gui/patience.h"
#include "tests/gui/window_fixture.h"
#include "tests/gui/window_test_main.h"

namespace reelquery {

namespace {

SpokenText twoLines(const HearRequest& request) {
    SpokenText spoken;
    spoken.file = request.file;
    spoken.language = request.language.empty() ? "en" : request.language;
    spoken.model = request.model.folder.filename().string();
    spoken.lines = {{"Good morning, everyone.", 3.5, 5, 0.9, false, {}},
                    {"The door code is 4711.", 20.25, 22, 0.4, true, {}}};
    return spoken;
}

}  // namespace

class SpeechTest : public ClipTest {
    Q_OBJECT

    /// Hears two lines at once and keeps them in the clip's folder.
    FakeScript hearing() {
        FakeScript script;
        script.hear = [this](const HearRequest& request, const HearProgress& progress,
                             const CancelToken&) {
            progress(HearPhase::kSpeech, 30, 60);
            lastHeard_ = request;
            const std::filesystem::path file = pathOf(QStringLiteral("kept.srt")).toStdString();
            KeptSpeech kept{twoLines(request), file};
            writeSpokenText(kept.spoken, file);
            return kept;
        };
        return script;
    }

    /// Hears until it is stopped.
    FakeScript waiting() {
        FakeScript script;
        script.hear = [this](const HearRequest&, const HearProgress& progress,
                             const CancelToken& cancel) -> KeptSpeech {
            isHearing_ = true;
            for (double doneS = 0;; doneS += 0.001) {
                progress(HearPhase::kSpeech, doneS, 1e6);
                throwIfCancelled(cancel);
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
        };
        isHearing_ = false;
        return script;
    }

    static void openDialog(WindowFixture& fixture) {
        fixture.window().findChild<WindowActions*>()->at(ActionId::kMakeSubtitles)->trigger();
        QVERIFY(fixture.child<SpeechDialog>("speechDialog")->isVisible());
        EVENTUALLY(fixture.child<QComboBox>("speechModelCombo")->count() > 0);
    }

    static void pressMake(WindowFixture& fixture) {
        auto* button = fixture.child<QPushButton>("makeSubtitlesButton");
        QVERIFY(button->isEnabled());
        QTest::mouseClick(button, Qt::LeftButton);
    }

    static QString stateOf(WindowFixture& fixture) {
        return fixture.child<QLabel>("speechState")->text();
    }

    HearRequest lastHeard_;  // written by the hearing thread before it ends
    std::atomic<bool> isHearing_ = false;

  private Q_SLOTS:

    void subtitlesAreMadeShownAndRead() {
        WindowFixture fixture(hearing());
        fixture.openVideo(clip_);
        QVERIFY(!fixture.child<QCheckBox>("subtitlesSwitch")->isVisible());
        openDialog(fixture);
        auto* language = fixture.child<QComboBox>("speechLanguageCombo");
        QVERIFY(language->count() > 90);
        language->setCurrentIndex(language->findData(QStringLiteral("de")));
        pressMake(fixture);
        auto* lines = fixture.child<QListWidget>("speechLines");
        EVENTUALLY_EQUAL(lines->count(), 2);
        QCOMPARE(QString::fromStdString(lastHeard_.file.string()), clip_);
        QCOMPARE(lastHeard_.language, std::string("de"));
        QCOMPARE(lastHeard_.model.folder, std::filesystem::path("/models/whisper-base"));
        QVERIFY(lines->item(0)->text().contains(QLatin1String("0:03  Good morning, everyone.")));
        QVERIFY(!lines->item(0)->text().contains(QLatin1String("(?)")));
        QVERIFY(lines->item(1)->text().endsWith(QLatin1String("The door code is 4711. (?)")));
        QVERIFY(stateOf(fixture).contains(QString::fromUtf8("2 lines · 1 doubtful")));
        auto* box = fixture.child<QCheckBox>("subtitlesSwitch");
        EVENTUALLY(box->isVisible() && box->isChecked());
        QVERIFY(box->text().contains(QLatin1String("made from speech by whisper-base")));
        QVERIFY(
            fixture.lastText("noticeMessage").contains(QLatin1String("with the next question")));
        // A line seeks.
        EVENTUALLY(fixture.window().player().isLoaded());
        Q_EMIT lines->itemClicked(lines->item(1));
        EVENTUALLY(std::abs(fixture.window().player().positionS() - 20.25) < 0.5);

        fixture.ask(QStringLiteral("What is the door code?"));
        const AskRequest& asked = fixture.fake().asked().back();
        QVERIFY(asked.subtitles.use == SubtitleUse::kOn && asked.subtitles.file.empty());
        QVERIFY(asked.speech.use == SpeechUse::kKeptFirst);
        fixture.finish();
        // What was heard and looked at is named below the answer, and its time seeks.
        auto* said = fixture.child<QLabel>("answerLines");
        QVERIFY(said->isVisible());
        QVERIFY(said->text().contains(QLatin1String("The &lt;door&gt; code is 4711.")));
        Q_EMIT said->linkActivated(QStringLiteral("seek:3.500"));
        EVENTUALLY(std::abs(fixture.window().player().positionS() - 3.5) < 0.5);
    }

    void theyBelongToTheirVideo() {
        WindowFixture fixture(hearing());
        fixture.openVideo(clip_);
        openDialog(fixture);
        pressMake(fixture);
        EVENTUALLY(fixture.window().settings().ask().heardFirst);
        fixture.openVideo(QStringLiteral("/films/other.mp4"));
        QVERIFY(!fixture.window().settings().ask().heardFirst);
        QVERIFY(!fixture.child<QCheckBox>("subtitlesSwitch")->isVisible());
        fixture.ask(QStringLiteral("What?"));
        QVERIFY(fixture.fake().asked().back().speech.use == SpeechUse::kKeptLast);
        fixture.finish();
    }

    void speechThatWasKeptIsThereAgain() {
        FakeScript script;
        script.heardIn = "heard";
        WindowFixture fixture(script);
        fixture.openVideo(QStringLiteral("/films/heard.mp4"));
        auto* box = fixture.child<QCheckBox>("subtitlesSwitch");
        QVERIFY(box->isVisible() && !box->isChecked());
        QVERIFY(box->text().contains(QLatin1String("made from speech by kept-speech")));
    }

    void itIsStoppedAndQuestionsAreAnsweredMeanwhile() {
        WindowFixture fixture(waiting());
        fixture.openVideo(clip_);
        openDialog(fixture);
        pressMake(fixture);
        EVENTUALLY(isHearing_.load() && stateOf(fixture).contains(QLatin1String("Listening")));
        QVERIFY(fixture.child<QWidget>("speechProgress")->isVisible());
        QVERIFY(!fixture.child<QComboBox>("speechModelCombo")->isEnabled());
        fixture.ask(QStringLiteral("What happens?"));
        fixture.finish();
        QCOMPARE(fixture.answer().status, AnswerStatus::kDone);
        QVERIFY(fixture.child<QPushButton>("makeSubtitlesButton")->text() == QLatin1String("Stop"));
        pressMake(fixture);
        EVENTUALLY(stateOf(fixture).contains(QLatin1String("Stopped")));
        QVERIFY(!fixture.child<QWidget>("speechProgress")->isVisible());
        QVERIFY(!fixture.window().settings().ask().heardFirst);
        pressMake(fixture);  // and again; the window closes while it hears
        EVENTUALLY(stateOf(fixture).contains(QLatin1String("Listening")));
    }

    void aFailureIsSaid() {
        FakeScript script;
        script.hear = [](const HearRequest&, const HearProgress&,
                         const CancelToken&) -> KeptSpeech {
            throw Error(ErrorCode::kModel, "the speech model is damaged", "download it again");
        };
        WindowFixture fixture(script);
        fixture.openVideo(clip_);
        openDialog(fixture);
        pressMake(fixture);
        EVENTUALLY(stateOf(fixture).contains(QLatin1String("The speech model is damaged")));
        QVERIFY(stateOf(fixture).contains(QLatin1String("Download it again")));
        QVERIFY(
            fixture.lastText("noticeMessage").contains(QLatin1String("No subtitles were made")));
        QVERIFY(fixture.child<QPushButton>("makeSubtitlesButton")->isEnabled());
    }

    void withoutASpeechModelTheWaySaysSo() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.window().findChild<WindowActions*>()->at(ActionId::kMakeSubtitles)->trigger();
        QVERIFY(!fixture.child<QPushButton>("makeSubtitlesButton")->isEnabled());
        QVERIFY(stateOf(fixture).contains(QLatin1String("openai/whisper-base")));
    }

    void theyAreExported() {
        WindowFixture fixture(hearing());
        fixture.openVideo(clip_);
        openDialog(fixture);
        auto* button = fixture.child<QPushButton>("exportSubtitlesButton");
        QVERIFY(!button->isEnabled());
        pressMake(fixture);
        EVENTUALLY(button->isEnabled());
        for (const char* name : {"out.srt", "out.vtt"}) {
            QTest::mouseClick(button, Qt::LeftButton);
            auto* dialog = fixture.child<SpeechDialog>("speechDialog")->findChild<QFileDialog*>();
            QVERIFY(dialog);
            const QString path = pathOf(QLatin1String(name));
            Q_EMIT dialog->fileSelected(path);
            dialog->close();
            EVENTUALLY(QFile::exists(path));
            EVENTUALLY(!fixture.child<SpeechDialog>("speechDialog")->findChild<QFileDialog*>());
            QFile file(path);
            QVERIFY(file.open(QIODevice::ReadOnly));
            const QByteArray text = file.readAll();
            QVERIFY(text.contains("The door code is 4711. (?)"));
            QCOMPARE(text.startsWith("WEBVTT"), path.endsWith(QLatin1String(".vtt")));
        }
    }

    void aSpeechModelDoesNotAnswer() {
        WindowFixture fixture(hearing());
        auto* list = fixture.child<QListWidget>("modelList");
        EVENTUALLY_EQUAL(list->count(), 3);
        const QListWidgetItem* item = list->item(2);
        QVERIFY(item->text().contains(QLatin1String("speech model: makes subtitles")));
        QVERIFY(!item->flags().testFlag(Qt::ItemIsEnabled));
    }
};

}  // namespace reelquery

int main(int argc, char** argv) {
    return reelquery::runTest<reelquery::SpeechTest>(argc, argv);
}

#include "speech_window_test.moc"
