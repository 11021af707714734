#include "tests/gui/clip.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QImage>
#include <QPainter>
#include <QPainterPath>
#include <QProcess>
#include <QTemporaryDir>
#include <cmath>
#include <filesystem>

namespace reelquery {

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

bool encodeClip(const QString& path, int seconds) {
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

}  // namespace

bool makeClip(const QString& path, int seconds) {
    const QDir folder(QStringLiteral(REELQUERY_CLIP_FOLDER));
    const QFileInfo known(folder.filePath(QStringLiteral("gui-%1s.mp4").arg(seconds)));
    const QFileInfo program(QCoreApplication::applicationFilePath());
    if (!known.exists() || known.lastModified() < program.lastModified()) {
        // Made aside: tests that run at the same time see a whole file or none.
        QTemporaryDir aside(folder.filePath(QStringLiteral("gui-XXXXXX")));
        const QString made = aside.filePath(QStringLiteral("clip.mp4"));
        if (!aside.isValid() || !encodeClip(made, seconds)) return false;
        std::error_code failed;
        std::filesystem::rename(made.toStdString(), known.filePath().toStdString(), failed);
        if (failed) return false;
    }
    return QFile::copy(known.filePath(), path);
}

}  // namespace reelquery
