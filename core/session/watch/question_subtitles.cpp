#include "core/session/watch/question_subtitles.h"

#include <utility>

#include "core/answer/said_lines.h"

namespace reelquery {

const SubtitleText* readSubtitles(PreparedQuestion& prepared, WarmState& warm,
                                  const CancelToken& cancel) {
    const QuestionPlan& question = prepared.question;
    return subtitlesOf(
        question,
        [&]() -> const SubtitleText& {
            return warm.subtitles.read(*question.subtitles, question.video, question.videoId,
                                       cancel);
        },
        prepared.notes);
}

std::vector<TimedText> subtitleLines(PreparedQuestion& prepared, const SubtitleText& text,
                                     const Tokenizer& tokenizer) {
    std::vector<TimedText> lines = linesOf(
        prepared.question, text, prepared.video->frameTimesS,
        [&](const std::string& line) {
            return std::ssize(tokenizer.encode(line, SpecialText::kPlain));
        },
        prepared.notes);
    prepared.subtitleLines = static_cast<int>(lines.size());
    return lines;
}

}  // namespace reelquery
