#pragma once
// What a model says where nobody speaks, or when it stutters.

#include <vector>

#include "core/speech/transcript.h"

namespace reelquery {

/// True where the model was not sure: the window was decoded hot, its tokens were unlikely, or it
/// sounded like silence.
bool isDoubtful(const SpokenSegment& segment);

/// Takes out lines that are no speech: the third and later of equal lines in a row, and repetitive
/// lines of windows that sounded like silence. Returns how many.
int dropInventions(std::vector<SpokenSegment>& segments);

}  // namespace reelquery
