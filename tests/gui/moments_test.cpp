// The moments of answers as files of players and editors: read back by ffmpeg, mpv and an XML
// parser, and made by hand in the window.

#include <sys/resource.h>
#include <QComboBox>
#include <QFileDialog>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMessageBox>
#include <QProcess>
#include <QPushButton>
#include <QTableWidget>
#include <QTest>
#include <QTimer>
#include <QUrl>
#include <QXmlStreamReader>
#include <csignal>

#include "app/gui/export/moments_dialog.h"
#include "app/gui/look/format.h"
#include "app/gui/player/mpv_player.h"
#include "app/gui/window/window_actions.h"
#include "tests/gui/clip_test.h"
#include "tests/gui/cut_list_player.h"
#include "tests/gui/patience.h"
#include "tests/gui/window_fixture.h"
#include "tests/gui/window_test_main.h"

namespace reelquery {

namespace {

/// An answer of a model that saw a frame every second of ten minutes.
Exchange answered(const char* text) {
    AnswerRecord answer;
    answer.status = AnswerStatus::kDone;
    answer.text = QString::fromUtf8(text);
    answer.report.emplace();
    for (int second = 0; second <= 600; ++second) answer.report->frameTimesS.push_back(second);
    return {QStringLiteral("What happens?"), {answer}, {}};
}

QStringList shown(const std::vector<NamedMoment>& moments) {
    QStringList lines;
    for (const NamedMoment& moment : moments)
        lines.append(
            QStringLiteral("%1-%2 %3").arg(moment.fromS).arg(moment.toS).arg(moment.title));
    return lines;
}

NamedMoment at(double fromS, double toS, const char* title) {
    return {fromS, toS, QString::fromUtf8(title), true, {}};
}

QByteArray outputOf(const QString& program, const QStringList& arguments) {
    QProcess process;
    process.start(program, arguments);
    if (!process.waitForFinished(kPatienceMs) || process.exitCode() != 0)
        qWarning() << program << process.readAllStandardError();
    return process.readAllStandardOutput();
}

/// The words of all elements of that name, in order.
QStringList elements(const QByteArray& xml, const char* name) {
    QStringList found;
    QXmlStreamReader reader(xml);
    while (!reader.atEnd()) {
        if (reader.readNext() == QXmlStreamReader::StartElement &&
            reader.name() == QLatin1String(name))
            found.append(reader.readElementText());
    }
    if (reader.hasError()) found = {reader.errorString()};
    return found;
}

void write(const QString& path, const QByteArray& bytes) {
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
}

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace

class MomentsTest : public ClipTest {
    Q_OBJECT

  private:
    const std::vector<NamedMoment> odd_{at(3, 3, "A = B; C # \\ \"D\" <E> & F --> G, 100 %"),
                                        at(10, 14.5, "Ein Würfel, 骰子"), at(40, 40, "The end")};

    MomentFilm film() const { return {clip_, QStringLiteral("clip.mp4"), 60, 5, true}; }

    QByteArray file(MomentFormat format) const {
        return momentsAs(format, odd_, film(), QFileInfo(clip_).path());
    }

  private Q_SLOTS:

    void timesBecomeMomentsWithTheirWords() {
        const auto lines = [](const char* text) { return shown(namedMoments(answered(text))); };
        QCOMPARE(
            lines("* **0:10**: a *red* ball\n* 1:20 – 1:35: two dogs run\n* 2:00 nothing"),
            (QStringList{QStringLiteral("10-10 a red ball"), QStringLiteral("80-95 two dogs run"),
                         QStringLiteral("120-120 nothing")}));
        QCOMPARE(lines("It begins at 0:30. Later, at 0:50, it rains."),
                 (QStringList{QStringLiteral("30-30 It begins at 0:30."),
                              QStringLiteral("50-50 Later, at 0:50, it rains.")}));
        // Words that the answer lacks are those of the question; what was not seen is no moment.
        QCOMPARE(lines("9:10"), QStringList(QStringLiteral("550-550 What happens?")));
        QCOMPARE(lines("At 59:00 somebody sings."), QStringList());
        // In order of time, and alike things once.
        QCOMPARE(lines("2:00 rain\n\n1:00 sun\n\n2:00 rain"),
                 (QStringList{QStringLiteral("60-60 sun"), QStringLiteral("120-120 rain")}));
        QCOMPARE(lines("0:10 a\x01"
                       "b\n"),
                 QStringList(QStringLiteral("10-10 ab")));
    }

    void whatTheModelLookedAtStandsInForTimes() {
        Exchange exchange = answered("It is not shown.");
        exchange.answers[0].report->evidence.moments = {{50, 60, 55, 0.6}, {10, 12, 11, 0.4}};
        const std::vector<NamedMoment> moments = namedMoments(exchange);
        QCOMPARE(shown(moments), (QStringList{QStringLiteral("10-12 Looked at: What happens?"),
                                              QStringLiteral("50-60 Looked at: What happens?")}));
        QVERIFY(!moments[0].isNamed);
        exchange.answers[0].text = QStringLiteral("At 0:20 it is.");
        QCOMPARE(shown(namedMoments(exchange)),
                 QStringList(QStringLiteral("20-20 At 0:20 it is.")));
    }

    void momentsWithoutAnEndGetOne() {
        const auto ended = withEnds(
            {at(1, 1, "a"), at(3, 3, "b"), at(3, 30, "c"), at(58, 58, "d"), at(59, 99, "e")}, 60);
        QCOMPARE(shown(ended), (QStringList{QStringLiteral("1-3 a"), QStringLiteral("3-8 b"),
                                            QStringLiteral("3-30 c"), QStringLiteral("58-59 d"),
                                            QStringLiteral("59-60 e")}));
    }

    void whatLiesBehindTheEndIsLeftOut() {
        QCOMPARE(shown(withEnds({at(59.5, 59.5, "a"), at(60, 60, "b"), at(70, 80, "c")}, 60)),
                 QStringList(QStringLiteral("59.5-60 a")));
        const QString path = pathOf(QStringLiteral("none.vtt"));
        QCOMPARE(writeMoments(MomentFormat::kWebVtt, {at(1e6, 1e6, "late")}, film(), path),
                 QStringLiteral("None of the moments lies inside the video."));
        QVERIFY(!QFileInfo::exists(path));
    }

    void aLongWordIsCutAndNotLost() {
        const QString word(200, QChar(0x4e2d));
        QVERIFY(word.startsWith(oneLine(word).chopped(1)));
        QVERIFY(oneLine(word).size() > 150);
        QCOMPARE(oneLine(QStringLiteral("ab ").repeated(100)).size(), 159);  // whole words, a mark
    }

    void fastFilmsAreCountedInFramesOfTwoDigits() {
        QCOMPARE(countedRate(120), 60.0);
        QCOMPARE(countedRate(59.94), 60000.0 / 1001);
        QCOMPARE(timecode(25 * 3600 * 25, 25), QStringLiteral("01:00:00:00"));
    }

    void ffmpegReadsTheChapters() {
        const QString chapters = pathOf(QStringLiteral("chapters.ffmeta")),
                      joined = pathOf(QStringLiteral("joined.mkv"));
        write(chapters, file(MomentFormat::kFfmetadata));
        outputOf(QStringLiteral("ffmpeg"),
                 {QStringLiteral("-y"), QStringLiteral("-v"), QStringLiteral("error"),
                  QStringLiteral("-i"), clip_, QStringLiteral("-i"), chapters,
                  QStringLiteral("-map_chapters"), QStringLiteral("1"), QStringLiteral("-c"),
                  QStringLiteral("copy"), joined});
        const QByteArray json = outputOf(
            QStringLiteral("ffprobe"),
            {QStringLiteral("-v"), QStringLiteral("error"), QStringLiteral("-show_chapters"),
             QStringLiteral("-of"), QStringLiteral("json"), joined});
        QStringList found;
        for (const QJsonValue& chapter :
             QJsonDocument::fromJson(json).object()[QLatin1String("chapters")].toArray()) {
            const QJsonObject tags = chapter[QLatin1String("tags")].toObject();
            found.append(QStringLiteral("%1-%2 %3")
                             .arg(chapter[QLatin1String("start_time")].toString(),
                                  chapter[QLatin1String("end_time")].toString(),
                                  tags[QLatin1String("title")].toString()));
        }
        QCOMPARE(found,
                 (QStringList{
                     QStringLiteral("3.000000-10.000000 A = B; C # \\ \"D\" <E> & F --> G, 100 %"),
                     QStringLiteral("10.000000-40.000000 Ein Würfel, 骰子"),
                     QStringLiteral("40.000000-60.000000 The end")}));
    }

    void matroskasChaptersAreXml() {
        const QByteArray xml = file(MomentFormat::kMatroskaXml);
        QCOMPARE(
            elements(xml, "ChapterTimeStart"),
            (QStringList{QStringLiteral("00:00:03.000000000"), QStringLiteral("00:00:10.000000000"),
                         QStringLiteral("00:00:40.000000000")}));
        QCOMPARE(elements(xml, "ChapterTimeEnd").last(), QStringLiteral("00:01:00.000000000"));
        QCOMPARE(elements(xml, "ChapterString").first(), odd_[0].title);
        QVERIFY(file(MomentFormat::kOgmText)
                    .endsWith("CHAPTER03=00:00:40.000\nCHAPTER03NAME=The end\n"));
    }

    void whatBeginsTogetherIsOneChapter() {
        const QByteArray text =
            momentsAs(MomentFormat::kOgmText,
                      {at(5, 5, "one"), at(5, 9, "two"), at(70, 70, "behind the end")}, film(), {});
        QCOMPARE(text, QByteArray("CHAPTER01=00:00:05.000\nCHAPTER01NAME=one · two\n"));
    }

    void ffmpegReadsTheCaptions() {
        for (const MomentFormat format : {MomentFormat::kWebVtt, MomentFormat::kSubRip}) {
            const QString path = pathOf(QStringLiteral("captions.") + suffixOf(format));
            write(path, file(format));
            const QByteArray read =
                outputOf(QStringLiteral("ffmpeg"),
                         {QStringLiteral("-v"), QStringLiteral("error"), QStringLiteral("-i"), path,
                          QStringLiteral("-f"), QStringLiteral("srt"), QStringLiteral("-")});
            const QList<QByteArray> parts = read.trimmed().split('\n');
            QVERIFY2(read.contains("00:00:03,000 --> 00:00:08,000"), read.constData());
            QVERIFY2(read.contains("00:00:10,000 --> 00:00:14,500"), read.constData());
            QVERIFY2(read.contains("\nEin Würfel, 骰子"), read.constData());
            QVERIFY2(read.contains("A = B; C # "), read.constData());
            QVERIFY2(parts.last() == "The end", read.constData());
        }
    }

    void theCutListCountsFrames() {
        const QByteArray edl = file(MomentFormat::kCmx3600);
        QVERIFY2(edl.startsWith("TITLE: clip.mp4\nFCM: NON-DROP FRAME\n\n"
                                "001  AX       B     C        00:00:03:00 00:00:08:00 00:00:00:00 "
                                "00:00:05:00\n* FROM CLIP NAME: clip.mp4\n* COMMENT: A = B; C"),
                 edl.constData());
        // 4.5 s are 22 frames of 5 a second, or 23.
        QVERIFY2(edl.contains("\n002  AX       B     C        00:00:10:00 00:00:14:03 00:00:05:00 "
                              "00:00:09:03\n"),
                 edl.constData());
        QCOMPARE(timecode(107892, 30000 / 1001.0), QStringLiteral("00:59:56:12"));  // 3600 s
        QCOMPARE(timecode(90000, 25), QStringLiteral("01:00:00:00"));
        QCOMPARE(countedRate(23.976), 24000 / 1001.0);
        QCOMPARE(countedRate(24), 24.0);
        QCOMPARE(countedRate(29.97), 30000 / 1001.0);
        QCOMPARE(countedRate(14.3), 14.0);
        QCOMPARE(countedRate(0), 25.0);
    }

    void mpvPlaysTheCutList() {
        // Names with marks that mean something to the format.
        const QString odd = pathOf(QStringLiteral("a, b;%3% c#=é.mp4")),
                      list = pathOf(QStringLiteral("list.mpv.edl"));
        QVERIFY(QFile::copy(clip_, odd));
        MomentFilm film = this->film();
        film.path = odd;
        const QByteArray text =
            momentsAs(MomentFormat::kMpvEdl, odd_, film, QFileInfo(list).path());
        QVERIFY2(!text.contains('/'), text.constData());  // it lies beside
        write(list, text);
        CutListPlayer player(list);
        EVENTUALLY(player.text("duration").toDouble() > 0);
        QVERIFY2(std::abs(player.text("duration").toDouble() - (5 + 4.5 + 5)) < 0.1,
                 qPrintable(player.text("duration")));
        EVENTUALLY_EQUAL(player.text("chapter-list/count"), QStringLiteral("3"));
        QCOMPARE(player.text("chapter-list/0/title"), odd_[0].title);
        QVERIFY(std::abs(player.text("chapter-list/2/time").toDouble() - 9.5) < 0.1);
    }

    /// Broadcasts begin anywhere, and mpv's cut lists count in the file's own times.
    void mpvPlaysTheCutListOfAFilmThatBeginsLate() {
        const QString late = pathOf(QStringLiteral("late.ts"));
        const QString flags = QStringLiteral("-v error -y -i %1 -c copy -output_ts_offset 100 %2");
        outputOf(QStringLiteral("ffmpeg"), flags.arg(clip_, late).split(QLatin1Char(' ')));
        WindowFixture fixture;
        fixture.openVideo(late);
        fixture.ask(QStringLiteral("What happens?"));
        fixture.finish();
        EVENTUALLY(fixture.window().player().isLoaded());
        fixture.window().findChild<WindowActions*>()->at(ActionId::kExportMoments)->trigger();
        auto* dialog = fixture.child<MomentsDialog>("momentsDialog");
        QVERIFY(dialog && !dialog->chosen().empty());
        const double momentS = dialog->chosen().front().fromS;
        QVERIFY(momentS > 3 && momentS < 55);
        dialog->findChild<QComboBox*>(QStringLiteral("momentsFormat"))
            ->setCurrentIndex(int(MomentFormat::kMpvEdl));
        QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("exportMoments")),
                          Qt::LeftButton);
        const QString list = pathOf(QStringLiteral("late.mpv.edl"));
        chooseIn(*dialog->findChild<QFileDialog*>(), list);
        EVENTUALLY(QFile::exists(list) && contentOf(list).endsWith('\n'));
        CutListPlayer player(list);
        EVENTUALLY(player.text("duration").toDouble() > 0);
        const QImage seen = player.pictureAt(2.5, pathOf(QStringLiteral("seen.png")));
        QVERIFY2(!seen.isNull(),
                 qPrintable(QString::fromUtf8(contentOf(list)) + player.text("duration") +
                            QLatin1Char(' ') + player.text("time-pos")));
        const double seenS = sunAt(seen) * 60;
        QVERIFY2(std::abs(seenS - momentS - 2.5) < 0.4,
                 qPrintable(QStringLiteral("%1, not %2").arg(seenS).arg(momentS)));
    }

    void eachPartOfAFilmIsCutByItsOwnClock() {
        MomentFilm film = this->film();
        film.parts = {{"slice://0-5@/a,1.ts", 100, 12}, {"slice://5-9@/a,1.ts", 7, 48}};
        const QByteArray first("%19%slice://0-5@/a,1.ts,start="),
            second("%19%slice://5-9@/a,1.ts,start=");
        QCOMPARE(momentsAs(MomentFormat::kMpvEdl, {at(3, 5, "a"), at(10, 14.5, "b")}, film,
                           QStringLiteral("/lists")),
                 "# mpv EDL v0\n" + first + "103.000,length=2.000,title=%1%a\n" + first +
                     "110.000,length=2.000,title=%1%b\n" + second +
                     "7.000,length=2.500,title=%1%b\n");
    }

    void vlcsListFindsTheFilm() {
        MomentFilm film = this->film();
        film.path = QStringLiteral("/films/a b#ü?.mp4");
        const QByteArray xml = momentsAs(MomentFormat::kXspf, odd_, film, QStringLiteral("/lists"));
        QCOMPARE(QUrl(elements(xml, "location").first()).toLocalFile(), film.path);
        QCOMPARE(
            elements(xml, "option").mid(2, 2),
            (QStringList{QStringLiteral("start-time=10.000"), QStringLiteral("stop-time=14.500")}));
        QCOMPARE(elements(xml, "title").last(), QStringLiteral("The end"));
        const QByteArray beside =
            momentsAs(MomentFormat::kXspf, odd_, film, QStringLiteral("/films"));
        QCOMPARE(elements(beside, "location").first(), QStringLiteral("a%20b%23%C3%BC%3F.mp4"));
    }

    void momentsAreChosenAndExported() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        auto* command = fixture.window().findChild<WindowActions*>()->at(ActionId::kExportMoments);
        command->trigger();
        QCOMPARE(fixture.lastText("noticeMessage"),
                 QStringLiteral("There is nothing to export yet."));
        fixture.ask(QStringLiteral("What happens?"));
        fixture.finish();
        fixture.ask(QStringLiteral("And then?"));
        fixture.finish();
        command->trigger();
        auto* dialog = fixture.child<MomentsDialog>("momentsDialog");
        QVERIFY(dialog && dialog->isVisible());
        // Those of the question on show; the third time of the answer was not seen.
        auto* table = dialog->findChild<QTableWidget*>();
        auto* questions = dialog->findChild<QComboBox*>(QStringLiteral("momentsQuestion"));
        QCOMPARE(questions->currentText(), QStringLiteral("And then?"));
        QCOMPARE(table->rowCount(), 2);
        questions->setCurrentIndex(0);
        QCOMPARE(table->rowCount(), 4);
        questions->setCurrentIndex(1);
        QCOMPARE(table->rowCount(), 2);
        table->item(0, 0)->setCheckState(Qt::Unchecked);
        table->item(1, 1)->setText(QStringLiteral("Blue\nnow"));
        auto* formats = dialog->findChild<QComboBox*>(QStringLiteral("momentsFormat"));
        formats->setCurrentIndex(int(MomentFormat::kOgmText));
        const auto press = [&] {
            QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("exportMoments")),
                              Qt::LeftButton);
            return dialog->findChild<QFileDialog*>();
        };
        const QString path = pathOf(QStringLiteral("kept.txt"));
        write(path, "do not lose this");
        auto* files = press();
        QVERIFY(files);
        // A file that is there is not written over without a question.
        bool wasAsked = false;
        QTimer watch;
        connect(&watch, &QTimer::timeout, [&] {
            auto* question = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
            if (!question) return;
            wasAsked = question->text().contains(QLatin1String("kept.txt"));
            question->button(QMessageBox::No)->click();
        });
        watch.start(10);
        chooseIn(*files, path);
        EVENTUALLY(wasAsked);
        watch.stop();
        QVERIFY(files->isVisible() && dialog->isVisible());
        QCOMPARE(contentOf(path), QByteArray("do not lose this"));
        files->reject();
        EVENTUALLY(!dialog->findChild<QFileDialog*>());
        files = press();
        QVERIFY(files);
        const QString fresh = pathOf(QStringLiteral("chapters.txt"));
        chooseIn(*files, fresh);
        EVENTUALLY_EQUAL(fixture.lastText("noticeMessage"),
                         QStringLiteral("Exported to %1.").arg(fresh));
        const QByteArray text = contentOf(fresh);
        QVERIFY2(text.startsWith("CHAPTER01=00:00:4") && text.endsWith("NAME=Blue now\n") &&
                     text.count('\n') == 2,
                 text.constData());
        EVENTUALLY(!fixture.child<MomentsDialog>("momentsDialog"));
        // The format is kept.
        command->trigger();
        dialog = fixture.child<MomentsDialog>("momentsDialog");
        QCOMPARE(dialog->findChild<QComboBox*>(QStringLiteral("momentsFormat"))->currentIndex(),
                 int(MomentFormat::kOgmText));
        for (int row = 0; row < 2; ++row)
            dialog->findChild<QTableWidget*>()->item(row, 0)->setCheckState(Qt::Unchecked);
        QVERIFY(!dialog->findChild<QPushButton*>(QStringLiteral("exportMoments"))->isEnabled());
    }

    void aFullDiskLeavesTheFileAsItWas() {
        const QString path = pathOf(QStringLiteral("kept.srt"));
        write(path, "before");
        rlimit before{};
        QCOMPARE(getrlimit(RLIMIT_FSIZE, &before), 0);
        const auto handler = std::signal(SIGXFSZ, SIG_IGN);
        rlimit small = before;
        small.rlim_cur = 16;  // a file may have no more bytes, as on a full disk
        QCOMPARE(setrlimit(RLIMIT_FSIZE, &small), 0);
        const QString problem = writeMoments(MomentFormat::kSubRip, odd_, film(), path);
        QCOMPARE(setrlimit(RLIMIT_FSIZE, &before), 0);
        std::signal(SIGXFSZ, handler);
        QVERIFY2(problem.contains(QLatin1String("could not be written")), qPrintable(problem));
        QCOMPARE(contentOf(path), QByteArray("before"));
    }

    void theFilmItselfIsNeverWrittenOver() {
        const QByteArray before = contentOf(clip_);
        const QString problem = writeMoments(MomentFormat::kSubRip, odd_, film(), clip_);
        QCOMPARE(problem, QStringLiteral("“clip.mp4” is the video itself."));
        QVERIFY(!before.isEmpty() && contentOf(clip_) == before);
        QVERIFY(writeMoments(MomentFormat::kSubRip, odd_, film(), clip_ + QStringLiteral("/x.srt"))
                    .contains(QStringLiteral("could not be written")));
    }
};

}  // namespace reelquery

int main(int argc, char** argv) {
    return reelquery::runTest<reelquery::MomentsTest>(argc, argv);
}

#include "moments_test.moc"
