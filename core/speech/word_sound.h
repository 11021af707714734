#pragma once
// Words moved to where their voice is heard.

#include <vector>

#include "core/base/cancel.h"
#include "core/speech/log_mel.h"
#include "core/speech/transcript.h"

namespace reelquery {

// Note [Where a voice ends]
// The alignment puts the borders of a line into the pause beside it, half a second off and more,
// as the mark behind its last word looks at the pause. There levels alone do not tell: a beat goes
// up and down as a voice does. But what lies under the voice is heard alone in the pauses nearby,
// so a voice is what stands out in any of 80 bands against nine tenths of what these hold. From its
// loudest moment a word goes on, to both sides, until nothing stands out for 0.2 s, which is
// longer than a mouth is closed within a word.

/// Moves the first word of each segment to where its voice begins, up to half a second forward or
/// back and into no other segment, the last one to where it ends, and words at commas to their side
/// of the pause; before that shares the time of two neighbours out by their letters where the
/// alignment left one of them next to none. A segment's own times go with its first and last word
/// where they were equal. What does not stand out stays where it is. segments: in order of time,
/// on the sound's clock; those without words stay as they are. Thread: any. Errors: kCancelled.
void placeInSound(std::vector<SpokenSegment>& segments, SoundView sound,
                  const CancelToken& cancel = {});

}  // namespace reelquery
