#include "core/tokens/pre_tokenizer.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <utf8proc.h>

#include <cstdlib>

#include "core/base/error.h"

namespace reelquery {

namespace {

struct FreeCode {
    void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};

struct FreeMatch {
    void operator()(pcre2_match_data* match) const { pcre2_match_data_free(match); }
};

struct FreeText {
    // utf8proc hands out memory of malloc.
    void operator()(utf8proc_uint8_t* text) const { std::free(text); }
};

}  // namespace

struct PreTokenizer::Code {
    std::unique_ptr<pcre2_code, FreeCode> regex;
    std::string where;
};

std::string composeNfc(std::string_view text) {
    utf8proc_uint8_t* composed = nullptr;
    const auto length =
        utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                     static_cast<utf8proc_ssize_t>(text.size()), &composed,
                     static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    const std::unique_ptr<utf8proc_uint8_t, FreeText> owner(composed);
    ENSURE(length >= 0, "only valid UTF-8 is composed");
    return std::string(reinterpret_cast<const char*>(composed), static_cast<std::size_t>(length));
}

const char* PreTokenizer::qwen2Pattern() {
    return R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|)"
           R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
}

const char* PreTokenizer::gpt2Pattern() {
    return R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
}

PreTokenizer::PreTokenizer(const std::string& pattern, const std::string& where) {
    int error = 0;
    PCRE2_SIZE offset = 0;
    auto code = std::make_unique<Code>();
    code->regex.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                    PCRE2_UTF | PCRE2_UCP, &error, &offset, nullptr));
    if (!code->regex) {
        throw Error(ErrorCode::kModel,
                    where + ": its splitting pattern is not understood at character " +
                        std::to_string(offset),
                    "this kind of tokenizer is not supported");
    }
    code->where = where;
    code_ = std::move(code);
}

PreTokenizer::~PreTokenizer() = default;

std::vector<std::string_view> PreTokenizer::split(std::string_view text) const {
    const std::unique_ptr<pcre2_match_data, FreeMatch> match(
        pcre2_match_data_create_from_pattern(code_->regex.get(), nullptr));
    const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data());
    std::vector<std::string_view> pieces;
    std::size_t begin = 0;
    while (begin < text.size()) {
        const int found = pcre2_match(code_->regex.get(), subject, text.size(), begin,
                                      PCRE2_NO_UTF_CHECK, match.get(), nullptr);
        if (found == PCRE2_ERROR_NOMATCH) break;
        if (found < 0) {
            // No pattern in use comes near PCRE2's limits, but a file may hold any.
            throw Error(ErrorCode::kModel,
                        code_->where + ": its splitting pattern never ends on some texts",
                        "this kind of tokenizer is not supported");
        }
        const PCRE2_SIZE* range = pcre2_get_ovector_pointer(match.get());
        // An empty match would not move on; no pattern in use has one, but a file may hold any.
        if (range[1] <= begin) break;
        if (range[0] > begin) pieces.push_back(text.substr(begin, range[0] - begin));
        pieces.push_back(text.substr(range[0], range[1] - range[0]));
        begin = range[1];
    }
    if (begin < text.size()) pieces.push_back(text.substr(begin));
    return pieces;
}

}  // namespace reelquery
