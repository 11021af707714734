#include "core/tokens/bpe_tokenizer.h"

#include <algorithm>
#include <queue>
#include <tuple>
#include <utility>

#include "core/tokens/stream_decoder.h"

namespace reelquery {

namespace {

std::vector<std::pair<std::string, TokenId>> namesOf(const std::vector<AddedToken>& added) {
    std::vector<std::pair<std::string, TokenId>> names;
    for (const AddedToken& token : added) names.emplace_back(token.text, token.id);
    return names;
}

/// One token of a piece while it is merged; a doubly linked list by index.
struct Symbol {
    TokenId id = -1;
    int previous = -1;
    int next = -1;
};

/// A pair that can merge. Ordered by rank, then from the left.
struct Candidate {
    Merge merge;
    int left = 0;
    TokenId leftId = -1, rightId = -1;  // as they were when it was found

    bool operator>(const Candidate& other) const {
        return std::tie(merge.rank, left) > std::tie(other.merge.rank, other.left);
    }
};

}  // namespace

BpeTokenizer::BpeTokenizer(BpeVocabulary vocabulary, const std::string& where)
    : vocabulary_(std::move(vocabulary)),
      preTokenizer_(vocabulary_.splitPattern, where),
      splitter_(namesOf(vocabulary_.added)) {}

std::vector<TokenId> BpeTokenizer::encode(std::string_view text, SpecialText special) const {
    std::string bytes(text);
    const std::string valid = takeValidUtf8(bytes, true);
    std::vector<TokenId> ids;
    if (special == SpecialText::kPlain) {
        encodePlain(valid, ids);
        return ids;
    }
    for (const TextOrSpecial& part : splitter_.split(valid)) {
        if (part.id >= 0) {
            ids.push_back(part.id);
        } else {
            encodePlain(part.text, ids);
        }
    }
    return ids;
}

std::optional<TokenId> BpeTokenizer::specialId(std::string_view text) const {
    const auto found = std::find_if(vocabulary_.added.begin(), vocabulary_.added.end(),
                                    [&](const AddedToken& token) { return token.text == text; });
    if (found == vocabulary_.added.end()) return std::nullopt;
    return found->id;
}

bool BpeTokenizer::isSpecial(TokenId id) const {
    return std::any_of(vocabulary_.added.begin(), vocabulary_.added.end(),
                       [&](const AddedToken& token) { return token.id == id && token.isSpecial; });
}

std::string BpeTokenizer::bytesOf(TokenId id) const {
    if (id < 0 || id >= knownIds()) return {};
    return vocabulary_.bytesOfId[static_cast<std::size_t>(id)];
}

TokenId BpeTokenizer::knownIds() const {
    return static_cast<TokenId>(vocabulary_.bytesOfId.size());
}

std::vector<std::string> BpeTokenizer::pieces(std::string_view text) const {
    const std::string normal = normalised(text);
    std::vector<std::string> copies;
    for (const std::string_view piece : preTokenizer_.split(normal)) copies.emplace_back(piece);
    return copies;
}

std::string BpeTokenizer::normalised(std::string_view text) const {
    return vocabulary_.composes ? composeNfc(text) : std::string(text);
}

void BpeTokenizer::encodePlain(std::string_view text, std::vector<TokenId>& ids) const {
    const std::string normal = normalised(text);
    for (const std::string_view piece : preTokenizer_.split(normal)) encodePiece(piece, ids);
}

void BpeTokenizer::encodePiece(std::string_view piece, std::vector<TokenId>& ids) const {
    std::vector<Symbol> symbols;
    for (const char c : piece) {
        const int at = static_cast<int>(symbols.size());
        symbols.push_back({vocabulary_.idOfByte[static_cast<unsigned char>(c)], at - 1, at + 1});
    }
    symbols.back().next = -1;

    std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> candidates;
    const auto consider = [&](int left) {
        if (left < 0 || symbols[left].next < 0) return;
        const TokenId leftId = symbols[left].id, rightId = symbols[symbols[left].next].id;
        const auto found = vocabulary_.merges.find(BpeVocabulary::mergeKey(leftId, rightId));
        if (found == vocabulary_.merges.end()) return;
        candidates.push({found->second, left, leftId, rightId});
    };
    for (int at = 0; at + 1 < static_cast<int>(symbols.size()); ++at) consider(at);

    while (!candidates.empty()) {
        const Candidate best = candidates.top();
        candidates.pop();
        Symbol& left = symbols[best.left];
        // Stale when either side was merged meanwhile; a merged-away symbol has id -1.
        if (left.id != best.leftId || left.next < 0 || symbols[left.next].id != best.rightId) {
            continue;
        }
        Symbol& right = symbols[left.next];
        left.id = best.merge.result;
        left.next = right.next;
        if (right.next >= 0) symbols[right.next].previous = best.left;
        right.id = -1;
        consider(left.previous);
        consider(best.left);
    }
    for (int at = 0; at >= 0; at = symbols[at].next) ids.push_back(symbols[at].id);
}

}  // namespace reelquery
