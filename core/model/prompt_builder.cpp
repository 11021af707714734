#include "core/model/prompt_builder.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/error.h"
#include "core/tokens/tokenizer.h"

namespace reelquery {

namespace {

constexpr const char* kTurnStart = "<|im_start|>";
constexpr const char* kTurnEnd = "<|im_end|>";
constexpr const char* kThought = "<think>";

TokenId controlId(const Tokenizer& tokenizer, const char* text, std::optional<TokenId> wanted) {
    const std::optional<TokenId> id = tokenizer.specialId(text);
    if (!id) {
        throw Error(ErrorCode::kModel, std::string("the tokenizer has no control token ") + text,
                    "the tokenizer does not belong to a vision model that can be run");
    }
    if (wanted && *id != *wanted) {
        throw Error(ErrorCode::kModel,
                    std::string("config.json gives ") + text + " the id " +
                        std::to_string(*wanted) + ", the tokenizer " + std::to_string(*id),
                    "the model folder mixes files of different models");
    }
    return *id;
}

const char* roleName(Role role) {
    switch (role) {
        case Role::kSystem:
            return "system";
        case Role::kUser:
            return "user";
        case Role::kAssistant:
            return "assistant";
    }
    return "";
}

TextKind kindOf(Role role) {
    switch (role) {
        case Role::kSystem:
            return TextKind::kSystem;
        case Role::kUser:
            return TextKind::kUser;
        case Role::kAssistant:
            return TextKind::kAssistant;
    }
    return TextKind::kUser;
}

std::int64_t sharedPrefix(const std::vector<TokenId>& a, const std::vector<TokenId>& b) {
    const auto end = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    return end.first - a.begin();
}

/// Collects text until the next control token, because tokens may reach over the seam between
/// layout and words, and writes it out together with where the words are.
class SequenceWriter {
  public:
    explicit SequenceWriter(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}

    void layout(const std::string& text) { run_ += text; }

    void words(const std::string& text, TextKind kind, int turn) {
        marks_.push_back({run_.size(), run_.size() + text.size(), kind, turn});
        run_ += text;
    }

    /// No token reaches over this place.
    void seam() { flush(); }

    void control(TokenId id) {
        flush();
        sequence_.ids.push_back(id);
    }

    void pads(TokenId id, VisionSpan span, std::int64_t count) {
        flush();
        span.begin = size();
        span.end = span.begin + count;
        sequence_.ids.insert(sequence_.ids.end(), static_cast<std::size_t>(count), id);
        sequence_.vision.push_back(std::move(span));
        sequence_.visionTokens += count;
    }

    PromptSequence finish() {
        flush();
        if (!userBegin_) userBegin_ = size();
        sequence_.reusablePrefix = *userBegin_;
        return std::move(sequence_);
    }

  private:
    struct Mark {
        std::size_t begin, end;  // bytes of the run
        TextKind kind;
        int turn;
    };

    std::int64_t size() const { return static_cast<std::int64_t>(sequence_.ids.size()); }

    void flush() {
        const std::vector<TokenId> ids = tokenizer_.encode(run_, SpecialText::kPlain);
        // Tokens before byte n are those that the first n bytes alone would give, too.
        const auto tokensBefore = [&](std::size_t bytes) {
            if (bytes == run_.size()) return static_cast<std::int64_t>(ids.size());
            return sharedPrefix(tokenizer_.encode(run_.substr(0, bytes), SpecialText::kPlain), ids);
        };
        for (const Mark& mark : marks_) {
            if (mark.kind == TextKind::kUser && !userBegin_) userBegin_ = size();
            const std::int64_t begin = tokensBefore(mark.begin);
            const std::int64_t end = std::max(begin, tokensBefore(mark.end));
            sequence_.text.push_back({size() + begin, size() + end, mark.kind, mark.turn});
        }
        sequence_.ids.insert(sequence_.ids.end(), ids.begin(), ids.end());
        run_.clear();
        marks_.clear();
    }

    const Tokenizer& tokenizer_;
    PromptSequence sequence_;
    std::optional<std::int64_t> userBegin_;
    std::string run_;
    std::vector<Mark> marks_;
};

/// Counters that run through the whole prompt.
struct VisionCounts {
    int parts = 0;
    int videos = 0;
    int pictures = 0;
};

}  // namespace

std::vector<double> pairTimes(const std::vector<double>& frameTimesS, PairTime named) {
    std::vector<double> times;
    for (std::size_t frame = 0; frame < frameTimesS.size(); frame += 2) {
        const double firstS = frameTimesS[frame];
        const double secondS = frameTimesS[std::min(frame + 1, frameTimesS.size() - 1)];
        times.push_back(named == PairTime::kMean ? (firstS + secondS) / 2 : firstS);
    }
    return times;
}

PromptBuilder::PromptBuilder(const Tokenizer& tokenizer, const SpecialIds& ids,
                             std::int64_t mergeSize)
    : tokenizer_(tokenizer),
      ids_{controlId(tokenizer, "<|vision_start|>", ids.visionStart),
           controlId(tokenizer, "<|vision_end|>", ids.visionEnd),
           controlId(tokenizer, "<|image_pad|>", ids.imagePad),
           controlId(tokenizer, "<|video_pad|>", ids.videoPad)},
      turnStart_(controlId(tokenizer, kTurnStart, std::nullopt)),
      turnEnd_(controlId(tokenizer, kTurnEnd, std::nullopt)),
      thought_(tokenizer.specialId(kThought)),
      mergeSize_(mergeSize) {}

PromptSequence PromptBuilder::build(const std::vector<PromptTurn>& turns,
                                    const PromptOptions& options) const {
    std::vector<PromptTurn> all;
    const bool hasOwn = !turns.empty() && turns.front().role == Role::kSystem;
    if (!hasOwn && !options.conventions.system.empty()) {
        all.push_back({Role::kSystem, {TextPart{options.conventions.system}}});
    }
    all.insert(all.end(), turns.begin(), turns.end());

    SequenceWriter writer(tokenizer_);
    VisionCounts counts;
    const auto addSaid = [&](const TimedText& said, int turn) {
        writer.words(options.conventions.timeText(said.timeS) + " " + said.text,
                     TextKind::kSubtitle, turn);
        writer.layout("\n");
    };
    const auto addVision = [&](const VisionPart& part, int turn) {
        const int number = part.isImage ? ++counts.pictures : ++counts.videos;
        if (options.numberVisionParts) {
            writer.layout((part.isImage ? "Picture " : "Video ") + std::to_string(number) + ": ");
        }
        const bool hasTimeText = options.conventions.timeTextEveryPairs > 0 && !part.isImage;
        const std::int64_t step =
            hasTimeText ? options.conventions.timeTextEveryPairs : part.grid.t;
        const bool hasTimes = static_cast<std::int64_t>(part.pairTimesS.size()) == part.grid.t;
        ENSURE(hasTimes || (!hasTimeText && part.pairTimesS.empty() && part.said.empty()),
               "one time for each pair");
        auto said = part.said.begin();
        for (std::int64_t first = 0; first < part.grid.t; first += step) {
            VisionSpan span;
            span.isImage = part.isImage;
            span.grid = {std::min(step, part.grid.t - first), part.grid.h, part.grid.w};
            span.part = counts.parts;
            span.firstPair = first;
            span.secondsPerPair = part.secondsPerPair;
            if (hasTimes) {
                span.pairTimesS.assign(part.pairTimesS.begin() + first,
                                       part.pairTimesS.begin() + first + span.grid.t);
            }
            if (hasTimeText) {
                writer.words(options.conventions.timeText(span.pairTimesS.front()),
                             TextKind::kTimeText, turn);
            }
            const std::int64_t count = span.grid.patches() / (mergeSize_ * mergeSize_);
            writer.control(ids_.visionStart);
            writer.pads(part.isImage ? ids_.imagePad : ids_.videoPad, std::move(span), count);
            writer.control(ids_.visionEnd);
            for (; said != part.said.end() &&
                   (first + step >= part.grid.t || said->timeS < part.pairTimesS[first + step]);
                 ++said) {
                addSaid(*said, turn);
            }
            writer.seam();
        }
        ++counts.parts;
    };

    for (int turn = 0; turn < static_cast<int>(all.size()); ++turn) {
        const auto& [role, parts] = all[static_cast<std::size_t>(turn)];
        writer.control(turnStart_);
        writer.layout(std::string(roleName(role)) + "\n");
        for (const PromptPart& part : parts) {
            if (const auto* vision = std::get_if<VisionPart>(&part)) {
                addVision(*vision, turn);
            } else {
                writer.words(std::get<TextPart>(part).text, kindOf(role), turn);
            }
        }
        writer.control(turnEnd_);
        writer.layout("\n");
    }
    if (options.openAnswer) {
        writer.control(turnStart_);
        writer.layout("assistant\n");
        if (options.conventions.opensThought) {
            if (thought_) {
                writer.control(*thought_);
            } else {
                writer.layout(kThought);
            }
            writer.layout("\n");
        }
    }
    return writer.finish();
}

}  // namespace reelquery
