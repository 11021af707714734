#include "core/speech/silent_tokens.h"

#include <array>
#include <set>
#include <string>
#include <string_view>

#include "core/tokens/tokenizer.h"

namespace reelquery {

namespace {

constexpr std::array kSymbols = {"\"",  "#",  "(",   ")",  "*",  "+",  "/",   ":",  ";",  "<",
                                 "=",   ">",  "@",   "[",  "\\", "]",  "^",   "_",  "`",  "{",
                                 "|",   "}",  "~",   "「", "」", "『", "』",  "<<", ">>", "<<<",
                                 ">>>", "--", "---", "-(", "-[", "('", "(\"", "((", "))", "(((",
                                 ")))", "[[", "]]",  "{{", "}}", "♪♪", "♪♪♪"};
/// Their first tokens are left out even where they take several.
constexpr std::array kNotes = {"♩", "♪", "♫", "♬", "♭", "♮", "♯"};

}  // namespace

std::vector<TokenId> silentTokens(const Tokenizer& tokenizer) {
    std::set<TokenId> tokens;
    const auto add = [&](const std::string& text, bool evenFirstOfSeveral) {
        const std::vector<TokenId> ids = tokenizer.encode(text);
        if (ids.size() == 1 || evenFirstOfSeveral) tokens.insert(ids.front());
    };
    for (const std::string symbol : kSymbols) {
        add(symbol, false);
        add(" " + symbol, false);
    }
    for (const std::string note : kNotes) {
        add(note, true);
        add(" " + note, true);
    }
    add(" -", true);  // inside a word both are wanted, at its start they mark a speaker or a quote
    add(" '", true);
    return {tokens.begin(), tokens.end()};
}

}  // namespace reelquery
