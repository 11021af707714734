#include "tests/gui/window_fixture.h"

#include <QDir>
#include <QImage>
#include <QLabel>
#include <QPainter>
#include <QPainterPath>
#include <QProcess>
#include <QTest>
#include <cmath>

#include "app/gui/conversation/question_box.h"
#include "app/gui/window/file_opener.h"

namespace reelquery {

WindowFixture::WindowFixture(FakeScript script, bool hasModel, const QString& dataFolder)
    : folder_(dataFolder.isEmpty() ? temporary_.path() : dataFolder),
      script_(std::move(script)),
      hasModel_(hasModel) {
    makeWindow();
}

WindowFixture::~WindowFixture() {
    window_.reset();
}

void WindowFixture::makeWindow() {
    WindowSetup setup;
    setup.version = "0.1.0";
    setup.makeSession = [this](EventSink sink) {
        auto session = std::make_unique<FakeSession>(std::move(sink), script_);
        fake_ = session.get();
        return session;
    };
    setup.findModels = [hasModel = hasModel_](const std::vector<ModelRoot>&) {
        if (!hasModel) return std::vector<ModelEntry>();
        return std::vector<ModelEntry>{
            {"Qwen/Qwen2-VL-2B-Instruct", "/models/Qwen2-VL-2B-Instruct", "qwen2_vl", 4'418'000'000,
             true, "", "HF_HUB_CACHE"},
            {"Qwen/Qwen2-VL-7B-Instruct", "/models/Qwen2-VL-7B-Instruct", "qwen2_vl", 9'900'000'000,
             false, "model-00003-of-00005.safetensors is missing", "settings"}};
    };
    setup.findDevices = [] {
        return std::vector<FoundDevice>{
            {"AMD EPYC, 16 threads", DeviceKind::kCpu, 64LL << 30, true, "bfloat16 with AVX-512"},
            {"NVIDIA GPU", DeviceKind::kCuda, 0, false, "no driver was found"}};
    };
    window_ = std::make_unique<MainWindow>(setup, folder_);
    window_->show();
    window_->openInitial();
    // The search for models runs on a worker.
    if (hasModel_) QTRY_VERIFY(!window_->settings().ask().model.folder.empty());
    fake_->finish();
    QCoreApplication::processEvents();
}

void WindowFixture::restart() {
    window_.reset();
    makeWindow();
}

void WindowFixture::openVideo(const QString& path) {
    window_->opener().openPath(path);
    fake_->finish();
    QTRY_COMPARE(window_->video().path(), path);
}

void WindowFixture::ask(const QString& question) {
    auto* box = child<QuestionBox>("questionBox");
    box->setFocus();
    box->setPlainText(question);
    QTest::keyClick(box, Qt::Key_Return);
}

void WindowFixture::finish() {
    // A comparison asks its second question when the first is over.
    for (int turn = 0; turn < 200 && window_->runner().isRunning(); ++turn) {
        fake_->finish();
        QTest::qWait(10);
    }
}

const AnswerRecord& WindowFixture::answer(int exchange, int which) {
    return window_->store().at(exchange).answers[std::size_t(which)];
}

QString WindowFixture::lastText(const char* labelName) {
    const auto labels = window_->findChildren<QLabel*>(QLatin1String(labelName));
    return labels.isEmpty() ? QString() : labels.last()->text();
}

namespace {

QImage drawScene(double share) {
    QImage image(640, 360, QImage::Format_RGB32);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    QLinearGradient sky(0, 0, 0, 260);
    sky.setColorAt(0, QColor(90 + int(60 * share), 140 - int(50 * share), 220 - int(110 * share)));
    sky.setColorAt(1, QColor(215, 200 - int(40 * share), 190 - int(100 * share)));
    painter.fillRect(image.rect(), sky);
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor(255, 214, 110));
    painter.drawEllipse(QPointF(64 + 512 * share, 234 - 162 * std::sin(share * 3.14159)), 34, 34);
    QPainterPath hills;
    hills.moveTo(0, 360);
    for (int x = 0; x <= 640; x += 8) hills.lineTo(x, 260 + 22 * std::sin(x * 0.0175));
    hills.lineTo(640, 360);
    painter.setBrush(QColor(40, 90, 60));
    painter.drawPath(hills);
    return image;
}

}  // namespace

bool makeClip(const QString& path, int seconds) {
    constexpr int kRate = 5;
    QProcess ffmpeg;
    ffmpeg.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    ffmpeg.start(QStringLiteral("ffmpeg"),
                 {QStringLiteral("-v"),
                  QStringLiteral("error"),
                  QStringLiteral("-y"),
                  QStringLiteral("-f"),
                  QStringLiteral("rawvideo"),
                  QStringLiteral("-pix_fmt"),
                  QStringLiteral("bgra"),
                  QStringLiteral("-s"),
                  QStringLiteral("640x360"),
                  QStringLiteral("-r"),
                  QString::number(kRate),
                  QStringLiteral("-i"),
                  QStringLiteral("-"),
                  QStringLiteral("-f"),
                  QStringLiteral("lavfi"),
                  QStringLiteral("-i"),
                  QStringLiteral("sine=frequency=220:duration=%1").arg(seconds),
                  QStringLiteral("-c:v"),
                  QStringLiteral("libx264"),
                  QStringLiteral("-preset"),
                  QStringLiteral("ultrafast"),
                  QStringLiteral("-g"),
                  QStringLiteral("5"),
                  QStringLiteral("-pix_fmt"),
                  QStringLiteral("yuv420p"),
                  QStringLiteral("-c:a"),
                  QStringLiteral("aac"),
                  path});
    if (!ffmpeg.waitForStarted()) return false;
    const int frames = seconds * kRate;
    for (int frame = 0; frame < frames; ++frame) {
        const QImage image = drawScene(double(frame) / frames);
        ffmpeg.write(reinterpret_cast<const char*>(image.constBits()), image.sizeInBytes());
        while (ffmpeg.bytesToWrite() > 8 << 20 && ffmpeg.waitForBytesWritten()) {
        }
    }
    ffmpeg.closeWriteChannel();
    return ffmpeg.waitForFinished(60'000) && ffmpeg.exitCode() == 0;
}

}  // namespace reelquery
