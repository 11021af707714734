#pragma once
// The widget libmpv draws into.

#include <QWidget>
#include <memory>

struct mpv_handle;

namespace reelquery {

/// Makes an OpenGL surface where the machine has OpenGL, a software one otherwise (always on the
/// offscreen platform, or when REELQUERY_VIDEO=software is set). An OpenGL surface that fails to
/// start draws nothing.
std::unique_ptr<QWidget> makeVideoSurface(std::shared_ptr<mpv_handle> player);

}  // namespace reelquery
