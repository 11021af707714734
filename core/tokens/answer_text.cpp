#include "core/tokens/answer_text.h"

#include "core/tokens/tokenizer.h"

namespace reelquery {

AnswerText::AnswerText(const Tokenizer& tokenizer, bool startsInThought)
    : decoder_(tokenizer),
      open_(tokenizer.specialId("<think>")),
      close_(tokenizer.specialId("</think>")),
      isThinking_(startsInThought && close_) {}

std::string AnswerText::push(TokenId id) {
    if (isFirst_ && open_ && close_ && id == *open_) isThinking_ = true;
    isFirst_ = false;
    if (!isThinking_) return withoutBlankStart(decoder_.push(id));
    if (id == *close_) {
        isThinking_ = false;
        skipsBlank_ = true;
    }
    return {};
}

std::string AnswerText::finish() {
    return withoutBlankStart(decoder_.finish());
}

std::string AnswerText::withoutBlankStart(std::string text) {
    if (!skipsBlank_) return text;
    text.erase(0, text.find_first_not_of(" \t\r\n"));
    if (!text.empty()) skipsBlank_ = false;
    return text;
}

}  // namespace reelquery
