#include "app/gui/player/player_facts.h"

#include <mpv/client.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>
#include <cmath>

#include "app/gui/look/format.h"

namespace reelquery {

using namespace Qt::StringLiterals;

namespace {

QString textOf(mpv_handle* handle, const char* name) {
    char* text = handle ? mpv_get_property_string(handle, name) : nullptr;
    const QString value = QString::fromUtf8(text ? text : "");
    mpv_free(text);
    return value;
}

/// "1,200 kbit/s" of what mpv tells in bits.
QString rateOf(mpv_handle* handle, const char* name) {
    bool isNumber = false;
    const double bits = textOf(handle, name).toDouble(&isNumber);
    return isNumber && bits > 0 ? countText(std::llround(bits / 1000)) + u" kbit/s"_s : QString();
}

/// "44100 Hz, stereo".
QString soundOf(mpv_handle* handle) {
    const QString rate = textOf(handle, "audio-params/samplerate");
    const QString channels = textOf(handle, "audio-params/hr-channels");
    return rate.isEmpty() ? channels : u"%1 Hz, %2"_s.arg(rate, channels);
}

void add(std::vector<Fact>& facts, const char* name, const QString& value) {
    if (!value.isEmpty()) facts.emplace_back(QString::fromLatin1(name), value);
}

}  // namespace

std::vector<Fact> playedFacts(mpv_handle* handle) {
    std::vector<Fact> facts;
    if (textOf(handle, "file-format").isEmpty()) return facts;
    add(facts, QT_TRANSLATE_NOOP("PlayedFact", "Container"),
        textOf(handle, "file-format").replace(u","_s, u", "_s));
    add(facts, QT_TRANSLATE_NOOP("PlayedFact", "Video codec"), textOf(handle, "video-codec"));
    add(facts, QT_TRANSLATE_NOOP("PlayedFact", "Pixel format"),
        textOf(handle, "video-params/pixelformat"));
    add(facts, QT_TRANSLATE_NOOP("PlayedFact", "Colour"),
        QStringList{textOf(handle, "video-params/primaries"), textOf(handle, "video-params/gamma")}
            .join(u' ')
            .trimmed());
    add(facts, QT_TRANSLATE_NOOP("PlayedFact", "Hardware decoding"),
        textOf(handle, "hwdec-current"));
    add(facts, QT_TRANSLATE_NOOP("PlayedFact", "Video bitrate"), rateOf(handle, "video-bitrate"));
    add(facts, QT_TRANSLATE_NOOP("PlayedFact", "Audio codec"), textOf(handle, "audio-codec"));
    add(facts, QT_TRANSLATE_NOOP("PlayedFact", "Audio"), soundOf(handle));
    add(facts, QT_TRANSLATE_NOOP("PlayedFact", "Audio bitrate"), rateOf(handle, "audio-bitrate"));
    add(facts, QT_TRANSLATE_NOOP("PlayedFact", "Frames dropped"),
        textOf(handle, "frame-drop-count"));
    return facts;
}

double ownStartS(mpv_handle* handle) {
    return textOf(handle, "demuxer-start-time").toDouble();
}

std::vector<Fact> playerVersions(mpv_handle* handle) {
    std::vector<Fact> facts;
    add(facts, "libmpv", textOf(handle, "mpv-version"));
    add(facts, "FFmpeg", textOf(handle, "ffmpeg-version"));
    return facts;
}

QStringList playableCodecs(mpv_handle* handle) {
    QSet<QString> known;
    const auto list = QJsonDocument::fromJson(textOf(handle, "decoder-list").toUtf8()).array();
    for (const QJsonValue decoder : list) known.insert(decoder["codec"_L1].toString());
    QStringList found;
    for (const QString& codec :
         {u"h264"_s, u"hevc"_s, u"av1"_s, u"vp9"_s, u"vp8"_s, u"mpeg4"_s, u"mpeg2video"_s,
          u"prores"_s, u"vc1"_s, u"aac"_s, u"ac3"_s, u"eac3"_s, u"dts"_s, u"opus"_s, u"flac"_s}) {
        if (known.contains(codec)) found.append(codec);
    }
    return found;
}

}  // namespace reelquery
