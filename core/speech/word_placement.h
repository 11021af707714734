#pragma once
// Words handed to their segments, with times that make sense.

#include <cstdint>
#include <vector>

#include "core/speech/transcript.h"
#include "core/speech/word_alignment.h"

namespace reelquery {

/// Shortens overlong words at the ends of sentences and after pauses, joins punctuation to its
/// words, hands every word to its segment and pulls words and segments together at the segments'
/// ends. segments: of one window that begins at frame `seek`, their words are filled in and their
/// times moved. lastSpeechS: when the window before was done speaking; becomes this one's.
void placeWords(std::vector<SpokenSegment>& segments, std::vector<AlignedWord> words,
                std::int64_t seek, TokenId endOfText, double& lastSpeechS);

}  // namespace reelquery
