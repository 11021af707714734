#include "app/gui/state/track_choices.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>

#include "app/gui/state/settings_model.h"

namespace reelquery {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype kMostTracks = 100;
const auto kTracksKey = QStringLiteral("tracks");

}  // namespace

/// Oldest first.
QJsonArray TrackChoices::all() const {
    return QJsonDocument::fromJson(settings_.value(kTracksKey).toByteArray()).array();
}

int TrackChoices::of(const QString& path) const {
    for (const QJsonValue one : all()) {
        if (one["video"_L1].toString() == path) return std::max(one["track"_L1].toInt(), 0);
    }
    return 0;
}

void TrackChoices::keep(const QString& path, int videoTrack) {
    if (of(path) == videoTrack) return;
    QJsonArray kept;
    for (const QJsonValue one : all()) {
        if (one["video"_L1].toString() != path) kept.append(one);
    }
    if (videoTrack > 0) kept.append(QJsonObject{{"video"_L1, path}, {"track"_L1, videoTrack}});
    while (kept.size() > kMostTracks) kept.removeFirst();
    settings_.setValue(kTracksKey, QJsonDocument(kept).toJson(QJsonDocument::Compact));
}

}  // namespace reelquery
