// The parts of the window that need no window: times, words, forecasts, files.

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMimeData>
#include <QRegularExpression>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>

#include "app/gui/compare/comparison_rows.h"
#include "app/gui/compare/word_diff.h"
#include "app/gui/conversation/time_mentions.h"
#include "app/gui/engine/progress_clock.h"
#include "app/gui/library/library_file.h"
#include "app/gui/look/format.h"
#include "app/gui/look/language.h"
#include "app/gui/look/theme.h"
#include "app/gui/look/window_words.h"
#include "app/gui/player/evidence_lane.h"
#include "app/gui/state/ask_settings.h"
#include "app/gui/state/seen_frames.h"
#include "app/gui/window/media_files.h"

namespace reelquery {

namespace {

QString textOf(const QString& text, const TimeMention& mention) {
    return text.mid(mention.start, mention.length);
}

AnswerReport reportWith(double prefillS, double density) {
    AnswerReport report;
    report.prefillS = prefillS;
    report.attentionS = prefillS / 2;
    report.firstTokenS = prefillS + 4;
    report.decodeS = 1;
    report.encodeS = 3;
    report.promptTokens = 16212;
    report.density = density;
    report.device = "cpu";
    report.dtype = "float32";
    report.attention = "xattention S=16 tau=0.90";
    return report;
}

ComparisonReport comparisonOf(double densePrefillS, double sparsePrefillS, bool isSame) {
    ComparisonReport report;
    const auto side = [](double prefillS, double density) {
        ComparedSide made;
        made.report = reportWith(prefillS, density);
        made.prefillS = {prefillS, prefillS * 0.98, prefillS * 1.02};
        return made;
    };
    report.dense = side(densePrefillS, 1);
    report.sparse = side(sparsePrefillS, 0.3);
    report.speedUp = {densePrefillS / sparsePrefillS, densePrefillS / sparsePrefillS,
                      (densePrefillS + 4) / (sparsePrefillS + 4)};
    report.agreement.sameAnswer = isSame;
    report.agreement.top1 = isSame ? 1 : 0.92;
    report.agreement.comparedTokens = 24;
    report.rounds = 3;
    report.machine = "cpu";
    return report;
}

FrameSeen frameAt(RequestId request, int index, double timeS) {
    return {request, index, timeS,
            4,       2,     std::make_shared<std::vector<std::uint8_t>>(24, std::uint8_t(index))};
}

}  // namespace

class PartsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:

    void initTestCase() { installLanguage(*qApp, QStringLiteral("en_US")); }

    void findsTheTimesOfAnAnswer_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QStringList>("mentions");
        QTest::addColumn<double>("first");
        QTest::newRow("minutes") << "At 3:12 it rains" << QStringList{"3:12"} << 192.0;
        QTest::newRow("hours") << "from 1:02:03 on" << QStringList{"1:02:03"} << 3723.0;
        QTest::newRow("brackets") << "see [0:07], [0:09]" << QStringList{"[0:07]", "[0:09]"} << 7.0;
        QTest::newRow("fraction") << "at 00:07.5 exactly" << QStringList{"00:07.5"} << 7.5;
        QTest::newRow("seconds") << "after 12.3 s and 75 seconds"
                                 << QStringList{"12.3 s", "75 seconds"} << 12.3;
        QTest::newRow("end of sentence") << "It ends at 0:42." << QStringList{"0:42"} << 42.0;
        QTest::newRow("range") << "0:05-0:10" << QStringList{"0:05", "0:10"} << 5.0;
    }

    void findsTheTimesOfAnAnswer() {
        QFETCH(QString, text);
        QFETCH(QStringList, mentions);
        QFETCH(double, first);
        QStringList found;
        for (const TimeMention& mention : findTimes(text)) found.append(textOf(text, mention));
        QCOMPARE(found, mentions);
        QCOMPARE(findTimes(text).front().fromS, first);
    }

    void takesNoOtherNumbersForTimes_data() {
        QTest::addColumn<QString>("text");
        for (const char* text : {"a 16:9 picture", "they won 3:2", "99:99", "the 1990s", "5 scenes",
                                 "ratio 1:2:3", "12 stars", "version 1.2.3"}) {
            QTest::newRow(text) << text;
        }
    }

    void takesNoOtherNumbersForTimes() {
        QFETCH(QString, text);
        QVERIFY2(findTimes(text).empty(), qPrintable(text));
    }

    void acceptsOnlyTimesNearAFrame() {
        const std::vector<double> frames{0, 4.7, 9.4, 60, 64.7};
        const auto nearest = [&](const char* text) {
            return nearestSampled(findTimes(QString::fromLatin1(text)).front(), frames);
        };
        QCOMPARE(nearest("0:04").value(), 4.7);  // within its second
        QVERIFY(nearest("0:07").has_value());    // 2.35 s is half the gap
        QVERIFY(!nearest("1:10").has_value());   // after the last frame
        QVERIFY(!nearest("9:59").has_value());
        QCOMPARE(nearest("1:04").value(), 64.7);
        QVERIFY(!nearestSampled(findTimes(QStringLiteral("0:04")).front(), {}).has_value());
    }

    void marksTheWordsThatDiffer() {
        const QString left = QStringLiteral("A red card is shown at 0:05.");
        const QString right = QStringLiteral("A blue card is shown twice at 0:05");
        const WordDiff diff = differingWords(left, right);
        QCOMPARE(diff.onlyLeft, (std::vector<int>{1}));
        QCOMPARE(diff.onlyRight, (std::vector<int>{1, 5}));
        QCOMPARE(differingWords(left, left.toUpper()).count(), 0);
        QCOMPARE(differingWords({}, QStringLiteral("two words")).count(), 2);
    }

    void namesKeepTheirBytes_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("shown");
        const QString lost(QChar::ReplacementCharacter);
        QTest::newRow("plain") << QByteArray("/a/film.mp4") << QStringLiteral("film.mp4");
        QTest::newRow("UTF-8") << QByteArray("/a/стра\xc3\x9f\x65 \xf0\x9f\x8e\xac.mp4")
                               << QStringLiteral("страße 🎬.mp4");
        QTest::newRow("Latin-1") << QByteArray("/b\xe9/Stra\xdf\x65.mp4")
                                 << QStringLiteral("Stra") + lost + QStringLiteral("e.mp4");
        QTest::newRow("two bytes of a longer form") << QByteArray("/a/\xc0\xaf") << lost + lost;
        QTest::newRow("a surrogate") << QByteArray("/a/\xed\xa0\x80") << lost + lost + lost;
        QTest::newRow("above the last")
            << QByteArray("/a/\xf4\x90\x80\x80") << lost + lost + lost + lost;
        QTest::newRow("begun and not ended")
            << QByteArray("/a/x\xe2\x82") << QLatin1Char('x') + lost + lost;
        QTest::newRow("a kept byte's own character")
            << QByteArray("/a/\xee\xbf\x9f") << lost + lost + lost;
        QByteArray all("/a/");
        for (int byte = 255; byte > 0; --byte) {
            if (byte != '/') all.append(char(byte));
        }
        QTest::newRow("every byte") << all << QString();
    }

    void namesKeepTheirBytes() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, shown);
        const std::filesystem::path path(bytes.toStdString());
        const QString text = toQString(path);
        QCOMPARE(QByteArray::fromStdString(toPath(text).string()), bytes);
        QVERIFY(text.isValidUtf16());
        QCOMPARE(QString::fromUtf8(text.toUtf8()), text);  // as settings and library write it
        if (!shown.isEmpty()) QCOMPARE(nameText(text), shown);
    }

    void forecastsAPhaseAfterThreeReports() {
        ProgressClock clock;
        clock.add({1, Phase::kDecode, 1, 96}, 0.0);
        clock.add({1, Phase::kDecode, 2, 96}, 0.5);
        QVERIFY(!clock.remainingS(Phase::kDecode).has_value());
        clock.add({1, Phase::kDecode, 3, 96}, 1.0);
        QCOMPARE(clock.rate(Phase::kDecode).value(), 2.0);
        QCOMPARE(clock.remainingS(Phase::kDecode).value(), 46.5);
        clock.add({1, Phase::kPrefill, 10, 0}, 2.0);
        QVERIFY(clock.current() == Phase::kPrefill);
        QVERIFY(!clock.remainingS(Phase::kPrefill).has_value());
    }

    void saysWhichAttentionWasFaster() {
        const QString wins = comparisonVerdict(comparisonOf(8, 4, false));
        QVERIFY2(wins.startsWith(QString::fromUtf8("Sparse was faster")) &&
                     wins.contains(QString::fromUtf8("prefill 2.00×")),
                 qPrintable(wins));
        for (const char* needed :
             {"16,212 tokens", "density 30 %", "xattention S=16 tau=0.90", "CPU float32",
              "attention alone 2.00×", "first token 1.50×", "92 %", "3 rounds"}) {
            QVERIFY2(wins.contains(QString::fromUtf8(needed)),
                     qPrintable(QString::fromUtf8(needed) + QString::fromUtf8(" in ") + wins));
        }
        const QString loses = comparisonVerdict(comparisonOf(4, 8, true));
        QVERIFY2(loses.startsWith(QString::fromUtf8("Dense was faster")) &&
                     !loses.contains(QString::fromUtf8("×")),
                 qPrintable(loses));
        const QString equal = comparisonVerdict(comparisonOf(8, 7.95, true));
        QVERIFY2(equal.startsWith(QString::fromUtf8("No clear winner")) &&
                     equal.contains(QLatin1String("overlap")) &&
                     !equal.contains(QString::fromUtf8("×")),
                 qPrintable(equal));
    }

    void otherProgramsCastDoubtOnAVerdict() {
        ComparisonReport disturbed = comparisonOf(8, 7, false);
        QVERIFY(!comparisonVerdict(disturbed).contains(QLatin1String("Other programs")));
        disturbed.othersShare = 0.2;
        const QString verdict = comparisonVerdict(disturbed);
        QVERIFY2(verdict.startsWith(QLatin1String("No clear winner")) &&
                     verdict.contains(QLatin1String("Other programs took 20 %")),
                 qPrintable(verdict));
        // 7.84 to 8.16 s against 6.86 to 7.14 s: they do not touch, and the words must not say so.
        QVERIFY2(verdict.contains(QLatin1String("Sparse was ahead in every round, but such times "
                                                "can be off by 20 %")),
                 qPrintable(verdict));
        disturbed = comparisonOf(7, 8, false);
        disturbed.othersShare = 0.2;
        QVERIFY2(comparisonVerdict(disturbed).contains(QLatin1String("Dense was ahead")),
                 qPrintable(comparisonVerdict(disturbed)));
    }

    void comparisonsSurviveJson() {
        Exchange exchange{
            QStringLiteral("?"), {AnswerRecord(), AnswerRecord()}, comparisonOf(8, 4, false)};
        for (int which = 0; which < 2; ++which) {
            AnswerRecord& answer = exchange.answers[std::size_t(which)];
            answer.status = AnswerStatus::kDone;
            answer.report =
                which == 0 ? exchange.comparison->dense.report : exchange.comparison->sparse.report;
        }
        const Exchange back = exchangeFromJson(toJson(exchange));
        QVERIFY(back.comparison.has_value());
        QCOMPARE(comparisonVerdict(*back.comparison), comparisonVerdict(*exchange.comparison));
        QCOMPARE(back.comparison->dense.prefillS.largest,
                 exchange.comparison->dense.prefillS.largest);
    }

    void presetsKeepTheirNumbersThroughJson() {
        for (const auto preset : {BudgetPreset::kQuick, BudgetPreset::kStandard,
                                  BudgetPreset::kLong, BudgetPreset::kMax}) {
            AskSettings settings = defaultAskSettings();
            applyPreset(preset, settings.sampling);
            QCOMPARE(settings.sampling.maxVideoTokens, presetTokens(preset));
            const AskSettings back = askSettingsFromJson(toJson(settings));
            QVERIFY(presetOf(back.sampling) == preset);
        }
        AskSettings custom = defaultAskSettings();
        custom.sampling.maxFrames = 77;
        custom.attention.selector.thresholdsFile = "/tmp/τ.json";
        custom.attention.selector.threshold = 0.9;
        custom.attention.denseLastTokens = 0;
        custom.generation.seed = ~0ULL;
        const AskSettings back = askSettingsFromJson(toJson(custom));
        QVERIFY(presetOf(back.sampling) == BudgetPreset::kCustom);
        QCOMPARE(back.attention.selector.thresholdsFile, custom.attention.selector.thresholdsFile);
        QCOMPARE(back.generation.seed, custom.generation.seed);
        QVERIFY(back.attention == custom.attention);
        QVERIFY(!askSettingsFromJson(toJson(defaultAskSettings())).attention.selector.threshold);
    }

    void defaultsOfOldFilesAreNobodysChoice() {
        const auto read = [](double threshold, int lastTokens) {
            return askSettingsFromJson(
                       {{"threshold", threshold}, {"dense_last_tokens", lastTokens}})
                .attention;
        };
        QVERIFY(!read(0.9, 0).selector.threshold);
        QCOMPARE(read(0.9, 0).denseLastTokens, kDenseQuestion);
        QCOMPARE(read(0.8, 64).selector.threshold, std::optional(0.8));
        QCOMPARE(read(0.8, 64).denseLastTokens, 64);
    }

    void badSettingsFallBack() {
        const AskSettings back = askSettingsFromJson({{"stride", 7},
                                                      {"threshold", 12},
                                                      {"attention", 99},
                                                      {"fps", "many"},
                                                      {"top_p", -1},
                                                      {"max_frames", -5}});
        QCOMPARE(back.attention.selector.stride, 16);
        QCOMPARE(back.attention.selector.threshold, std::optional(1.0));
        QVERIFY(back.attention.kind == AttentionKind::kAuto);
        QCOMPARE(back.sampling.fps, 2.0);
        QCOMPARE(back.sampling.maxFrames, 2);
        QCOMPARE(back.generation.topP, 0.01);
    }

    void reportsSurviveTheLibrary() {
        AnswerReport report = reportWith(3.25, 0.4);
        report.frameTimesS = {0, 0.48, 1.04};
        report.featuresFromCache = true;
        report.reusedTokens = 61'208;
        report.layers = {{3, true, "long enough", 0.1, 0.2, {0.25F, 0.5F}, {0.9F, 0.95F}}};
        report.evidence = {
            {0, 0.48}, {0.25F, 0.75F}, {{0.4, 1.0, 0.48, 0.75}}, {{0.5, "a line", 1}}};
        Exchange exchange{QStringLiteral("?"), {AnswerRecord()}, {}};
        exchange.answers[0].report = report;
        const auto back = exchangeFromJson(toJson(exchange)).answers[0].report;
        QVERIFY(back.has_value());
        QCOMPARE(back->frameTimesS, report.frameTimesS);
        QCOMPARE(back->prefillS, 3.25);
        QCOMPARE(back->device, report.device);
        QCOMPARE(back->layers[0].densityPerHead, report.layers[0].densityPerHead);
        QCOMPARE(back->layers[0].why, report.layers[0].why);
        QCOMPARE(back->evidence.weights, report.evidence.weights);
        QCOMPARE(back->evidence.moments[0].peakS, 0.48);
        QVERIFY(back->featuresFromCache && back->reusedTokens == 61'208);
    }

    void conversationsInTheOldSpellingStillOpen() {
        // As a version of November 2026 wrote them.
        const auto exchange = [](const char* text) {
            return exchangeFromJson(QJsonDocument::fromJson(text).object());
        };
        const Exchange one = exchange(
            R"({"question":"Who?","answers":[{"status":2,"attention":1,"text":"A fox.","report":{
                "stop_reason":1,"sampling_used":"keyframes","frames":3,"prefill_s":3.25,
                "frame_times_s":[0,0.5,1],"layers":[{"layer":3,"sparse":true,"selection_s":0.1,
                "attention_s":0.2,"density_per_head":[0.25,0.5],"kept_mass_per_head":[0.9]}]}}]})");
        const AnswerReport& report = one.answers[0].report.value();
        QVERIFY(report.stopReason == StopReason::kTokenLimit);
        QCOMPARE(report.samplingUsed, std::string("keyframes"));
        QCOMPARE(report.prefillS, 3.25);
        QCOMPARE(report.layers[0].densityPerHead, (std::vector<float>{0.25F, 0.5F}));
        QCOMPARE(report.layers[0].keptMassPerHead, (std::vector<float>{0.9F}));
        const Exchange two = exchange(
            R"({"question":"Who?","answers":[
                {"status":2,"attention":0,"text":"A fox.","report":{"stop_reason":0,"prefill_s":8}},
                {"status":2,"attention":1,"text":"A dog.","report":{"stop_reason":0,"prefill_s":4}}],
                "comparison":{"dense":{"prefill_s":[8,7.9,8.1]},"sparse":{"prefill_s":[4,3.9,4.1]},
                "first_token_kl":0.01,"top1":0.92,"compared_tokens":24,"equal_prefix_tokens":5,
                "same_answer":false,"attention_speed_up":3,"prefill_speed_up":2,
                "first_token_speed_up":1.5,"rounds":3,"machine":"cpu"}})");
        QVERIFY(two.comparison.has_value());
        QCOMPARE(two.comparison->dense.prefillS.largest, 8.1);
        QCOMPARE(two.answers[1].report->prefillS, 4.0);
        QCOMPARE(two.comparison->agreement.comparedTokens, 24);
        QCOMPARE(two.comparison->speedUp.prefill, 2.0);
        QVERIFY(two.comparison->sparseWins());
        // And again, in today's spelling.
        QCOMPARE(exchangeFromJson(toJson(two)).comparison->speedUp.attention, 3.0);
        QCOMPARE(exchangeFromJson(toJson(two)).answers[1].text, QStringLiteral("A dog."));
    }

    void aDamagedReportCostsNoAnswer() {
        const Exchange back =
            exchangeFromJson(QJsonDocument::fromJson(R"({"question":"?","answers":[
                {"status":2,"text":"A fox.","report":{"frames":"many"}}]})")
                                 .object());
        QCOMPARE(back.answers[0].text, QStringLiteral("A fox."));
        QVERIFY(!back.answers[0].report.has_value());
    }

    void theLibraryKeepsFindsAndSearches() {
        QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("library.sqlite"));
        Conversation conversation;
        conversation.id = QStringLiteral("one");
        conversation.title = QStringLiteral("Größe");
        conversation.videoPath = QStringLiteral("/videos/it's here.mp4");
        conversation.videoHash = QByteArray("\0\1hash", 6);
        conversation.changed = QDateTime::currentDateTimeUtc();
        Exchange exchange{QStringLiteral("Who is it?"), {}, {}};
        exchange.answers.emplace_back();
        exchange.answers.back().status = AnswerStatus::kRunning;
        exchange.answers.back().text = QStringLiteral("A fox, 100 % sure_");
        conversation.exchanges.push_back(exchange);
        {
            LibraryFile library(file);
            QVERIFY(library.save(wholeOf(conversation)).outcome == SaveOutcome::kSaved);
            conversation.revision = 1;
            QVERIFY(library.save(wholeOf(conversation)).outcome == SaveOutcome::kSaved);
        }
        LibraryFile library(file);
        const auto back = library.load(QStringLiteral("one"));
        QVERIFY(back.has_value());
        QCOMPARE(back->videoPath, conversation.videoPath);
        QCOMPARE(back->exchanges.front().answers.front().text,
                 QStringLiteral("A fox, 100 % sure_"));
        QVERIFY(back->exchanges.front().answers.front().status == AnswerStatus::kStopped);
        QCOMPARE(library.findMoved(conversation.videoHash)->id, QStringLiteral("one"));
        QVERIFY(!library.findMoved({}).has_value());
        for (const auto& hit : {"", "fox", "GRÖSSE", "größe fox", "100 %", "it's"}) {
            const bool isWrongWord = QString::fromUtf8(hit) == QString::fromUtf8("GRÖSSE");
            QCOMPARE(library.list(QString::fromUtf8(hit)).size(), isWrongWord ? 0U : 1U);
        }
        QVERIFY(library.list(QStringLiteral("fox bear")).empty());
        QVERIFY(library.setRemoved(QStringLiteral("one"), true));
        QVERIFY(library.list().empty());
        QCOMPARE(library.list({}, true).size(), 1U);
        QVERIFY(!library.findMoved(conversation.videoHash).has_value());
        QVERIFY(library.setRemoved(QStringLiteral("one"), false));
        QCOMPARE(library.list().size(), 1U);
        QVERIFY(library.erase(QStringLiteral("one")));
        QVERIFY(!library.load(QStringLiteral("one")).has_value());
    }

    void sortsWhatIsDropped() {
        QTemporaryDir folder;
        const QString video = folder.filePath(QStringLiteral("ä b.MKV")),
                      text = folder.filePath(QStringLiteral("notes.txt"));
        for (const QString& path : {video, text}) {
            QFile file(path);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write("plain text");
        }
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(video), QUrl::fromLocalFile(text),
                      QUrl::fromLocalFile(folder.path()),
                      QUrl(QStringLiteral("https://example.org/a.mp4")),
                      QUrl::fromLocalFile(QStringLiteral("/x/y.srt"))});
        const MediaFiles named = sortByName(pathsOf(data));
        QCOMPARE(named.videos, QStringList{video});
        QCOMPARE(named.others, (QStringList{text, folder.path()}));
        QCOMPARE(named.subtitles, QStringList{QStringLiteral("/x/y.srt")});
        const MediaFiles files = sortByContent(pathsOf(data));
        QCOMPARE(files.videos, (QStringList{video, video}));  // by itself, and in its folder
        QCOMPARE(files.others, QStringList{text});
        QTemporaryDir empty;
        QCOMPARE(sortByContent({empty.path()}).folders, QStringList{empty.path()});
        QFile still(empty.filePath(QStringLiteral("1.png")));
        QVERIFY(still.open(QIODevice::WriteOnly));
        QCOMPARE(sortByContent({empty.path()}).videos, QStringList{empty.path()});
        QMimeData pasted;
        pasted.setText(QStringLiteral(" ") + video + QStringLiteral("\n"));
        QCOMPARE(pathsOf(pasted), QStringList{video});
    }

    void framesOfALaterQuestionReplaceTheEarlierOnes() {
        SeenFrames frames;
        for (int index : {0, 2, 1}) frames.add(frameAt(1, index, index * 2.0));
        QCOMPARE(frames.rowCount(), 3);
        QCOMPARE(frames.timeS(1), 2.0);
        for (int index : {0, 1, 2})
            frames.add(frameAt(2, index, index * 2.0));  // the same ones again
        QCOMPARE(frames.rowCount(), 3);
        QCOMPARE(frames.nearest(2.9), 1);
        QCOMPARE(frames.nearest(99), 2);
        frames.add(frameAt(3, 0, 7.5));
        QCOMPARE(frames.rowCount(), 1);
        // A later question may begin with the same frame and go on with others.
        for (int index : {0, 1}) frames.add(frameAt(4, index, index == 0 ? 7.5 : 8.5));
        frames.add(frameAt(5, 0, 7.5));
        frames.add(frameAt(5, 1, 9.5));
        QCOMPARE(frames.timesS(), (std::vector<double>{7.5, 9.5}));
        frames.keepOnly({});
        QCOMPARE(frames.rowCount(), 0);
        QCOMPARE(frames.nearest(1), -1);
    }

    void theCurveLeavesGapsWhereNothingWasSeen() {
        // Four steps a second apart, then one after a gap, as in a closer look.
        const Evidence evidence{{0, 1, 2, 3, 50}, {0.1F, 0.4F, 0.2F, 0.1F, 0.2F}, {}, {}};
        const auto steps = evidenceSteps(evidence);
        QCOMPARE(steps.size(), 5U);
        QCOMPARE(steps[1].share, 1.0);
        QCOMPARE(evidenceAt(steps, 1.5), 1.0);
        QVERIFY(std::abs(evidenceAt(steps, 2.0) - 0.5) < 1e-6);
        QCOMPARE(evidenceAt(steps, 20), 0.0);
        QVERIFY(std::abs(evidenceAt(steps, 50.5) - 0.5) < 1e-6);
        QCOMPARE(evidenceAt(steps, -1), 0.0);
        QVERIFY(evidenceSteps({}).empty());
        QCOMPARE(evidenceSteps({{0, 1}, {0, 0}, {}, {}})[1].share, 0.0);
    }

    void theEngineSpeaksOfTheSettingsHere_data() {
        QTest::addColumn<QString>("engine");
        QTest::addColumn<QString>("shown");
        const auto row = [](const char* engine, const char* shown) {
            QTest::newRow(engine) << QString::fromLatin1(engine) << QString::fromLatin1(shown);
        };
        row("use --attention dense or --device cpu",
            "Use dense attention (Settings > Attention) or the processor (Settings > Devices)");
        row("restart the program; if it happens again, add --device cpu",
            "Restart the program; if it happens again, choose the processor (Settings > Devices)");
        row("take fewer frames (--fps, --frames, --max-video-tokens), a shorter range, or a "
            "shorter "
            "answer (--max-tokens)",
            "Take fewer frames, a shorter range, or a shorter answer");
        row("at most 512 video tokens fit: --max-video-tokens 512",
            "At most 512 video tokens fit: a budget of 512 (Settings > Frames)");
        row("set REELQUERY_API_KEY to the server's key",
            "Give the server's key (Settings > Server)");
        row("'reelquery gpu setup' fetches it", "Settings > Devices fetches it");
        row("a film -- as it is called -- cannot be read",
            "A film -- as it is called -- cannot be read");
    }

    void theEngineSpeaksOfTheSettingsHere() {
        QFETCH(QString, engine);
        QFETCH(QString, shown);
        QCOMPARE(sentenceText(engine), shown);
    }

    /// Every message in the engine's sources that names a flag has its words for the window.
    void noFlagOfTheEngineReachesTheWindow() {
        // What only the command line shows.
        const QSet<QString> others{QStringLiteral("plan_choices.cpp"),
                                   QStringLiteral("calibrating.cpp"),
                                   QStringLiteral("plan_alternatives.cpp")};
        const QString one = QStringLiteral("\"(?:[^\"\\\\]|\\\\.)*\"");
        const QRegularExpression literal(one + QStringLiteral("(?:\\s*") + one +
                                         QStringLiteral(")*"));
        const QRegularExpression seam(QStringLiteral("\"\\s*\""));
        const QRegularExpression flag(QStringLiteral("--[a-z]|`?reelquery (models|gpu|ask)"));
        int seen = 0;
        for (const char* room : {"core", "vision", "kernels", "app/serve"}) {
            QDirIterator files(QStringLiteral(REELQUERY_SOURCE_FOLDER "/") + QLatin1String(room),
                               {QStringLiteral("*.cpp")}, QDir::Files,
                               QDirIterator::Subdirectories);
            while (files.hasNext()) {
                const QString path = files.next();
                const bool isElsewhere = path.contains(QLatin1String("/core/eval/")) ||
                                         path.contains(QLatin1String("/core/bench/"));
                if (isElsewhere || others.contains(files.fileName())) continue;
                QFile file(path);
                QVERIFY(file.open(QIODevice::ReadOnly));
                auto found = literal.globalMatch(QString::fromUtf8(file.readAll()));
                while (found.hasNext()) {
                    QString words = found.next().captured().replace(seam, QString());
                    words = words.mid(1, words.size() - 2);
                    if (!flag.match(words).hasMatch() ||
                        files.fileName() == QLatin1String("chat_reply.cpp"))
                        continue;
                    ++seen;
                    if (words.endsWith(QLatin1Char(' '))) words += QLatin1Char('1');  // its value
                    const QString shown = windowWords(words);
                    QVERIFY2(!flag.match(shown).hasMatch(),
                             qPrintable(files.fileName() + QStringLiteral(": ") + shown));
                }
            }
        }
        QVERIFY2(seen > 20, qPrintable(QString::number(seen)));
    }

    void textIsReadableInBothThemes_data() {
        QTest::addColumn<int>("theme");
        QTest::newRow("light") << int(ThemeChoice::kLight);
        QTest::newRow("dark") << int(ThemeChoice::kDark);
    }

    void textIsReadableInBothThemes() {
        QFETCH(int, theme);
        Theme(*qApp).apply(ThemeChoice(theme));
        const QPalette palette = QApplication::palette();
        for (const auto ground : {QPalette::Window, QPalette::Base}) {
            for (const QColor& ink : {palette.color(QPalette::Text), mutedText(palette),
                                      errorColor(palette), palette.color(QPalette::Link)}) {
                const double ratio = contrastRatio(ink, palette.color(ground));
                QVERIFY2(ratio >= 4.5, qPrintable(QStringLiteral("%1 on %2: %3")
                                                      .arg(ink.name(), palette.color(ground).name())
                                                      .arg(ratio)));
            }
        }
        QVERIFY(contrastRatio(palette.color(QPalette::HighlightedText),
                              palette.color(QPalette::Highlight)) >= 4.5);
    }
};

}  // namespace reelquery

QTEST_MAIN(reelquery::PartsTest)
#include "parts_test.moc"
