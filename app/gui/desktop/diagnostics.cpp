#include "app/gui/desktop/diagnostics.h"

#include <QDir>
#include <QGuiApplication>
#include <QScreen>
#include <QSysInfo>
#include <cmath>

#include "app/gui/desktop/names_removed.h"
#include "app/gui/look/format.h"

namespace reelquery {

using namespace Qt::StringLiterals;

namespace {

void addLine(QString& text, const QString& name, const QString& value) {
    if (!value.isEmpty()) text += u"- %1: %2\n"_s.arg(name, value);
}

void addFacts(QString& text, const std::vector<Fact>& facts) {
    for (const auto& [name, value] : facts) addLine(text, name, value);
}

QString screensText() {
    QStringList screens;
    for (const QScreen* screen : QGuiApplication::screens()) {
        screens.append(u"%1 × %2 at %3"_s.arg(screen->size().width())
                           .arg(screen->size().height())
                           .arg(screen->devicePixelRatio()));
    }
    return screens.join(u", "_s);
}

void addMachine(QString& text, const DiagnosticFacts& facts) {
    text += u"## Machine\n"_s;
    addLine(text, u"System"_s,
            u"%1, %2 %3"_s.arg(QSysInfo::prettyProductName(), QSysInfo::kernelType(),
                               QSysInfo::kernelVersion()));
    addLine(text, u"Desktop"_s,
            u"%1, %2"_s.arg(qEnvironmentVariable("XDG_CURRENT_DESKTOP", u"unknown"_s),
                            QGuiApplication::platformName()));
    addLine(text, u"Screens"_s, screensText());
    for (const FoundDevice& device : facts.devices) {
        addLine(text, toQString(device.name),
                (device.usable ? u"usable, "_s : u"not usable: "_s) + toQString(device.note));
    }
}

void addVideo(QString& text, const DiagnosticFacts& facts) {
    if (!facts.video) return;
    const VideoSummary& video = *facts.video;
    text += u"\n## Video\n"_s;
    addLine(text, u"Name"_s, pathText(toQString(video.path)));
    addLine(text, u"Pictures"_s,
            u"%1, %2 × %3, %4 frames/s, %5 s"_s.arg(toQString(video.codec))
                .arg(video.width)
                .arg(video.height)
                .arg(video.averageFps, 0, 'f', 3)
                .arg(video.durationS, 0, 'f', 2));
    QStringList oddities;
    if (video.isHdr) oddities << u"HDR"_s;
    if (video.isInterlaced) oddities << u"interlaced"_s;
    if (video.rotationDegrees != 0) oddities << u"turned by %1"_s.arg(video.rotationDegrees);
    if (video.missingEnd) oddities << u"cut short"_s;
    if (!video.stretches.empty()) oddities << u"clock jumps"_s;
    if (video.pictureTracks.size() > 1)
        oddities << u"%1 tracks of pictures"_s.arg(video.pictureTracks.size());
    addLine(text, u"Special"_s, oddities.join(u", "_s));
    addFacts(text, facts.played);
}

}  // namespace

QString diagnosticsText(const DiagnosticFacts& facts, bool withNames) {
    QString text = u"## Program\n"_s;
    addLine(text, u"Reelquery"_s, facts.version);
    addLine(text, u"Qt"_s, QString::fromLatin1(qVersion()));
    addFacts(text, facts.player);
    addLine(text, u"Language"_s, facts.language);
    addLine(text, u"Decodes"_s, facts.codecs.join(u", "_s));
    addLine(text, u"Model"_s, facts.model);
    addLine(text, u"Attention"_s, facts.attention);
    text += u'\n';
    addMachine(text, facts);
    addVideo(text, facts);
    if (!facts.problems.empty()) {
        text += u"\n## Last problems\n"_s;
        for (const std::string& line : facts.problems) text += u"- "_s + toQString(line) + u'\n';
    }
    if (!facts.crash.isEmpty())
        text += u"\n## Last crash\n```\n"_s + facts.crash.trimmed() + u"\n```\n"_s;
    if (withNames) return text;
    QStringList names = facts.names;
    if (facts.video) names.append(toQString(facts.video->path));
    // Model names and formats have slashes that no path has.
    return withoutNames(text, names);
}

}  // namespace reelquery
