#pragma once
// The way in for other programs as the window sees it. Plain values and functions; main.cpp fills
// them in.

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/session/session.h"

namespace reelquery {

/// What the user opened.
struct DoorWish {
    int port = 0;                                ///< 0: any that is free
    std::vector<std::filesystem::path> allowed;  ///< folders whose videos may be asked about
    ModelChoice model;                           ///< of this machine

    bool operator==(const DoorWish&) const = default;
};

/// What other programs need to come in.
struct OpenDoor {
    int port = 0;
    std::string key;
    std::string model;  ///< as they call it
};

/// One request that came.
struct DoorCall {
    std::string program;      ///< as it calls itself; may be empty
    bool isQuestion = false;  ///< else it looked what there is
    bool wasLetIn = false;    ///< it had the key and was no web page's
};

/// What is told of an open door, on threads of the door's.
struct DoorEars {
    std::function<void(const OpenDoor&)> opened;
    std::function<void(const DoorCall&)> called;  ///< each request, when it is over
    /// Whose questions are being answered or wait, in order, whenever that changes; a name may be
    /// empty.
    std::function<void(const std::vector<std::string>& programs)> asking;
    std::function<void(const std::string& problem)>
        failed;  ///< at a question; its asker knows less
};

/// How a door is to go on.
enum class DoorCourse {
    kOpen,
    kFinish,  ///< what was taken is answered, nobody else is let in
    kShut     ///< at once
};

/// Empty where nobody can be let in.
struct ProgramDoor {
    /// Lets programs ask as `course` says, asked ten times a second. They ask the window's own
    /// engine, which must outlive the call. Throws Error. Runs on a thread of its own.
    std::function<void(const DoorWish& wish, const DoorEars& ears,
                       const std::function<DoorCourse()>& course)>
        serve;
};

}  // namespace reelquery
