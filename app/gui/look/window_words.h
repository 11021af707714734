#pragma once
// The engine's words where a window shows them: it speaks of the settings, not of the command line.

#include <QString>

namespace reelquery {

/// A message or hint of the engine with the pages of the settings in place of flags and commands.
/// Flags without a place in the window stay as they are.
QString windowWords(const QString& engineWords);

}  // namespace reelquery
