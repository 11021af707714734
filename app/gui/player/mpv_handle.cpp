#include "app/gui/player/mpv_handle.h"

#include <mpv/client.h>

#include <QtGlobal>
#include <clocale>
#include <utility>

namespace reelquery {

std::shared_ptr<mpv_handle> makeMpvHandle() {
    // libmpv refuses to start where numbers are read with a comma; Qt sets the user's locale.
    std::setlocale(LC_NUMERIC, "C");
    std::shared_ptr<mpv_handle> handle(mpv_create(), [](mpv_handle* made) {
        if (made) mpv_terminate_destroy(made);
    });
    if (!handle) return handle;
    const std::pair<const char*, const char*> options[] = {
        {"vo", "libmpv"},
        {"config", "no"},
        {"load-scripts", "no"},
        // Those that come with mpv, each with a thread and a language of its own.
        {"load-stats-overlay", "no"},
        {"load-osd-console", "no"},
        {"load-auto-profiles", "no"},
        {"ytdl", "no"},
        {"osc", "no"},
        {"osd-level", "0"},
        {"keep-open", "yes"},
        {"idle", "yes"},
        {"input-default-bindings", "no"},
        {"terminal", "no"},
        {"hwdec", "auto-safe"},
        {"audio-client-name", "Reelquery"},
        {"pause", "yes"},
        {"hr-seek", "yes"},
        {"sub-auto", "no"},
        {"audio-display", "no"},
        // The engine reads the one file from its start to its end.
        {"ordered-chapters", "no"},
        // Edit lists as the engine reads them: mpv's own default shows what they hide.
        {"demuxer-lavf-o", "advanced_editlist=1"},
    };
    for (const auto& [name, value] : options) mpv_set_option_string(handle.get(), name, value);
    // Tests and machines without a sound server must not wait for one.
    if (qEnvironmentVariableIsSet("REELQUERY_NO_SOUND")) {
        mpv_set_option_string(handle.get(), "ao", "null");
    }
    if (mpv_initialize(handle.get()) < 0) return {};
    const std::pair<const char*, mpv_format> watched[] = {
        {"time-pos", MPV_FORMAT_DOUBLE}, {"duration", MPV_FORMAT_DOUBLE},
        {"pause", MPV_FORMAT_FLAG},      {"mute", MPV_FORMAT_FLAG},
        {"volume", MPV_FORMAT_DOUBLE},   {"speed", MPV_FORMAT_DOUBLE},
        {"aid", MPV_FORMAT_INT64},       {"sid", MPV_FORMAT_INT64},
    };
    for (const auto& [name, format] : watched) mpv_observe_property(handle.get(), 0, name, format);
    return handle;
}

}  // namespace reelquery
