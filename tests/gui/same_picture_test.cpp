// What one sees at a time is what the model saw there: the player's picture against the model's
// frame, over the kinds of files in which two readers could disagree.

#include <QDir>
#include <QTemporaryDir>
#include <algorithm>
#include <string>
#include <vector>

#include "app/gui/look/format.h"
#include "app/gui/player/mpv_player.h"
#include "app/gui/player/video_surface.h"
#include "tests/gui/patience.h"
#include "tests/gui/window_test_main.h"
#include "tests/support/clips.h"
#include "tests/support/model_frames.h"
#include "tests/support/numbered_clips.h"

namespace reelquery {

namespace {

constexpr int kTimes = 10;
constexpr double kMostMean = 2, kMost99 = 24;

const std::string kTone = " -f lavfi -i sine=frequency=300:duration=";

std::filesystem::path late(const std::string& name, const std::string& sound) {
    return clips::make(name, clips::numbered(100) + kTone +
                                 "7 -map 0:v -map 1:a -vf setpts=PTS+3/TB" + clips::numberedH264() +
                                 "-c:a " + sound);
}

std::filesystem::path joined(const std::string& name, const std::string& firstOptions) {
    const auto part = [&](const char* suffix, int first, const std::string& options) {
        return clips::make("seen_" + name + suffix,
                           clips::numbered(125, 25, first) + clips::numberedH264() + options);
    };
    return clips::join("seen_" + name + ".ts", part("_a.ts", 0, firstOptions),
                       part("_b.ts", 125, ""));
}

std::filesystem::path cut() {
    const auto whole =
        clips::make("seen_whole.ts", clips::numbered(250) + clips::numberedH264(60, 3));
    const std::string bytes = clips::bytesOf(whole);
    return clips::write("seen_cut.ts", bytes.substr(bytes.size() / 8 / 188 * 188));
}

std::filesystem::path edited() {
    const auto whole =
        clips::make("seen_for_edit.mp4", clips::numbered(250) + clips::numberedH264(100, 3));
    return clips::make("seen_edited.mp4", "-ss 3.3 -i '" + whole.string() + "' -c copy");
}

std::filesystem::path turned() {
    const auto plain = clips::make("seen_plain.mp4", clips::numbered(150) + clips::numberedH264());
    return clips::make("seen_turned.mp4",
                       "-i '" + plain.string() + "' -c copy -metadata:s:v rotate=90");
}

std::filesystem::path twoTracks() {
    const auto large = clips::make("seen_large.mp4", clips::numbered(100) + clips::numberedH264());
    const auto small =
        clips::make("seen_small.mp4",
                    clips::numbered(100, 25, 2000) + " -vf scale=96:48" + clips::numberedH264());
    return clips::make("seen_two_tracks.mkv",
                       "-i '" + small.string() + "' -i '" + large.string() +
                           "' -map 0 -map 1 -c copy -disposition:v:0 default "
                           "-disposition:v:1 0");
}

struct Row {
    const char* name;
    std::filesystem::path file;
};

std::vector<Row> rows() {
    const std::string source = clips::numbered(150);
    const std::string noise = " -vf noise=alls=10 ";
    const std::string interlaced = clips::numbered(150, 50) + " -vf interlace=scan=tff ";
    return {
        {"late picture, mp4", late("seen_late.mp4", "aac")},
        {"late picture, mkv", late("seen_late.mkv", "aac")},
        {"late picture, ts", late("seen_late.ts", "mp2")},
        {"long groups, ts",
         clips::make("seen_long.ts", clips::numbered(500) + clips::numberedH264(100, 3))},
        {"cut ts", cut()},
        {"edit list", edited()},
        {"open groups", clips::make("seen_open.mp4", source + clips::numberedH264(15, 3) +
                                                         "-x264-params open-gop=1")},
        {"uneven rate",
         clips::make("seen_uneven.mp4", source + clips::shownAt("if(lt(N,20),N,20+(N-20)/25)") +
                                            clips::numberedH264(50))},
        {"turned", turned()},
        {"wide pixels",
         clips::make("seen_sar.mp4", source + " -vf setsar=16/11" + clips::numberedH264())},
        {"interlaced, ts", clips::make("seen_interlaced.ts",
                                       interlaced + clips::numberedH264() + "-flags +ildct+ilme")},
        {"interlaced, mkv",
         clips::make("seen_interlaced.mkv", interlaced + " -c:v mpeg2video -q:v 2 -g 12 -bf 2 "
                                                         "-flags +ildct+ilme")},
        {"two tracks", twoTracks()},
        {"clock jumps back", joined("back", "-output_ts_offset 100")},
        {"clock repeats", joined("repeats", "")},
        {"program stream",
         clips::make("seen.mpg", source + noise + "-c:v mpeg2video -q:v 2 -g 12 -bf 2")},
        {"fragments", clips::make("seen_fragments.mp4", source + clips::numberedH264() +
                                                            "-movflags frag_keyframe+empty_moov")},
        {"mpeg-4 in avi", clips::make("seen.avi", source + " -c:v mpeg4 -q:v 2 -g 50 -bf 1")},
        {"percent in the name", clips::make("seen%20name.mp4", source + clips::numberedH264())},
    };
}

Picture pictureOf(const QString& file) {
    const QImage image = QImage(file).convertToFormat(QImage::Format_RGB888);
    Picture picture{image.width(), image.height(), {}};
    for (int y = 0; y < image.height(); ++y) {
        picture.rgb.insert(picture.rgb.end(), image.constScanLine(y),
                           image.constScanLine(y) + 3 * image.width());
    }
    return picture;
}

}  // namespace

class SamePictureTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:

    void thePlayerShowsWhatTheModelSaw_data() {
        QTest::addColumn<QString>("file");
        for (const Row& row : rows()) QTest::newRow(row.name) << toQString(row.file);
    }

    void thePlayerShowsWhatTheModelSaw() {
        QFETCH(QString, file);
        const ModelView view = modelView(file.toStdString(), kTimes);
        QVERIFY(view.frames.size() >= kTimes);
        MpvPlayer player;
        const std::unique_ptr<QWidget> surface = makeVideoSurface(player);
        surface->resize(320, 240);
        surface->show();
        player.open(file);
        player.follow(view.summary);
        EVENTUALLY(player.isLoaded() && !player.isSeeking());
        QCOMPARE(player.durationS(), view.summary.durationS);
        double worstMean = 0, worst99 = 0;
        for (const ModelFrame& frame : view.frames) {
            const PictureDifference difference = differenceAt(player, frame);
            worstMean = std::max(worstMean, difference.mean);
            worst99 = std::max(worst99, difference.percentile99);
            const std::string where = "at " + std::to_string(frame.timeS) + " s: mean " +
                                      std::to_string(difference.mean) + ", 99th percentile " +
                                      std::to_string(difference.percentile99);
            QVERIFY2(difference.mean <= kMostMean && difference.percentile99 <= kMost99,
                     where.c_str());
        }
        qInfo("worst mean %.2f, worst 99th percentile %.0f", worstMean, worst99);
    }

    void aPictureThatIsHeldIsShownUntilTheNextOne() {
        const auto file = clips::make(
            "seen_held.mp4", clips::numbered(6) + clips::shownAt("N*5") + clips::numberedH264());
        const ModelView view = modelView(file, 6);
        MpvPlayer player;
        const std::unique_ptr<QWidget> surface = makeVideoSurface(player);
        surface->resize(320, 240);
        surface->show();
        player.open(toQString(file));
        player.follow(view.summary);
        EVENTUALLY(player.isLoaded());
        for (std::size_t i = 0; i < view.frames.size(); ++i) {
            const double inBetweenS = view.frames[i].timeS + 3.4;
            if (inBetweenS > view.summary.durationS) break;
            const PictureDifference difference =
                differenceAt(player, {inBetweenS, view.frames[i].picture});
            QVERIFY(difference.mean <= kMostMean);
            QCOMPARE(player.positionS(), inBetweenS);
        }
    }

  private:
    /// The player's picture at the frame's time. Drawing comes a moment after a seek has ended; on a
    /// busy machine that may be seconds.
    PictureDifference differenceAt(MpvPlayer& player, const ModelFrame& frame) {
        player.seek(frame.timeS);
        const bool isDone = comesTrue([&player] { return !player.isSeeking(); });
        PictureDifference difference{255, 255};
        for (int attempt = 0; isDone && attempt < 40; ++attempt) {
            QTest::qWait(std::min(5 << std::min(attempt, 5), 100));
            const QString still = folder_.filePath(QStringLiteral("still.png"));
            bool isSaved = false;
            const auto connection =
                connect(&player, &MpvPlayer::stillSaved, this, [&isSaved] { isSaved = true; });
            player.saveStill(still);
            const bool isThere = comesTrue([&isSaved] { return isSaved; });
            disconnect(connection);
            if (!isThere) continue;
            difference = differenceTo(frame.picture, pictureOf(still));
            if (difference.mean <= kMostMean && difference.percentile99 <= kMost99) break;
        }
        return difference;
    }

    QTemporaryDir folder_;
};

}  // namespace reelquery

int main(int argc, char** argv) {
    return reelquery::runTest<reelquery::SamePictureTest>(argc, argv);
}

#include "same_picture_test.moc"
