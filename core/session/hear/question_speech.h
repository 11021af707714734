#pragma once
// What is heard as a question's subtitles.

#include <functional>

#include "core/answer/question.h"
#include "core/base/cancel.h"
#include "core/session/hear/speech_files.h"

namespace reelquery {

/// Puts what was kept of the video's speech into the question, as its SpeechWish says: before or
/// behind `question.subtitles`, or in place of nothing. Where the wish is to make it and nothing
/// was kept, the source is named and `heard` stays null. Hears nothing. Errors: kCancelled.
void findSpeech(Question& question, const SpeechFiles& files, const CancelToken& cancel);

/// Hears the video where findSpeech found a wish to and nothing kept; then the question has lines,
/// which are kept. progress: seconds of sound, done and in all. Blocks; thread: any but a waiting
/// one. Errors: kModel where there is no speech model; as hearFile.
void hearForQuestion(Question& question, const SpeechFiles& files,
                     const std::function<void(double doneS, double allS)>& progress,
                     const CancelToken& cancel);

/// Kept speech of a file as a source of subtitles, or none. Errors: kCancelled.
std::optional<SubtitleSource> keptSpeechSource(const std::filesystem::path& file,
                                               const SpeechFiles& files, const CancelToken& cancel);

}  // namespace reelquery
