#include "core/tokens/stream_decoder.h"

#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <vector>

#include "core/tokens/tokenizer.h"

namespace reelquery {

namespace {

const std::string kReplacement = "\xEF\xBF\xBD";

/// Every id is the byte of its value; 300 is a control token.
class ByteTokenizer final : public Tokenizer {
  public:
    std::vector<TokenId> encode(std::string_view text, SpecialText) const override {
        std::vector<TokenId> ids;
        for (const char c : text) ids.push_back(static_cast<unsigned char>(c));
        return ids;
    }

    std::optional<TokenId> specialId(std::string_view) const override { return std::nullopt; }

    bool isSpecial(TokenId id) const override { return id == 300; }

    std::string bytesOf(TokenId id) const override {
        return id == 300 ? "<|x|>" : std::string(1, static_cast<char>(id));
    }

    TokenId knownIds() const override { return 301; }
};

}  // namespace

TEST_CASE("Characters come out whole, byte by byte in") {
    const ByteTokenizer tokenizer;
    StreamDecoder decoder(tokenizer);
    std::vector<std::string> parts;
    for (const TokenId id : tokenizer.encode("a\u00df\u8239\U0001F6A4", SpecialText::kPlain)) {
        parts.push_back(decoder.push(id));
    }
    CHECK(parts ==
          std::vector<std::string>{"a", "", "\u00df", "", "", "\u8239", "", "", "", "\U0001F6A4"});
    CHECK(decoder.finish().empty());
}

TEST_CASE("Broken bytes become one replacement for each maximal broken part") {
    // Expected strings are Python's bytes.decode("utf-8", "replace").
    const auto [bytes, expected] = GENERATE(table<std::string, std::string>({
        {"\xff", "R"},
        {"a\x80z", "aRz"},
        {"\xe2\x82z", "Rz"},
        {"\xe2\x82", "R"},
        {"\xf0\x9f\x98", "R"},
        {"\xf0\x9f\x98\xf0\x9f\x98\x80", "R\xf0\x9f\x98\x80"},
        {"\xc0\xaf", "RR"},
        {"\xe0\x80\x80", "RRR"},
        {"\xed\xa0\x80", "RRR"},
        {"\xf4\x90\x80\x80", "RRRR"},
        {"\xf5\x80", "RR"},
        {"\xc3\xc3\xa9", "R\u00e9"},
    }));
    std::string wanted;
    for (const char c : expected) wanted += c == 'R' ? kReplacement : std::string(1, c);
    const ByteTokenizer tokenizer;
    StreamDecoder decoder(tokenizer);
    std::string text;
    for (const TokenId id : tokenizer.encode(bytes, SpecialText::kPlain)) text += decoder.push(id);
    text += decoder.finish();
    CHECK(text == wanted);
    std::string whole = bytes;
    CHECK(takeValidUtf8(whole, true) == wanted);
    CHECK(whole.empty());
}

TEST_CASE("Control tokens are left out unless asked for") {
    const ByteTokenizer tokenizer;
    CHECK(decode(tokenizer, {'a', 300, 'b'}, false) == "ab");
    CHECK(decode(tokenizer, {'a', 300, 'b'}, true) == "a<|x|>b");
}

}  // namespace reelquery
