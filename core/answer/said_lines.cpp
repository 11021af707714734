#include "core/answer/said_lines.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "core/base/error.h"

namespace reelquery {

namespace {

double distanceToFrames(double timeS, const std::vector<double>& frameTimesS) {
    const auto next = std::lower_bound(frameTimesS.begin(), frameTimesS.end(), timeS);
    double nearest = next == frameTimesS.end() ? INFINITY : *next - timeS;
    if (next != frameTimesS.begin()) nearest = std::min(nearest, timeS - *(next - 1));
    return nearest;
}

/// Where the question looks: its closer looks, else its range, else everywhere. What is said goes
/// on to the end of the sound, which may lie behind the last picture: without an end there is none.
std::vector<TimeRange> rangesOf(const SamplingOptions& sampling) {
    if (!sampling.within.empty()) return sampling.within;
    return {{sampling.fromS.value_or(0),
             sampling.toS.value_or(std::numeric_limits<double>::infinity())}};
}

}  // namespace

std::int64_t subtitleBudget(const SamplingOptions& sampling) {
    constexpr std::int64_t kVideoTokensPerSubtitleToken = 4;
    return sampling.maxVideoTokens / kVideoTokensPerSubtitleToken;
}

PromptSubtitles linesForPrompt(const std::vector<SubtitleCue>& cues, const SubtitleWish& wish) {
    std::vector<const SubtitleCue*> inside;
    for (const SubtitleCue& cue : cues) {
        const bool touches =
            std::any_of(wish.within.begin(), wish.within.end(), [&](const TimeRange& range) {
                return cue.fromS <= range.toS && cue.toS >= range.fromS;
            });
        if (touches) inside.push_back(&cue);
    }
    std::vector<std::size_t> byNearness(inside.size());
    std::iota(byNearness.begin(), byNearness.end(), std::size_t{0});
    std::vector<double> distance;
    for (const SubtitleCue* cue : inside) {
        distance.push_back(distanceToFrames((cue->fromS + cue->toS) / 2, wish.frameTimesS));
    }
    std::stable_sort(byNearness.begin(), byNearness.end(),
                     [&](std::size_t a, std::size_t b) { return distance[a] < distance[b]; });
    std::vector<bool> taken(inside.size(), false);
    PromptSubtitles chosen;
    std::int64_t tokens = 0;
    for (const std::size_t at : byNearness) {
        const std::int64_t cost = wish.countTokens(inside[at]->text);
        taken[at] = tokens + cost <= wish.maxTokens;
        taken[at] ? tokens += cost : ++chosen.leftOut;
    }
    for (std::size_t at = 0; at < inside.size(); ++at) {
        if (taken[at]) chosen.lines.push_back({std::max(inside[at]->fromS, 0.0), inside[at]->text});
    }
    return chosen;
}

std::vector<TimedText> linesOf(const Question& question, const SubtitleText& text,
                               const std::vector<double>& frameTimesS,
                               const std::function<std::int64_t(const std::string&)>& countTokens,
                               std::vector<std::string>& notes) {
    PromptSubtitles chosen = linesForPrompt(
        text.cues,
        {.within = rangesOf(question.sampling),
         .frameTimesS = frameTimesS,
         .maxTokens = subtitleBudget(question.sampling),
         .countTokens = [&](const std::string& line) { return kClockTokens + countTokens(line); }});
    if (chosen.leftOut > 0) {
        notes.push_back(leftOutLines(chosen.leftOut, chosen.leftOut + std::ssize(chosen.lines)));
    }
    return std::move(chosen.lines);
}

std::vector<TimedText> allLinesOf(const Question& question, const SubtitleText& text) {
    return linesForPrompt(text.cues, {.within = rangesOf(question.sampling),
                                      .frameTimesS = {0},
                                      .maxTokens = std::numeric_limits<std::int64_t>::max(),
                                      .countTokens = [](const std::string&) { return 0; }})
        .lines;
}

std::string leftOutLines(std::int64_t leftOut, std::int64_t all) {
    return std::to_string(leftOut) + " of " + std::to_string(all) +
           " subtitle lines were left out: they would take more than a quarter of the video's "
           "token budget";
}

const SubtitleText* subtitlesOf(const Question& question,
                                const std::function<const SubtitleText&()>& read,
                                std::vector<std::string>& notes) {
    const SubtitleOptions& wish = question.asked.subtitles;
    if (wish.use == SubtitleUse::kOff) return nullptr;
    if (!question.subtitles) {
        notes.emplace_back("there are no subtitles beside the video or in it");
        return nullptr;
    }
    const std::string& heardBy = question.subtitles->heardBy;
    if (question.heard && heardBy.empty()) return question.heard.get();
    if (!heardBy.empty()) {
        if (!question.heard) return nullptr;  // who only watches ahead hears nothing
        if (question.heard->cues.empty()) notes.emplace_back("nobody speaks in the video");
        if (question.doubtfulLines > 0) {
            notes.push_back(heardBy + " was not sure of " + std::to_string(question.doubtfulLines) +
                            " of the " + std::to_string(question.heard->cues.size()) +
                            " lines it heard");
        }
        return question.heard.get();
    }
    try {
        const SubtitleText& text = read();
        if (!text.readAs.empty()) {
            notes.push_back("the subtitles are not UTF-8; they were read as " + text.readAs);
        }
        if (text.unreadable > 0) {
            notes.push_back(std::to_string(text.unreadable) +
                            " subtitle lines could not be decoded");
        }
        return &text;
    } catch (const Error& error) {
        if (error.code() == ErrorCode::kCancelled || !wish.file.empty()) throw;
        notes.push_back("no subtitles: " + error.message());
        return nullptr;
    }
}

std::string sourceText(const SubtitleSource& source) {
    if (!source.heardBy.empty()) return "speech, heard by " + source.heardBy;
    if (!source.file.empty()) return source.file.filename().string();
    return "track " + std::to_string(source.stream) +
           (source.language.empty() ? "" : " (" + source.language + ")");
}

}  // namespace reelquery
