#pragma once
// Versions of a conversation: a question that is asked anew keeps what followed the old one.

#include <QJsonArray>

#include "app/gui/state/exchange.h"

namespace reelquery {

/// Puts the exchanges from `at` on aside as a version that can be shown again; the conversation
/// then ends before `at`. Requires 0 <= at < exchanges.size().
void startVersion(Conversation& conversation, int at);

/// Shows version `which` of what was asked from `at` on in place of the one that is shown. False,
/// with nothing changed, where there is no such version.
bool showVersion(Conversation& conversation, int at, int which);

/// The versions from this place on; null where there is one only.
const Fork* forkAt(const Conversation& conversation, int at);

QJsonArray toJson(const std::vector<Fork>& forks);

/// Forks that make no sense are left out.
std::vector<Fork> forksFromJson(const QJsonArray& json);

}  // namespace reelquery
