#include "app/gui/state/playback_memory.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>

#include "app/gui/state/settings_model.h"

namespace reelquery {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype kMostFilms = 200;
const auto kListKey = QStringLiteral("playback/films");
const auto kOnKey = QStringLiteral("playback/remember");

Playback playbackFrom(const QJsonValue& one) {
    Playback playback;
    playback.content = one["content"_L1].toString().toLatin1();
    playback.path = one["path"_L1].toString();
    playback.positionS = std::max(0.0, one["at"_L1].toDouble());
    playback.speed = std::clamp(one["speed"_L1].toDouble(1), 0.25, 4.0);
    playback.sound = one["sound"_L1].toInteger(0);
    playback.subtitles = one["subtitles"_L1].toInteger(-1);
    return playback;
}

/// All but that film.
QJsonArray without(const QJsonArray& list, const QByteArray& content) {
    QJsonArray left;
    for (const QJsonValue one : list) {
        if (one["content"_L1].toString().toLatin1() != content) left.append(one);
    }
    return left;
}

}  // namespace

bool PlaybackMemory::isOn() const {
    return settings_.value(kOnKey, true).toBool();
}

void PlaybackMemory::setOn(bool isOn) {
    settings_.setValue(kOnKey, isOn);
    if (!isOn) store({});
}

QJsonArray PlaybackMemory::stored() const {
    return QJsonDocument::fromJson(settings_.value(kListKey).toByteArray()).array();
}

void PlaybackMemory::store(const QJsonArray& list) {
    settings_.setValue(kListKey, QJsonDocument(list).toJson(QJsonDocument::Compact));
}

std::vector<Playback> PlaybackMemory::all() const {
    std::vector<Playback> films;
    for (const QJsonValue one : stored()) films.push_back(playbackFrom(one));
    return films;
}

Playback PlaybackMemory::of(const QByteArray& content) const {
    for (const QJsonValue one : stored()) {
        if (one["content"_L1].toString().toLatin1() == content) return playbackFrom(one);
    }
    return {};
}

void PlaybackMemory::keep(const Playback& playback) {
    if (!isOn() || playback.content.isEmpty()) return;
    QJsonArray list = without(stored(), playback.content);
    list.append(QJsonObject{{"content"_L1, QString::fromLatin1(playback.content)},
                            {"path"_L1, playback.path},
                            {"at"_L1, playback.positionS},
                            {"speed"_L1, playback.speed},
                            {"sound"_L1, qint64(playback.sound)},
                            {"subtitles"_L1, qint64(playback.subtitles)}});
    while (list.size() > kMostFilms) list.removeFirst();
    store(list);
}

void PlaybackMemory::forget(const QByteArray& content) {
    const QJsonArray list = stored(), left = without(list, content);
    if (left.size() != list.size()) store(left);
}

}  // namespace reelquery
