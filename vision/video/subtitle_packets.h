#pragma once
// The packets of a text track as timed lines. Included only inside vision/video.

#include <string>
#include <vector>

#include "vision/video/av_handles.h"
#include "vision/video/subtitle_parser.h"

namespace reelquery {

/// Collects a track's packets and, once all are there, tells their text: in which encoding a track
/// is that breaks its container's rule of UTF-8 shows only in all of it. Confined to one thread.
class SubtitlePackets {
  public:
    /// `zeroS`: what counts as time 0, on the stream's clock. `name`: of the file, for messages.
    /// Errors: kVideo where nothing here decodes the track. Keeps `stream`.
    SubtitlePackets(const AVStream& stream, double zeroS, std::string name);

    void add(const AVPacket& packet);

    /// All subtitles so far. `readAs`: see SubtitleText.
    std::vector<TimedLines> take(std::string& readAs);

    /// Packets that held no subtitle that can be read.
    int unreadable() const { return unreadable_; }

  private:
    /// How the text lies in a packet.
    enum class Form { kSubRip, kWebVtt, kDialogue, kMovText, kOther };

    struct RawText {
        double fromS = 0, toS = 0;
        std::string bytes;
    };

    static Form formOf(AVCodecID codec);
    void decode(const AVPacket& packet, RawText raw);
    void takeMovText(RawText raw);
    ShownLines linesOf(std::string_view text) const;

    const AVStream& stream_;
    const double zeroS_;
    const Form form_;
    av::Codec codec_;  // for kOther
    std::vector<RawText> texts_;
    int unreadable_ = 0;
};

}  // namespace reelquery
