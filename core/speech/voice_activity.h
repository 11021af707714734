#pragma once
// Where in a sound anything is to be heard that could be speech.

#include <vector>

#include "core/speech/transcriber.h"

namespace reelquery {

/// Stretches to listen to, in order, with a margin around them. Left out is what lasts for more
/// than five seconds and is digital or near silence (peaks below -60 dBFS), or is steady: hiss, hum
/// and tones keep their level within 2.5 dB for seconds, speech never does. Rather too much than
/// too little: a stretch left out is not heard, one too many costs time. Thread: any.
std::vector<FrameRange> audibleStretches(SoundView sound);

}  // namespace reelquery
