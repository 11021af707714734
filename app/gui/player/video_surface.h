#pragma once
// The widget libmpv draws into.

#include <QWidget>
#include <memory>

namespace reelquery {

class MpvPlayer;

/// Makes an OpenGL surface where the machine has OpenGL, a software one otherwise (always on the
/// offscreen platform, or when REELQUERY_VIDEO=software is set). An OpenGL surface that fails to
/// start draws nothing. It tells the player when it can draw, or that it never will: an OpenGL
/// surface only once it was shown.
std::unique_ptr<QWidget> makeVideoSurface(MpvPlayer& player);

}  // namespace reelquery
