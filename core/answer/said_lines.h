#pragma once
// What is said in a question's video: which of it goes to whoever answers.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/answer/question.h"
#include "core/model/prompt_builder.h"
#include "vision/video/subtitle_reader.h"

namespace reelquery {

/// Tokens of a line's clock, digit by digit: "[1:02:03] ", with a line break.
inline constexpr std::int64_t kClockTokens = 12;

/// Tokens that subtitles may take: a quarter of the budget for the video, however little of it a
/// short clip uses.
std::int64_t subtitleBudget(const SamplingOptions& sampling);

/// What of the subtitles a question sees.
struct SubtitleWish {
    std::vector<TimeRange> within;    ///< in order; lines that touch none of them are left out
    std::vector<double> frameTimesS;  ///< in order, at least one
    std::int64_t maxTokens = 0;       ///< for all lines
    std::function<std::int64_t(const std::string& line)> countTokens;
};

/// The lines for the prompt, in time order.
struct PromptSubtitles {
    std::vector<TimedText> lines;
    int leftOut = 0;  ///< of those inside the ranges, for want of tokens
};

/// Takes the lines inside the ranges, which count from the start of the file; where they need too
/// many tokens, those whose middle is nearest to a frame the model sees.
PromptSubtitles linesForPrompt(const std::vector<SubtitleCue>& cues, const SubtitleWish& wish);

/// The lines of a question whose frames are known; what was left out goes into `notes`.
/// countTokens: of a line without its clock.
std::vector<TimedText> linesOf(const Question& question, const SubtitleText& text,
                               const std::vector<double>& frameTimesS,
                               const std::function<std::int64_t(const std::string&)>& countTokens,
                               std::vector<std::string>& notes);

/// All lines of a question, for whoever chooses among them by the same rules.
std::vector<TimedText> allLinesOf(const Question& question, const SubtitleText& text);

/// What is told where lines were left out of a prompt.
std::string leftOutLines(std::int64_t leftOut, std::int64_t all);

/// The subtitles the question wants, or null: lines that it has itself, else what `read` brings of
/// question.subtitles. Subtitles that nobody named do not fail a question: what is wrong with them
/// goes into `notes`. Errors: those of `read` for a file the request names; kCancelled.
const SubtitleText* subtitlesOf(const Question& question,
                                const std::function<const SubtitleText&()>& read,
                                std::vector<std::string>& notes);

/// "film.srt", "track 3 (eng)", "speech, heard by whisper-base".
std::string sourceText(const SubtitleSource& source);

}  // namespace reelquery
