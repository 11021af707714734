#pragma once
// The text of an answer as it comes, without the thought that some models open it with.

#include <optional>
#include <string>

#include "core/tokens/stream_decoder.h"

namespace reelquery {

/// Leaves out everything from "<think>" at the answer's start to "</think>" and the blank behind
/// it. Both are tokens of their own in models that think; without them nothing is left out.
/// Confined to the thread that generates. Borrows the tokenizer.
class AnswerText {
  public:
    /// startsInThought: the prompt has opened the thought already.
    AnswerText(const Tokenizer& tokenizer, bool startsInThought);

    /// As StreamDecoder::push; empty for tokens of the thought.
    std::string push(TokenId id);

    /// As StreamDecoder::finish.
    std::string finish();

    /// No answer has begun yet: what came belongs to the thought.
    bool isThinking() const { return isThinking_; }

  private:
    std::string withoutBlankStart(std::string text);

    StreamDecoder decoder_;
    std::optional<TokenId> open_, close_;
    bool isFirst_ = true;
    bool isThinking_;
    bool skipsBlank_ = false;  // behind a thought
};

}  // namespace reelquery
