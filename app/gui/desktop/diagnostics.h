#pragma once
// What a bug report needs to know of this machine and of what went wrong on it.

#include <QString>
#include <QStringList>
#include <optional>
#include <vector>

#include "app/gui/player/player_facts.h"
#include "app/gui/window_setup.h"

namespace reelquery {

/// What the window knows; the rest diagnosticsText finds out.
struct DiagnosticFacts {
    QString version;
    std::vector<FoundDevice> devices;
    std::vector<Fact> player;  ///< versions
    QStringList codecs;
    std::optional<VideoSummary> video;
    std::vector<Fact> played;
    QString model;  ///< its name
    QString attention, language;
    QString crash;                      ///< what the last crash left; empty where there was none
    std::vector<std::string> problems;  ///< latestProblems()
    QStringList names;  ///< paths and names that are the user's: videos, models, questions
};

/// In English, as reports are read by people of all languages. `withNames`: as it is; else without
/// names of files, paths and questions. Thread: GUI.
QString diagnosticsText(const DiagnosticFacts& facts, bool withNames);

}  // namespace reelquery
