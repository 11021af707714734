#include "core/tokens/special_splitter.h"

#include <algorithm>

namespace reelquery {

SpecialSplitter::SpecialSplitter(std::vector<std::pair<std::string, TokenId>> tokens)
    : tokens_(std::move(tokens)) {
    std::erase_if(tokens_, [](const auto& token) { return token.first.empty(); });
    std::stable_sort(tokens_.begin(), tokens_.end(),
                     [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
    for (const auto& [text, id] : tokens_) {
        if (firstBytes_.find(text[0]) == std::string::npos) firstBytes_.push_back(text[0]);
    }
}

std::vector<TextOrSpecial> SpecialSplitter::split(std::string_view text) const {
    std::vector<TextOrSpecial> parts;
    std::size_t begin = 0;
    std::size_t at = text.find_first_of(firstBytes_);
    while (at != std::string_view::npos) {
        const auto found = std::find_if(tokens_.begin(), tokens_.end(), [&](const auto& token) {
            return text.substr(at).starts_with(token.first);
        });
        if (found == tokens_.end()) {
            at = text.find_first_of(firstBytes_, at + 1);
            continue;
        }
        if (at > begin) parts.push_back({text.substr(begin, at - begin)});
        parts.push_back({text.substr(at, found->first.size()), found->second});
        begin = at + found->first.size();
        at = text.find_first_of(firstBytes_, begin);
    }
    if (begin < text.size()) parts.push_back({text.substr(begin)});
    return parts;
}

}  // namespace reelquery
