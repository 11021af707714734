#pragma once
// Where in a sound anything is to be heard that could be speech.

#include <vector>

#include "core/speech/transcriber.h"

namespace reelquery {

/// Stretches to listen to, in order, with a margin around them. Left out is what lasts for more
/// than five seconds and is digital or near silence (peaks below -60 dBFS), or is steady: hiss,
/// hum, wind and tones keep their level above 200 Hz within 2.5 dB for seconds, speech never does.
/// Rather too much than too little: a stretch left out is not heard, one too many costs time.
/// Thread: any. Errors: kCancelled.
std::vector<FrameRange> audibleStretches(SoundView sound, const CancelToken& cancel = {});

/// The same sound in stretches, cut where a beat without a voice begins and ends: where the level
/// over two seconds keeps within 2 dB for ten seconds and more. Nothing is left out, as a voice may
/// do that, too; but a window that begins with music is often heard as nothing but music, and one
/// of 30 s of music may end within a sentence. Thread: any. Errors: kCancelled.
std::vector<FrameRange> apartFromBeats(SoundView sound, const std::vector<FrameRange>& stretches,
                                       const CancelToken& cancel = {});

/// The same sound in stretches of at most `longest` frames (at least 4 s), each longer one cut
/// where the last quarter of that is quietest for half a second: an hour of talk without a pause of
/// five seconds is one stretch, and its windows could only be heard one behind the other.
std::vector<FrameRange> shorterStretches(SoundView sound, const std::vector<FrameRange>& stretches,
                                         std::int64_t longest);

}  // namespace reelquery
