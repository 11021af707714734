#pragma once
// What libmpv says of itself and of the file it plays.

#include <QString>
#include <QStringList>
#include <utility>
#include <vector>

struct mpv_handle;

namespace reelquery {

/// A line of facts: what, in English (to be translated in the context "PlayedFact"), and its value.
using Fact = std::pair<QString, QString>;

/// Of the file that is loaded: container, tracks and how they are decoded; empty where none is.
/// Thread: GUI. `handle` may be null.
std::vector<Fact> playedFacts(mpv_handle* handle);

/// What the file that is loaded calls the time that is shown as 0: transport streams seldom begin
/// at 0. In seconds; 0 where none is loaded.
double ownStartS(mpv_handle* handle);

/// Versions of the player and of the libraries below it.
std::vector<Fact> playerVersions(mpv_handle* handle);

/// Of the codecs that films use, those that can be decoded here.
QStringList playableCodecs(mpv_handle* handle);

}  // namespace reelquery
