#pragma once
// libmpv's core as the window uses it.

#include <memory>

struct mpv_handle;

namespace reelquery {

/// A core that draws where it is told, reads nobody's configuration, and tells of time, length,
/// pause, sound and speed. Null where libmpv does not start. Sets the locale of numbers to "C",
/// which libmpv insists on. Thread: the GUI's, before others are there.
std::shared_ptr<mpv_handle> makeMpvHandle();

}  // namespace reelquery
