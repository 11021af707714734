#include "app/program_doors.h"

#include <memory>
#include <utility>

#include "app/serve/server.h"
#include "app/serve/server_key.h"
#include "core/base/error.h"
#include "core/session/shared_session.h"

namespace reelquery {

void letProgramsIn(WindowSetup& setup, const std::string& executable,
                   const std::filesystem::path& keyFile) {
    const auto engine = std::make_shared<SharedSession*>(nullptr);  // the window's, while it lives
    setup.makeSession = [engine, make = setup.makeSession](EventSink sink, ServerKey keyOf) {
        auto shared = std::make_unique<SharedSession>(
            std::move(sink), [&](const EventSink& own) { return make(own, std::move(keyOf)); });
        *engine = shared.get();
        return shared;
    };
    setup.door.serve = [engine, executable, keyFile](
                           const DoorWish& wish, const std::function<void(const OpenDoor&)>& opened,
                           const std::function<void(const DoorCall&)>& called,
                           const std::function<bool()>& mayGoOn) {
        ServeOptions options;
        options.port = wish.port;
        options.allowed = wish.allowed;
        options.key = keptKey(keyFile.empty() ? defaultKeyFile() : keyFile);
        options.served = servedModel(wish.model, executable);
        options.called = [&called](const ServedCall& call) {
            called({call.program, call.isQuestion, call.wasLetIn});
        };
        serve(
            options, [&](EventSink sink) { return (*engine)->guest(std::move(sink)); },
            [&](int port) {
                opened({port, options.key, options.served.name});
            },
            mayGoOn);
    };
}

}  // namespace reelquery
