// Walks through the window with the real engine on the sample video and leaves pictures of it.
// Usage: walk_sample FOLDER [VIDEO_TOKENS]
// The pictures of README.md: 12000, every second of the sample; the test reads every other one.

#include <QDir>
#include <QDockWidget>
#include <QTemporaryDir>
#include <QTest>

#include "app/gui/export/conversation_export.h"
#include "app/gui/look/language.h"
#include "app/gui/look/theme.h"
#include "tests/gui/clip.h"
#include "tests/gui/engine_fixture.h"

namespace reelquery {

namespace {

constexpr QSize kWindow(1280, 800);
constexpr int kVideoTokens = 2048;  // of the test, which is not to take long
// An answer names the time of the first of two pictures, and the thing may be in the second alone.
constexpr double kIntoItS = 1.5;

bool take(EngineFixture& fixture, const QString& path) {
    QTest::qWait(300);  // the player draws, the plan of the next question comes
    return fixture.window().grab().save(path);
}

bool walk(const QDir& folder, int videoTokens) {
    EngineFixture fixture({{}, REELQUERY_DEMO_MODEL, videoTokens});
    fixture.window().resize(kWindow);
    QTemporaryDir films;
    const QString own = films.filePath(QStringLiteral("A day in the valley.mp4"));
    if (!makeClip(own, 10)) return false;
    fixture.dropVideo(own);
    if (!take(fixture, folder.filePath(QStringLiteral("sample_0_own_film.png")))) return false;
    fixture.dropVideo(sampleVideoPath());
    fixture.ask(QStringLiteral("List what is shown, with times."));
    if (!fixture.waitUntilIdle()) return false;
    const auto& cited = fixture.window().video().cited();
    if (cited.empty()) return false;
    fixture.window().player().seek(cited[0].timeS + kIntoItS);
    if (!take(fixture, folder.filePath(QStringLiteral("sample_1_answered.png")))) return false;
    fixture.window().store().startNew(sampleVideoPath());
    fixture.ask(QStringLiteral("When is the orange cross shown?"), true);
    if (!fixture.waitUntilIdle()) return false;
    if (fixture.window().video().cited().empty()) return false;
    fixture.window().player().seek(fixture.window().video().cited()[0].timeS + kIntoItS);
    if (!take(fixture, folder.filePath(QStringLiteral("sample_2_compared.png")))) return false;
    fixture.window().runner().lookCloser(0, 1);
    if (!fixture.waitUntilIdle()) return false;
    if (!take(fixture, folder.filePath(QStringLiteral("sample_3_closer.png")))) return false;
    const SeenFrames& frames = fixture.window().video().frames();
    const auto pictureAt = [&frames](double timeS) {
        const int row = frames.at(timeS);
        return row < 0 ? QImage() : frames.picture(row);
    };
    return !exportConversation(fixture.window().store().conversation(), pictureAt,
                               folder.filePath(QStringLiteral("sample_4_exported.html")));
}

}  // namespace

}  // namespace reelquery

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    const int videoTokens = argc > 2 ? QByteArray(argv[2]).toInt() : reelquery::kVideoTokens;
    if (argc < 2 || argc > 3 || videoTokens <= 0) {
        qWarning("usage: walk_sample FOLDER [VIDEO_TOKENS]");
        return 2;
    }
    reelquery::Theme(application).apply(reelquery::ThemeChoice::kLight);
    reelquery::installLanguage(application, QStringLiteral("en"));
    const QDir folder(QString::fromLocal8Bit(argv[1]));
    QDir().mkpath(folder.path());
    return reelquery::walk(folder, videoTokens) ? 0 : 1;
}
