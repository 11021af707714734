#include "core/session/watch/question_subtitles.h"

#include <ATen/ATen.h>

#include <string>
#include <utility>

namespace reelquery {

namespace {

/// Where the question looks: its closer looks, else its range, else everywhere.
std::vector<TimeRange> rangesOf(const QuestionPlan& question) {
    const SamplingOptions& sampling = question.sampling;
    if (!sampling.within.empty()) return sampling.within;
    return {{sampling.fromS.value_or(0), sampling.toS.value_or(question.video.durationS)}};
}

}  // namespace

const SubtitleText* readSubtitles(PreparedQuestion& prepared, const AskRequest& request,
                                  WarmState& warm, const CancelToken& cancel) {
    const QuestionPlan& question = prepared.question;
    if (request.subtitles.use == SubtitleUse::kOff) return nullptr;
    if (!question.subtitles) {
        prepared.notes.emplace_back("there are no subtitles beside the video or in it");
        return nullptr;
    }
    try {
        const SubtitleText& text =
            warm.subtitles.read(*question.subtitles, question.video, question.videoId, cancel);
        if (text.wasLatin1) {
            prepared.notes.emplace_back("the subtitles are not UTF-8; they were read as Latin-1");
        }
        if (text.unreadable > 0) {
            prepared.notes.push_back(std::to_string(text.unreadable) +
                                     " subtitle lines could not be decoded");
        }
        return &text;
    } catch (const Error& error) {
        if (error.code() == ErrorCode::kCancelled || !request.subtitles.file.empty()) throw;
        prepared.notes.push_back("no subtitles: " + error.message());
        return nullptr;
    }
}

std::vector<TimedText> subtitleLines(PreparedQuestion& prepared, const SubtitleText& text,
                                     const Tokenizer& tokenizer) {
    constexpr std::int64_t kClockTokens = 12;  // "[1:02:03] ", digit by digit, and a line break
    PromptSubtitles chosen = linesForPrompt(
        text.cues,
        {.within = rangesOf(prepared.question),
         .frameTimesS = prepared.video->frameTimesS,
         .maxTokens = prepared.video->rows.size(0) / kVideoTokensPerSubtitleToken,
         .countTokens = [&](const std::string& line) {
             return kClockTokens +
                    static_cast<std::int64_t>(tokenizer.encode(line, SpecialText::kPlain).size());
         }});
    prepared.subtitleLines = static_cast<int>(chosen.lines.size());
    if (chosen.leftOut > 0) {
        prepared.notes.push_back(std::to_string(chosen.leftOut) + " of " +
                                 std::to_string(chosen.leftOut + prepared.subtitleLines) +
                                 " subtitle lines were left out: they would take more than a "
                                 "quarter of the video's tokens");
    }
    return std::move(chosen.lines);
}

}  // namespace reelquery
