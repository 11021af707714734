#pragma once
// A video for tests that play one.

#include <QString>

namespace reelquery {

/// A clip of a sun that crosses the sky: 640 x 360, 5 frames a second, with a tone. Needs the
/// ffmpeg command. Returns false, with the reason in the test's log, when it could not be made.
bool makeClip(const QString& path, int seconds);

}  // namespace reelquery
