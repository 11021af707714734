// reelquery: subcommands on the terminal, a window without one.

#include "app/cli/command_line.h"

#ifdef REELQUERY_HAS_WINDOW
#include "app/gui/window_setup.h"
#include "core/session/model_catalog.h"
#include "core/session/session.h"
#endif

int main(int argc, char** argv) {
    reelquery::WindowRequest window;
#ifdef REELQUERY_HAS_WINDOW
    const int code = reelquery::runCommandLine(argc, argv, true, window);
    if (!window.wanted) return code;
    reelquery::WindowSetup setup;
    setup.makeSession = [](reelquery::EventSink sink) {
        return reelquery::makeSession(std::move(sink));
    };
    return reelquery::runWindow(argc, argv, std::move(setup));
#else
    return reelquery::runCommandLine(argc, argv, false, window);
#endif
}
