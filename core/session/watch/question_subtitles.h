#pragma once
// The subtitles of one question: read before its video is, fitted once its frames are known.

#include <vector>

#include "core/session/ask/prepared_question.h"

namespace reelquery {

/// The subtitles the question wants, or null. Subtitles that nobody named do not fail a question:
/// what is wrong with them becomes a note of `prepared`. Valid until `warm` reads others.
/// Errors: as readSubtitleFile for a file the request names; kCancelled.
const SubtitleText* readSubtitles(PreparedQuestion& prepared, WarmState& warm,
                                  const CancelToken& cancel);

/// The lines for the prompt of a question whose frames are known; how many, and how many were left
/// out, goes into `prepared`.
std::vector<TimedText> subtitleLines(PreparedQuestion& prepared, const SubtitleText& text,
                                     const Tokenizer& tokenizer);

}  // namespace reelquery
