#include "core/speech/token_text.h"

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <set>

#include "core/base/error.h"
#include "core/tokens/stream_decoder.h"
#include "core/tokens/tokenizer.h"

namespace reelquery {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kPunctuation = R"(!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~)";
constexpr std::string_view kOpening = "\"'“¿([{-";
constexpr std::string_view kClosing = "\"'.。,，!！?？:：”)]}、";

/// White space beyond ASCII: U+0085, 00A0, 1680, 2000-200A, 2028, 2029, 202F, 205F, 3000.
std::size_t spaceAt(std::string_view text) {
    if (text.empty()) return 0;
    const auto byte = static_cast<unsigned char>(text[0]);
    if (byte == ' ' || (byte >= 0x09 && byte <= 0x0D) || (byte >= 0x1C && byte <= 0x1F)) return 1;
    if (text.starts_with("\xC2\x85") || text.starts_with("\xC2\xA0")) return 2;
    if (text.size() < 3) return 0;
    const auto last = static_cast<unsigned char>(text[2]);
    const bool isWide =
        text.starts_with("\xE1\x9A\x80") || text.starts_with("\xE3\x80\x80") ||
        text.starts_with("\xE2\x81\x9F") ||
        (text.starts_with("\xE2\x80") &&
         ((last >= 0x80 && last <= 0x8A) || last == 0xA8 || last == 0xA9 || last == 0xAF));
    return isWide ? 3 : 0;
}

std::string bytesOf(const Tokenizer& tokenizer, const std::vector<TokenId>& tokens) {
    std::string bytes;
    for (const TokenId id : tokens) bytes += tokenizer.bytesOf(id);
    return bytes;
}

std::string decoded(const Tokenizer& tokenizer, const std::vector<TokenId>& tokens) {
    std::string bytes = bytesOf(tokenizer, tokens);
    return takeValidUtf8(bytes, true);
}

/// Where each character of valid UTF-8 begins.
std::vector<std::size_t> characterStarts(std::string_view text) {
    std::vector<std::size_t> starts;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if ((static_cast<unsigned char>(text[at]) & 0xC0) != 0x80) starts.push_back(at);
    }
    return starts;
}

/// Runs of tokens that decode to whole characters. Places are counted in characters, as by the
/// reference: broken bytes have other lengths in a run than in the whole text.
std::vector<TokenWord> splitCharacters(const Tokenizer& tokenizer,
                                       const std::vector<TokenId>& tokens) {
    const std::string full = decoded(tokenizer, tokens);
    const std::vector<std::size_t> starts = characterStarts(full);
    std::vector<TokenWord> parts;
    std::vector<TokenId> run;
    std::size_t before = 0;  // characters of the runs so far
    for (const TokenId token : tokens) {
        run.push_back(token);
        const std::string text = decoded(tokenizer, run);
        const std::size_t broken = text.find(kReplacement);
        bool isWhole = broken == std::string::npos;
        if (!isWhole) {  // a replacement that the whole text has in the same place is really there
            const std::size_t at =
                before + characterStarts(std::string_view(text).substr(0, broken)).size();
            isWhole = at < starts.size() &&
                      std::string_view(full).substr(starts[at]).starts_with(kReplacement);
        }
        if (!isWhole) continue;
        parts.push_back({text, run});
        run.clear();
        before += characterStarts(text).size();
    }
    return parts;
}

/// The marks in their order, as the reference has it; an empty text counts.
bool isRunOf(std::string_view marks, std::string_view text) {
    return marks.find(text) != std::string_view::npos;
}

}  // namespace

std::string textBelow(const Tokenizer& tokenizer, const std::vector<TokenId>& tokens,
                      TokenId limit) {
    std::string bytes;
    for (const TokenId id : tokens) {
        if (id < limit) bytes += tokenizer.bytesOf(id);
    }
    return takeValidUtf8(bytes, true);
}

std::string stripped(const std::string& text) {
    std::size_t begin = 0, end = 0;  // end: behind the last character that is no white space
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t space = spaceAt(std::string_view(text).substr(at));
        if (space == 0) {
            ++at;
            end = at;
        } else {
            if (end == 0) begin = at + space;
            at += space;
        }
    }
    return end == 0 ? std::string() : text.substr(begin, end - begin);
}

double compressionRatio(std::string_view text) {
    uLongf bytes = compressBound(static_cast<uLong>(text.size()));
    std::vector<Bytef> deflated(bytes);
    const int status =
        compress(deflated.data(), &bytes, reinterpret_cast<const Bytef*>(text.data()),
                 static_cast<uLong>(text.size()));
    ENSURE(status == Z_OK, "there is room for the deflated text");
    return static_cast<double>(text.size()) / static_cast<double>(bytes);
}

std::vector<TokenWord> splitWords(const Tokenizer& tokenizer, const std::vector<TokenId>& tokens,
                                  const std::string& language, TokenId endOfText) {
    static const std::set<std::string> kSpaceless = {"zh", "ja", "th", "lo", "my", "yue"};
    std::vector<TokenWord> parts = splitCharacters(tokenizer, tokens);
    if (kSpaceless.contains(language)) return parts;
    std::vector<TokenWord> words;
    for (TokenWord& part : parts) {
        const bool begins = part.tokens.front() >= endOfText || part.text.starts_with(' ') ||
                            isRunOf(kPunctuation, stripped(part.text)) || words.empty();
        if (begins) {
            words.push_back(std::move(part));
            continue;
        }
        words.back().text += part.text;
        words.back().tokens.insert(words.back().tokens.end(), part.tokens.begin(),
                                   part.tokens.end());
    }
    return words;
}

bool isOpeningMark(std::string_view text) {
    return isRunOf(kOpening, text);
}

bool isClosingMark(std::string_view text) {
    return isRunOf(kClosing, text);
}

}  // namespace reelquery
