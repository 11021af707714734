#pragma once
// Lays a conversation out as the token sequence the model was trained on.
// L tokens; a vision span of a grid t x h x w has t * h/2 * w/2 tokens (merge size 2).

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/spec/model_config.h"
#include "core/spec/vision_config.h"

namespace reelquery {

class Tokenizer;

/// Something said in a video.
struct TimedText {
    double timeS = 0;
    std::string text;  ///< one line; never read as control tokens
};

/// A video (or picture) inside a user's turn.
struct VisionPart {
    bool isImage = false;
    PatchGrid grid;                  ///< of the whole video
    std::vector<double> pairTimesS;  ///< the time each pair is named by, see pairTimes; [grid.t]
    double secondsPerPair = 1.0;     ///< mean time between pairs: 2 / sampled frames per second
    std::vector<TimedText> said;     ///< in time order; needs pairTimesS. See Note [Subtitles]
};

/// What a person wrote; never read as control tokens.
struct TextPart {
    std::string text;
};

using PromptPart = std::variant<VisionPart, TextPart>;

enum class Role { kSystem, kUser, kAssistant };

struct PromptTurn {
    Role role = Role::kUser;
    std::vector<PromptPart> parts;
};

struct PromptOptions {
    PromptConfig conventions;
    bool numberVisionParts = false;  ///< "Video 1: " before each video, "Picture 1: " ...
    bool openAnswer = true;          ///< end with the opening of the assistant's turn
};

/// A run of pads: one video, one picture, or one segment of a video with time text.
struct VisionSpan {
    std::int64_t begin = 0, end = 0;  ///< token range, pads only
    bool isImage = false;
    PatchGrid grid;                  ///< of this span
    int part = 0;                    ///< which VisionPart of the prompt, counted from 0
    std::int64_t firstPair = 0;      ///< of that part
    std::vector<double> pairTimesS;  ///< [grid.t] as given, empty where none were
    double secondsPerPair = 1.0;
};

enum class TextKind { kSystem, kTimeText, kSubtitle, kUser, kAssistant };

/// Where a turn's words lie, layout tokens left out. Words are tokenised together with the layout
/// text before them, so a token that holds both belongs to the span.
struct TextSpan {
    std::int64_t begin = 0, end = 0;
    TextKind kind = TextKind::kUser;
    int turn = 0;  ///< index into the turns as laid out (a default system turn counts)
};

/// A finished prompt, plain values only.
struct PromptSequence {
    std::vector<TokenId> ids;  ///< [L]
    std::vector<VisionSpan> vision;
    std::vector<TextSpan> text;
    std::int64_t reusablePrefix = 0;  ///< tokens before the first one a user's words decide
    std::int64_t visionTokens = 0;
};

// Note [Subtitles]
// What is said follows the segment of the video in which it begins, so that it stands between the
// time steps it belongs to; what begins before the first pair follows the first segment. Where the
// whole video is one segment (Qwen2-VL and Qwen2.5-VL), all lines make one block between video and
// question. Every line starts with its own time text, as in the training of the embedded model:
// "[1:05] words". Lines come before a user's words and are tokenised apart from them, so
// they belong to the reusable prefix.

/// The time that names each pair of frames: in double, as the families' own code reckons.
/// frameTimesS: real times from the start of the file; an odd last frame stands for both of its
/// pair. [(frames + 1) / 2]
std::vector<double> pairTimes(const std::vector<double>& frameTimesS, PairTime named);

/// Builds prompts for one checkpoint. Immutable; borrows the tokenizer. Thread: any.
class PromptBuilder {
  public:
    /// Errors: kModel when the tokenizer lacks a control token of the chat layout, or gives it
    /// another id than config.json.
    PromptBuilder(const Tokenizer& tokenizer, const SpecialIds& ids, std::int64_t mergeSize);

    /// Lays the turns out in order. A system turn is put first where the turns do not start with
    /// one and the conventions have a text for it.
    PromptSequence build(const std::vector<PromptTurn>& turns, const PromptOptions& options) const;

  private:
    const Tokenizer& tokenizer_;
    SpecialIds ids_;
    TokenId turnStart_;
    TokenId turnEnd_;
    std::optional<TokenId> thought_;
    std::int64_t mergeSize_;
};

}  // namespace reelquery
