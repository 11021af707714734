#pragma once
// What the parts of a message show, and when: videos, pictures, lists of frames.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/serve/media_door.h"

namespace reelquery {

/// One part of a message that is no text.
struct ShownMedia {
    std::string url;
    bool isPicture = false;       ///< of type image_url; else video_url
    std::optional<double> timeS;  ///< of the time stamp before it
    std::string before;           ///< words that stand before it, and before its time stamp

    /// Frames that somebody took from a video, separated by commas: "data:video/jpeg;base64,A,B".
    bool isFrameList() const;
};

/// All that a conversation shows, in its order.
struct Shown {
    std::vector<ShownMedia> media;
    std::vector<double> timesS;  ///< of every picture and frame; empty: as the stamps say
    double fps = 0;              ///< at which they were taken; 0: not told
};

/// The seconds of a text that is nothing but a time: "[1:05]", "[1:02:03]", "<12.5 seconds>".
std::optional<double> timeOfStamp(std::string_view text);

/// Opens what is shown as one file for the engine. One video or picture is opened as it is; several
/// pictures become a pack (core/base/picture_pack.h): each a time step of its own at its time, or
/// one after the one before, with the words before it; frames of a list stay pairs. Nothing shown
/// is a pack without pictures. `shown` loses its URLs on the way, so that they and what they carry
/// are not both held. Throws Refusal.
OpenMedia openShown(const MediaDoor& door, Shown shown);

}  // namespace reelquery
