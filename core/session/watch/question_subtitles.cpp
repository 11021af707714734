#include "core/session/watch/question_subtitles.h"

#include <limits>
#include <string>
#include <utility>

namespace reelquery {

namespace {

/// Where the question looks: its closer looks, else its range, else everywhere. What is said goes
/// on to the end of the sound, which may lie behind the last picture: without an end there is none.
std::vector<TimeRange> rangesOf(const SamplingOptions& sampling) {
    if (!sampling.within.empty()) return sampling.within;
    return {{sampling.fromS.value_or(0),
             sampling.toS.value_or(std::numeric_limits<double>::infinity())}};
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
    if (!question.subtitles->heardBy.empty()) {
        if (!question.heard) return nullptr;  // who only watches ahead hears nothing
        if (question.heard->cues.empty()) prepared.notes.emplace_back("nobody speaks in the video");
        if (question.doubtfulLines > 0) {
            prepared.notes.push_back(question.subtitles->heardBy + " was not sure of " +
                                     std::to_string(question.doubtfulLines) + " of the " +
                                     std::to_string(question.heard->cues.size()) +
                                     " lines it heard");
        }
        return question.heard.get();
    }
    try {
        const SubtitleText& text =
            warm.subtitles.read(*question.subtitles, question.video, question.videoId, cancel);
        if (!text.readAs.empty()) {
            prepared.notes.push_back("the subtitles are not UTF-8; they were read as " +
                                     text.readAs);
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
    PromptSubtitles chosen = linesForPrompt(
        text.cues,
        {.within = rangesOf(prepared.question.sampling),
         .frameTimesS = prepared.video->frameTimesS,
         .maxTokens = subtitleBudget(prepared.question.sampling),
         .countTokens = [&](const std::string& line) {
             return kClockTokens +
                    static_cast<std::int64_t>(tokenizer.encode(line, SpecialText::kPlain).size());
         }});
    prepared.subtitleLines = static_cast<int>(chosen.lines.size());
    if (chosen.leftOut > 0) {
        prepared.notes.push_back(std::to_string(chosen.leftOut) + " of " +
                                 std::to_string(chosen.leftOut + prepared.subtitleLines) +
                                 " subtitle lines were left out: they would take more than a "
                                 "quarter of the video's token budget");
    }
    return std::move(chosen.lines);
}

}  // namespace reelquery
