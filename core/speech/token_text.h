#pragma once
// Whisper's tokens as text: whole characters, words, and how repetitive a text is.

#include <string>
#include <string_view>
#include <vector>

#include "core/speech/speech_config.h"

namespace reelquery {

class Tokenizer;

/// Text of the tokens below `limit`; others are left out. U+FFFD for broken UTF-8.
std::string textBelow(const Tokenizer& tokenizer, const std::vector<TokenId>& tokens,
                      TokenId limit);

/// Without white space of any script at either end.
std::string stripped(const std::string& text);

/// Bytes of the text over bytes of it deflated: above 2.4 somebody stutters. 0 for an empty text.
double compressionRatio(std::string_view text);

/// A word, or a part of a text without spaces, with its tokens.
struct TokenWord {
    std::string text;  ///< with the space before it
    std::vector<TokenId> tokens;
};

/// Cuts tokens into words: at spaces, and at punctuation that stands alone; in languages written
/// without spaces into characters. tokens: text, then endOfText, which becomes the last word.
std::vector<TokenWord> splitWords(const Tokenizer& tokenizer, const std::vector<TokenId>& tokens,
                                  const std::string& language, TokenId endOfText);

/// Opening marks join the word behind them, closing marks the one before. Emptied words stay, with
/// neither text nor tokens.
template <class Word>
void mergeMarks(std::vector<Word>& words);

/// True where the text is one of Whisper's opening or closing marks, or a run of them.
bool isOpeningMark(std::string_view text);
bool isClosingMark(std::string_view text);

template <class Word>
void mergeMarks(std::vector<Word>& words) {
    const auto join = [](Word& into, const Word& first, const Word& second, Word& emptied) {
        const std::string text = first.text + second.text;
        std::vector<TokenId> tokens = first.tokens;
        tokens.insert(tokens.end(), second.tokens.begin(), second.tokens.end());
        into.text = text;
        into.tokens = tokens;
        emptied.text.clear();
        emptied.tokens.clear();
    };
    for (std::size_t i = words.size(), next = i; i-- > 0;) {
        if (next == words.size()) {
            next = i;
            continue;
        }
        Word& word = words[i];
        if (word.text.starts_with(' ') && isOpeningMark(stripped(word.text))) {
            join(words[next], word, words[next], word);
        } else {
            next = i;
        }
    }
    std::size_t last = 0;
    for (std::size_t i = 1; i < words.size(); ++i) {
        if (!words[last].text.ends_with(' ') && isClosingMark(words[i].text)) {
            join(words[last], words[last], words[i], words[i]);
        } else {
            last = i;
        }
    }
}

}  // namespace reelquery
