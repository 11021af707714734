#include "core/tokens/stream_decoder.h"

#include <cstddef>
#include <vector>

#include "core/tokens/tokenizer.h"

namespace reelquery {

namespace {

constexpr const char* kReplacement = "\xEF\xBF\xBD";

/// Length a character announces by its first byte, and the range its second byte must lie in;
/// 0 for a byte that cannot start one. (Table 3-7 of the Unicode standard.)
struct Lead {
    std::size_t length = 0;
    unsigned char low = 0x80, high = 0xBF;
};

Lead leadOf(unsigned char byte) {
    if (byte < 0x80) return {1};
    if (byte >= 0xC2 && byte <= 0xDF) return {2};
    if (byte == 0xE0) return {3, 0xA0, 0xBF};
    if (byte == 0xED) return {3, 0x80, 0x9F};
    if (byte >= 0xE1 && byte <= 0xEF) return {3};
    if (byte == 0xF0) return {4, 0x90, 0xBF};
    if (byte >= 0xF1 && byte <= 0xF3) return {4};
    if (byte == 0xF4) return {4, 0x80, 0x8F};
    return {0};
}

}  // namespace

std::string takeValidUtf8(std::string& bytes, bool isLast) {
    std::string text;
    std::size_t at = 0;
    while (at < bytes.size()) {
        const Lead lead = leadOf(static_cast<unsigned char>(bytes[at]));
        if (lead.length == 0) {
            text += kReplacement;
            ++at;
            continue;
        }
        std::size_t good = 1;
        while (good < lead.length && at + good < bytes.size()) {
            const auto byte = static_cast<unsigned char>(bytes[at + good]);
            const bool fits =
                good == 1 ? byte >= lead.low && byte <= lead.high : byte >= 0x80 && byte <= 0xBF;
            if (!fits) break;
            ++good;
        }
        const bool isWhole = good == lead.length;
        if (!isWhole && at + good == bytes.size() && !isLast) break;
        text += isWhole ? bytes.substr(at, good) : std::string(kReplacement);
        at += good;
    }
    bytes.erase(0, at);
    return text;
}

StreamDecoder::StreamDecoder(const Tokenizer& tokenizer, bool keepSpecial)
    : tokenizer_(tokenizer), keepSpecial_(keepSpecial), dropSpace_(tokenizer.addsLeadingSpace()) {}

std::string StreamDecoder::push(TokenId id) {
    if (keepSpecial_ || !tokenizer_.isSpecial(id)) pending_ += tokenizer_.bytesOf(id);
    return take(false);
}

std::string StreamDecoder::finish() {
    return take(true);
}

std::string StreamDecoder::take(bool isLast) {
    if (dropSpace_ && !pending_.empty()) {
        if (pending_[0] == ' ') pending_.erase(0, 1);
        dropSpace_ = false;
    }
    return takeValidUtf8(pending_, isLast);
}

std::string decode(const Tokenizer& tokenizer, const std::vector<TokenId>& ids, bool keepSpecial) {
    StreamDecoder decoder(tokenizer, keepSpecial);
    std::string text;
    for (const TokenId id : ids) text += decoder.push(id);
    return text + decoder.finish();
}

}  // namespace reelquery
