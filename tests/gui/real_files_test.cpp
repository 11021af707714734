// Files as people have them, in the window over the real engine and the real player.

#include <sys/inotify.h>
#include <unistd.h>

#include <QMenu>
#include <QTest>
#include <array>
#include <filesystem>
#include <fstream>

#include "app/gui/conversation/question_box.h"
#include "app/gui/look/format.h"
#include "app/gui/window/file_opener.h"
#include "tests/gui/clip_test.h"
#include "tests/gui/engine_fixture.h"
#include "tests/gui/patience.h"
#include "tests/gui/window_test_main.h"
#include "tests/support/clips.h"
#include "tests/support/numbered_clips.h"

namespace reelquery {

namespace {

namespace fs = std::filesystem;

constexpr int kFewTokens = 256;

/// Counts how often anything in some folders is opened, by anybody: they are to be the test's own,
/// as other tests run beside it.
class OpenCounter {
  public:
    explicit OpenCounter(const std::vector<fs::path>& folders)
        : queue_(inotify_init1(IN_NONBLOCK)) {
        for (const fs::path& folder : folders) inotify_add_watch(queue_, folder.c_str(), IN_OPEN);
    }

    OpenCounter(const OpenCounter&) = delete;
    OpenCounter& operator=(const OpenCounter&) = delete;

    ~OpenCounter() { ::close(queue_); }

    /// Since the last call.
    int count() {
        int opened = 0;
        alignas(inotify_event) std::array<char, 16384> bytes;
        for (;;) {
            const ssize_t got = ::read(queue_, bytes.data(), bytes.size());
            if (got <= 0) return opened;
            for (ssize_t at = 0; at < got;) {
                const auto* event = reinterpret_cast<const inotify_event*>(bytes.data() + at);
                opened += (event->mask & IN_OPEN) != 0;
                at += ssize_t(sizeof(inotify_event)) + event->len;
            }
        }
    }

  private:
    const int queue_;
};

QAction* entryOf(QMenu& menu, const QString& start) {
    for (QAction* action : menu.actions()) {
        if (action->text().startsWith(start)) return action;
    }
    return nullptr;
}

}  // namespace

class RealFilesTest : public ClipTest {
    Q_OBJECT

  public:
    RealFilesTest() : ClipTest(10) {}

  private Q_SLOTS:

    /// A name from a disk of another encoding: "Straße" in Latin-1.
    void aNameThatIsNoUtf8IsPlayedAskedAboutAndKept() {
        const fs::path named = toPath(pathOf(QStringLiteral("film"))).parent_path() /
                               "Stra\xdf"
                               "e 100%25.mp4";
        fs::copy_file(toPath(clip_), named);
        const QString path = toQString(named), shown = QStringLiteral("Stra\ufffde 100%25.mp4");
        EngineFixture fixture({{}, REELQUERY_DEMO_MODEL, kFewTokens});
        fixture.dropUrl(
            QUrl::fromEncoded("file://" +
                              QByteArray::fromStdString(named.string()).toPercentEncoding("/")),
            path);
        QCOMPARE(fixture.window().windowTitle(), shown + QStringLiteral(" – Reelquery"));
        fixture.window().player().seek(5);
        EVENTUALLY(fixture.window().player().positionS() > 4.9);
        fixture.ask(QStringLiteral("What is shown?"));
        QVERIFY(fixture.waitUntilIdle());
        QVERIFY2(fixture.answer().status == AnswerStatus::kDone,
                 qPrintable(fixture.answer().errorMessage));
        QVERIFY(fixture.answer().report->frames > 0);
        auto* recent = fixture.child<QMenu>("recentMenu");
        QCOMPARE(recent->actions().first()->text(), shown);

        fixture.restart();
        EVENTUALLY_EQUAL(fixture.window().video().path(), path);
        QCOMPARE(fixture.window().store().count(), 1);
        QCOMPARE(fixture.window().settings().recentVideos(), QStringList{path});
        EVENTUALLY(fixture.window().player().isLoaded());
        // And a folder shows it among its videos.
        fixture.window().opener().openPaths({toQString(named.parent_path())});
        EVENTUALLY_EQUAL(fixture.window().settings().givenVideos(), QStringList{path});
        fs::remove(named);  // which QTemporaryDir could not
    }

    void typingOpensNoFile() {
        const QTemporaryDir own;
        const fs::path folder = toPath(own.path());
        const fs::path clip = folder / "film" / "film.mp4", model = folder / "model";
        fs::create_directory(clip.parent_path());
        fs::copy_file(toPath(clip_), clip);
        fs::copy(REELQUERY_DEMO_MODEL, model, fs::copy_options::recursive);
        EngineFixture fixture({{}, model, kFewTokens});
        fixture.dropVideo(toQString(clip));
        EVENTUALLY(fixture.lastText("planText").contains(QLatin1String("tokens")));
        EVENTUALLY(fixture.window().video().watchedToS().value_or(0) >= 10);
        auto* box = fixture.child<QuestionBox>("questionBox");
        box->setFocus();
        const int keys = std::max(qEnvironmentVariableIntValue("REELQUERY_TEST_KEYS"), 1000);
        QTest::qWait(500);
        OpenCounter opened({clip.parent_path(), model});
        std::ifstream(clip).get();
        QCOMPARE(opened.count(), 1);
        for (int key = 0; key < keys; ++key) {
            const char letter = "what is shown at the end? "[key % 26];
            QTest::keyClick(box, letter);
            if (key % 100 == 99) QTest::keyClick(box, Qt::Key_A, Qt::ControlModifier);
            if (key % (keys / 4) == 50) QTest::qWait(400);  // longer than a pause in typing
        }
        QTest::qWait(400);
        QVERIFY(!box->question().isEmpty());
        QCOMPARE(opened.count(), 0);
        QVERIFY(fixture.lastText("planText").contains(QLatin1String("tokens")));
    }

    void anotherTrackIsPlayedAndAskedAbout() {
        const auto large =
            clips::make("track_large.mp4", clips::numbered(100) + clips::numberedH264());
        const auto small =
            clips::make("track_small.mp4", clips::numbered(100, 25, 2000) + " -vf scale=96:48" +
                                               clips::numberedH264());
        const auto file = clips::make(
            "tracks.mkv", "-i '" + small.string() + "' -i '" + large.string() +
                              "' -f lavfi -i sine=300:duration=4 -f lavfi -i sine=500:duration=4 "
                              "-map 0 -map 1 -map 2 -map 3 -c:v copy -c:a aac "
                              "-metadata:s:v:1 title=Above -metadata:s:a:1 language=ger "
                              "-disposition:v:0 default -disposition:v:1 0");
        EngineFixture fixture({{}, REELQUERY_DEMO_MODEL, kFewTokens});
        MpvPlayer& player = fixture.window().player();
        fixture.dropVideo(toQString(file));
        auto* menu = fixture.child<QMenu>("trackMenu");
        EVENTUALLY(menu->menuAction()->isEnabled() && player.soundTracks().size() == 2);
        QVERIFY(entryOf(*menu, QStringLiteral("1: 96 × 48"))->isChecked());
        fixture.window().video().setRangeTo(3);
        player.seek(2);
        EVENTUALLY(player.positionS() > 1.9 && !player.isSeeking());

        entryOf(*menu, QStringLiteral("2: 192 × 96 · Above"))->trigger();
        EVENTUALLY(fixture.window().video().summary()->width == 192);
        EVENTUALLY(!fixture.window().opener().isOpening());
        QVERIFY(entryOf(*menu, QStringLiteral("2: 192 × 96 · Above"))->isChecked());
        QCOMPARE(fixture.window().video().rangeToS(), std::optional<double>(3));
        EVENTUALLY(!player.isSeeking());
        QVERIFY(std::abs(player.positionS() - 2) < 0.05);
        QTemporaryDir folder;
        const QString still = folder.filePath(QStringLiteral("still.png"));
        const auto widthShown = [&] {
            player.saveStill(still);
            QTest::qWait(100);
            return QImage(still).width();
        };
        EVENTUALLY(widthShown() == 192);
        fixture.ask(QStringLiteral("What is shown?"));
        QVERIFY(fixture.waitUntilIdle());
        QVERIFY2(fixture.answer().status == AnswerStatus::kDone,
                 qPrintable(fixture.answer().errorMessage));
        // The second track is twice as wide as it is high, and larger.
        QVERIFY(fixture.answer().report->frameWidth > 96);

        QAction* german = entryOf(*menu, QStringLiteral("2: Deutsch"));
        QVERIFY(german && !german->isChecked());
        german->trigger();
        EVENTUALLY(player.soundTracks()[1].isPlayed);
        EVENTUALLY(entryOf(*menu, QStringLiteral("2: Deutsch"))->isChecked());

        fixture.restart();
        EVENTUALLY(fixture.window().video().summary() &&
                   fixture.window().video().summary()->width == 192);
    }

    void aFileThatWasCutShortSaysSo() {
        const auto whole = clips::make("for_cut.mkv", clips::numbered(250) + clips::numberedH264());
        const std::string bytes = clips::bytesOf(whole);
        const auto cut = clips::write("cut_short.mkv", bytes.substr(0, bytes.size() / 2));
        EngineFixture fixture({{}, REELQUERY_DEMO_MODEL, kFewTokens});
        fixture.dropVideo(toQString(cut));
        EVENTUALLY(fixture.lastText("noticeMessage").contains(QLatin1String("cut short")));
        const QString said = fixture.lastText("noticeMessage");
        QVERIFY2(said.contains(QLatin1String("cut_short.mkv")), qPrintable(said));
        QVERIFY2(said.contains(clockText(fixture.window().video().durationS())), qPrintable(said));
        fixture.dropVideo(clip_);
        QVERIFY(!fixture.child<QWidget>("noticeBar")->isVisible());
    }

    void aListOfFilesIsRefusedAndPlaysNothing() {
        EngineFixture fixture({{}, REELQUERY_DEMO_MODEL, kFewTokens});
        const auto list = toPath(pathOf(QStringLiteral("list.m3u8")));
        std::ofstream(list) << "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nclip.mp4\n"
                               "#EXT-X-ENDLIST\n";
        fixture.window().opener().openPath(toQString(list));
        EVENTUALLY(
            fixture.lastText("noticeMessage").contains(QLatin1String("a list of other files")));
        QVERIFY(fixture.window().video().path().isEmpty());
        QVERIFY(!fixture.window().player().isLoaded());
    }
};

}  // namespace reelquery

int main(int argc, char** argv) {
    return reelquery::runTest<reelquery::RealFilesTest>(argc, argv);
}

#include "real_files_test.moc"
