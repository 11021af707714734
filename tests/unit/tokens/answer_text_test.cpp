// An answer's text without the thought it may begin with.

#include "core/tokens/answer_text.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "core/tokens/tokenizer.h"

namespace reelquery {

namespace {

constexpr TokenId kOpen = 300, kClose = 301;

/// Every id is the byte of its value; where it thinks, 300 and 301 are the marks of a thought.
class ThinkingTokenizer final : public Tokenizer {
  public:
    explicit ThinkingTokenizer(bool thinks) : thinks_(thinks) {}

    std::vector<TokenId> encode(std::string_view text, SpecialText) const override {
        std::vector<TokenId> ids;
        for (const char c : text) ids.push_back(static_cast<unsigned char>(c));
        return ids;
    }

    std::optional<TokenId> specialId(std::string_view text) const override {
        if (thinks_ && text == "<think>") return kOpen;
        if (thinks_ && text == "</think>") return kClose;
        return std::nullopt;
    }

    bool isSpecial(TokenId) const override { return false; }

    std::string bytesOf(TokenId id) const override {
        return id == kOpen    ? "<think>"
               : id == kClose ? "</think>"
                              : std::string(1, static_cast<char>(id));
    }

    TokenId knownIds() const override { return 302; }

  private:
    bool thinks_;
};

/// `[` and `]` stand for the marks.
std::string shown(const std::string& written, bool startsInThought, bool thinks = true) {
    const ThinkingTokenizer tokenizer(thinks);
    AnswerText answer(tokenizer, startsInThought);
    std::string text;
    for (const TokenId id : tokenizer.encode(written, SpecialText::kPlain)) {
        text += answer.push(id == '[' ? kOpen : id == ']' ? kClose : id);
    }
    return text + answer.finish();
}

}  // namespace

TEST_CASE("A thought and the blank behind it are left out of the answer") {
    CHECK(shown("hm, a boat?\n]\n\nA boat.\n\nRed.", true) == "A boat.\n\nRed.");
    CHECK(shown("[\nhm\n]\n\nA boat.", false) == "A boat.");
    CHECK(shown("[\nhm\n]\n\nA boat.", true) == "A boat.");
    CHECK(shown("]A boat.", true) == "A boat.");
    CHECK(shown("hm\xC3]\xC3\x9F", true) == "\xC3\x9F");
}

TEST_CASE("Without a thought an answer stays as it is") {
    CHECK(shown("\n A boat.", false) == "\n A boat.");
    CHECK(shown("It says [x] there.", false) == "It says <think>x</think> there.");
    CHECK(shown("]A boat.", false) == "</think>A boat.");
    // No marks in the vocabulary: nothing could end a thought, so there is none.
    CHECK(shown("hm. A boat.", true, false) == "hm. A boat.");
}

TEST_CASE("An answer that got no further than its thoughts is empty, and says so") {
    const ThinkingTokenizer tokenizer(true);
    AnswerText answer(tokenizer, true);
    CHECK(answer.isThinking());
    CHECK(answer.push('h').empty());
    CHECK(answer.finish().empty());
    CHECK(answer.isThinking());
    CHECK(answer.push(kClose).empty());
    CHECK_FALSE(answer.isThinking());
    CHECK_FALSE(AnswerText(tokenizer, false).isThinking());
}

}  // namespace reelquery
