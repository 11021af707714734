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
    setup.door.serve = [engine, executable, keyFile](const DoorWish& wish, const DoorEars& ears,
                                                     const std::function<DoorCourse()>& course) {
        ServeOptions options;
        options.port = wish.port;
        options.allowed = wish.allowed;
        options.howToAllow = "the user of the window can, under Settings > Programs";
        options.key = keptKey(keyFile.empty() ? defaultKeyFile() : keyFile);
        options.served = servedModel(wish.model, executable);
        options.called = [&ears](const ServedCall& call) {
            ears.called({call.program, call.isQuestion, call.wasLetIn});
        };
        options.asking = ears.asking;
        options.failed = ears.failed;
        serve(
            options, [&](EventSink sink) { return (*engine)->guest(std::move(sink)); },
            [&](int port) {
                ears.opened({port, options.key, options.served.name});
            },
            [&] {
                switch (course()) {
                    case DoorCourse::kOpen:
                        return ServeCourse::kGoOn;
                    case DoorCourse::kFinish:
                        return ServeCourse::kFinish;
                    case DoorCourse::kShut:
                        break;
                }
                return ServeCourse::kStop;
            });
    };
}

}  // namespace reelquery
