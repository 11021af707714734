// Which numbers of an answer are moments of the video: the forms models write, in the languages the
// window speaks, and the lengths, scores and times of day that are none.

#include <QTest>

#include "app/gui/conversation/time_mentions.h"

namespace reelquery {

namespace {

QStringList mentionsOf(const QString& text) {
    QStringList found;
    for (const TimeMention& mention : findTimes(text))
        found.append(text.mid(mention.start, mention.length));
    return found;
}

}  // namespace

class TimeMentionsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:

    void moments_data() {
        QTest::addColumn<QStringList>("mentions");
        QTest::addColumn<QList<double>>("seconds");
        const auto row = [](const char* text, const char* mentions, const QList<double>& seconds) {
            QTest::newRow(text) << QString::fromUtf8(mentions).split(QLatin1Char('|')) << seconds;
        };
        // Clocks.
        row("At 3:12 it rains", "3:12", {192});
        row("from 1:02:03 on", "1:02:03", {3723});
        row("see [0:07], [0:09]", "[0:07]|[0:09]", {7, 9});
        row("at 00:07.5 exactly", "00:07.5", {7.5});
        row("It ends at 0:42.", "0:42", {42});
        row("At 3:50: 1 purple shape appears.", "3:50", {230});
        row("At 6:54, 8:04: 2 stars appear.", "6:54|8:04", {414, 484});
        row("0:10: a red card", "0:10", {10});
        row("1:20 - 1:35: a blue one", "1:20|1:35", {80, 95});
        row("0:05-0:10", "0:05|0:10", {5, 10});
        row("0:05–0:10", "0:05|0:10", {5, 10});
        row("at 0:05,0:10 and 0:15", "0:05|0:10|0:15", {5, 10, 15});
        row("(1:05) a dog", "1:05", {65});
        row("00:01:05,500 --> here", "00:01:05,500", {65.5});
        row("Um 1:05 erscheint ein Hund", "1:05", {65});
        row("Bei 1:05: ein Hund", "1:05", {65});
        row("在1:05处", "1:05", {65});
        row("在1：05出现", "1：05", {65});
        // Seconds with words that make a moment of them.
        row("after 12.3 s and 75 seconds", "12.3 s|75 seconds", {12.3, 75});
        row("At 65s a car stops.", "65s", {65});
        row("at 65.0 seconds", "65.0 seconds", {65});
        row("at about 65 seconds", "65 seconds", {65});
        row("at around the 65-second mark", "65-second", {65});
        row("at the 60s mark", "60s", {60});
        row("at 5, 10 and 15 seconds", "5|10|15 seconds", {5, 10, 15});
        row("The red circle appears 12.5 seconds into the video.", "12.5 seconds", {12.5});
        row("12 seconds in, the light goes out", "12 seconds", {12});
        row("<12.5 seconds> a dog barks", "<12.5 seconds>", {12.5});
        row("It barks at <3.0 seconds> and <7.5 seconds>.", "<3.0 seconds>|<7.5 seconds>",
            {3, 7.5});
        row("<0.5 seconds>", "<0.5 seconds>", {0.5});
        row("[65s] the end", "[65s]", {65});
        row("A man sits down (15.2s) and waits.", "15.2s", {15.2});
        row("65s", "65s", {65});
        row("65.0 seconds", "65.0 seconds", {65});
        row("65.0 seconds.", "65.0 seconds", {65});
        row("- 65s: the end", "65s", {65});
        row("1. 12.5 s - 14 s: rain", "12.5 s|14 s", {12.5, 14});
        row("**12s**: rain", "12s", {12});
        row("| 12s | rain |", "12s", {12});
        row("Timestamp: 65 seconds", "65 seconds", {65});
        row("t=12.5s", "12.5s", {12.5});
        row("start: 3.5 s, end: 8.25 s", "3.5 s|8.25 s", {3.5, 8.25});
        row("from 5 to 10 seconds", "5|10 seconds", {5, 10});
        row("between 5 and 10 seconds", "5|10 seconds", {5, 10});
        row("from 5s to 10s", "5s|10s", {5, 10});
        row("from 5.0 seconds until 10.0 seconds", "5.0 seconds|10.0 seconds", {5, 10});
        row("The given query happens in 4.4 - 11.5 seconds.", "4.4|11.5 seconds", {4.4, 11.5});
        row("4.4 - 11.5 seconds", "4.4|11.5 seconds", {4.4, 11.5});
        row("at second 65", "65", {65});
        row("at 2 minutes", "2 minutes", {120});
        row("at 1 minute 5 seconds", "1 minute 5 seconds", {65});
        row("1 minute and 5 seconds into the film", "1 minute and 5 seconds", {65});
        row("at 1m05s", "1m05s", {65});
        row("at 1 h 02 min 03 s", "1 h 02 min 03 s", {3723});
        row("at 1 h 05 min", "1 h 05 min", {3900});
        row("During 1:05-1:10 a dog barks", "1:05|1:10", {65, 70});
        row("At 1:05 after the pause", "1:05", {65});
        row("around 1:05 of the video", "1:05", {65});
        row("5 seconds after the start of the video", "5 seconds", {5});
        row("from second 5 to second 10", "5|10", {5, 10});
        row("1:05 (65 seconds)", "1:05|65 seconds", {65, 65});
        row("0:05 to 0:10 (5 seconds)", "0:05|0:10", {5, 10});
        row("at t = 65 s", "65 s", {65});
        row("at **65s**", "65s", {65});
        // As Qwen3-VL reads and writes times.
        row("12.5 seconds", "12.5 seconds", {12.5});
        row("It is thrown at 12.5s.", "12.5s", {12.5});
        row("from 12.0 to 15.5 seconds", "12.0|15.5 seconds", {12, 15.5});
        row("From 12.0 seconds to 15.5 seconds the dog sleeps.", "12.0 seconds|15.5 seconds",
            {12, 15.5});
        row("<12.5 seconds> - <15.5 seconds>", "<12.5 seconds>|<15.5 seconds>", {12.5, 15.5});
        row("<12.5 seconds>-<15.5 seconds>: rain", "<12.5 seconds>|<15.5 seconds>", {12.5, 15.5});
        row("12.5-15.5 s", "12.5|15.5 s", {12.5, 15.5});
        row("12.5s - 15.5s: rain", "12.5s|15.5s", {12.5, 15.5});
        row("It rains (12.5-15.5 s).", "12.5|15.5 s", {12.5, 15.5});
        row("from <12.5 seconds> to <15.5 seconds>", "<12.5 seconds>|<15.5 seconds>", {12.5, 15.5});
        row("Between <1.0 seconds> and <2.5 seconds> it rains.", "<1.0 seconds>|<2.5 seconds>",
            {1, 2.5});
        row("<12.5 seconds - 15.5 seconds>", "12.5 seconds|15.5 seconds", {12.5, 15.5});
        row("<12.5 - 15.5 seconds> rain", "12.5|15.5 seconds", {12.5, 15.5});
        row("The dog barks <12.5 seconds>.", "<12.5 seconds>", {12.5});
        row("It sleeps until <1204.5 seconds>", "<1204.5 seconds>", {1204.5});
        row("The first is <3.0 seconds>", "<3.0 seconds>", {3});
        row("It barks for 3 seconds at <12.5 seconds>", "<12.5 seconds>", {12.5});
        row("<12.5s> it rains, <15s> it stops", "<12.5s>|<15s>", {12.5, 15});
        row("<00:12.5> rain", "<00:12.5>", {12.5});
        row(R"({"start": "00:12.50", "end": "01:15.25"})", "00:12.50|01:15.25", {12.5, 75.25});
        row(R"([{"start": "01:02:12.50", "end": "01:02:15.00", "caption": "rain"}])",
            "01:02:12.50|01:02:15.00", {3732.5, 3735});
        row("00:12.50 - 00:15.20", "00:12.50|00:15.20", {12.5, 15.2});
        row(R"("timestamp": "12.5 seconds")", "12.5 seconds", {12.5});
        row(R"({"start_time": "12.5s", "end_time": "15.5s"})", "12.5s|15.5s", {12.5, 15.5});
        row("At 12.5 seconds, at 24 frames per second, it rains.", "12.5 seconds", {12.5});
        // German.
        row("5 Sekunden nach Beginn", "5 Sekunden", {5});
        row("vor 1:05", "1:05", {65});
        row("Bei 5 Sekunden bellt ein Hund.", "5 Sekunden", {5});
        row("Bei etwa 12,5 Sekunden", "12,5 Sekunden", {12.5});
        row("Nach 65 Sekunden kommt ein Auto.", "65 Sekunden", {65});
        row("ab Sekunde 12", "12", {12});
        row("In Sekunde 12 bellt er.", "12", {12});
        row("von 5 bis 10 Sekunden", "5|10 Sekunden", {5, 10});
        row("zwischen 5 und 10 Sekunden", "5|10 Sekunden", {5, 10});
        row("bei 1 Minute und 5 Sekunden", "1 Minute und 5 Sekunden", {65});
        row("bei 1 Min. 5 Sek.", "1 Min. 5 Sek.", {65});
        row("bei 2 Minuten", "2 Minuten", {120});
        row("um 1:05 Uhr", "1:05", {65});
        // Chinese.
        row("在5秒时，狗叫了。", "5秒", {5});
        row("狗在第5秒叫。", "5秒", {5});
        row("5秒：狗叫", "5秒", {5});
        row("5秒", "5秒", {5});
        row("1分5秒", "1分5秒", {65});
        row("在1分5秒处出现", "1分5秒", {65});
        row("从5秒到10秒", "5秒|10秒", {5, 10});
        row("视频的第65.5秒", "65.5秒", {65.5});
        row("在1小时2分3秒", "1小时2分3秒", {3723});
        row("大约在12秒左右", "12秒", {12});
    }

    void moments() {
        const QString text = QString::fromUtf8(QTest::currentDataTag());
        QFETCH(QStringList, mentions);
        QFETCH(QList<double>, seconds);
        QCOMPARE(mentionsOf(text), mentions);
        const std::vector<TimeMention> found = findTimes(text);
        for (qsizetype at = 0; at < seconds.size(); ++at) {
            QCOMPARE(found[std::size_t(at)].fromS, seconds[at]);
            QVERIFY(found[std::size_t(at)].toS > found[std::size_t(at)].fromS);
        }
    }

    void noMoments_data() {
        QTest::addColumn<bool>("unused");
        for (const char* text :
             {// Lengths.
              "the dog barks for 5 seconds", "waits 30 s", "It lasts 5 seconds.",
              "The clip lasts about 5 seconds.", "a pause of 5 seconds", "a 5-second pause",
              "after a 5-second pause", "5 seconds later it stops", "every 5 seconds",
              "within 30 s", "in the first 5 seconds", "for the next 10 seconds",
              "more than 5 seconds", "at least 5 seconds", "up to 10 seconds",
              "for 5 to 10 seconds", "takes between 5 and 10 seconds", "for 5s and then 10s",
              "after 5 seconds of silence", "a duration of 65.0 seconds", "Duration: 5 s",
              "The video is 65 seconds long.", "the 5-second clip", "lasts 1:05", "for 1:05",
              "a length of 1:05", "for 2 minutes", "It runs for 1 minute and 5 seconds.",
              "2 minutes later", "holds it 3 s", "Der Hund bellt 5 Sekunden lang.",
              "für 5 Sekunden", "dauert 30 Sekunden", "eine Pause von 5 Sekunden",
              "5 Sekunden später", "wartet 30 s", "alle 5 Sekunden", "in den ersten 5 Sekunden",
              "etwa 10 Sekunden lang", "bis zu 10 Sekunden", "innerhalb von 5 Sekunden",
              "狗叫了持续5秒", "持续1分5秒", "狗叫了5秒钟", "等待30秒", "5秒后停止", "每5秒一次",
              "前5秒", "时长为65秒", "5秒的停顿", "it lasts 12.5-15.5 seconds",
              "for 12.0 to 15.5 seconds", "for 12.5-15.5 s", "12.5-15.5 seconds long",
              "a 12.5-second clip", "every 0.5 seconds", "0.5 seconds apart",
              "it takes 12.5 seconds", "he wins in 9.58 seconds", "in less than <5 seconds",
              "a lap of 58.3 seconds", "1.5 seconds per lap",
              // Scores, ratios, dates, other numbers.
              "24 frames per second", "at 24 frames per second",
              "recorded at 23.976 frames a second", "5.1 sound", "in 5.1 surround sound", "at 5.1",
              "it costs 12.50", "at $12.5", "for $12.50 to $15.50", "12.5 € to 15.5 €",
              "12.5 - 15.5", "<12.5>", "at 12.5 km/h", "12.5 stars", "<3 seconds", "2 x 12.5 kg",
              "at 1.5 speed", "in second gear 5", "a 16:9 picture", "they won 3:2", "99:99",
              "the 1990s", "music from the 80s", "5 scenes", "ratio 1:2:3", "12 stars",
              "version 1.2.3", "the score is 21:15", "5 m wide", "12 hours a day", "at 5 metres",
              "60 fps", "at 5 o'clock",
              // Times of day.
              "at 2:30 PM", "at 9:41 a.m.", "The clock on the wall shows 10:09.",
              "his watch says 9:41"}) {
            QTest::newRow(text) << true;
        }
    }

    void noMoments() {
        const QString text = QString::fromUtf8(QTest::currentDataTag());
        QCOMPARE(mentionsOf(text), QStringList());
    }

    void timesOfDayAreMarkedAsSuch() {
        QVERIFY(findTimes(QStringLiteral("um 14:30 Uhr")).front().mayBeTimeOfDay);
        QVERIFY(!findTimes(QStringLiteral("um 14:30")).front().mayBeTimeOfDay);
    }

    void theMeanOfAPairLeadsToAFrameOfIt() {
        // An hour in 768 frames: Qwen3-VL names each pair by the mean of its times, with one
        // decimal.
        std::vector<double> timesS;
        for (int frame = 0; frame < 768; ++frame) timesS.push_back(frame * 3600.0 / 768);
        for (std::size_t pair = 0; pair < timesS.size(); pair += 2) {
            const double meanS = (timesS[pair] + timesS[pair + 1]) / 2;
            const QString text = QStringLiteral("<%1 seconds>").arg(meanS, 0, 'f', 1);
            const std::vector<TimeMention> found = findTimes(text);
            QCOMPARE(found.size(), std::size_t(1));
            const std::optional<double> frame = nearestSampled(found.front(), timesS);
            QVERIFY2(frame, qPrintable(text));
            QVERIFY(*frame == timesS[pair] || *frame == timesS[pair + 1]);
        }
    }

    void eachLineSpeaksForItself() {
        const QString text = QStringLiteral("It lasts\n65s: rain\nfor\n\n- 70s: sun");
        QCOMPARE(mentionsOf(text), (QStringList{QStringLiteral("65s"), QStringLiteral("70s")}));
    }

    void longTextsTakeNoTime() {
        QString text;
        while (text.size() < 200'000) text += QStringLiteral("12 and 5 seconds, 1:05 - ");
        QVERIFY(!findTimes(text).empty());
    }
};

}  // namespace reelquery

QTEST_APPLESS_MAIN(reelquery::TimeMentionsTest)
#include "time_mentions_test.moc"
