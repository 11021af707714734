#include "core/tokens/sentencepiece_tokenizer.h"

#include <sentencepiece_processor.h>

#include <charconv>
#include <utility>

#include "core/base/error.h"
#include "core/tokens/special_splitter.h"
#include "core/tokens/stream_decoder.h"

namespace reelquery {

namespace {

constexpr std::string_view kSpaceMark = "\xE2\x96\x81";  // U+2581

class SentencePieceTokenizer final : public Tokenizer {
  public:
    explicit SentencePieceTokenizer(const std::filesystem::path& file) {
        const auto status = processor_.Load(file.string());
        if (!status.ok()) {
            throw Error(ErrorCode::kModel, file.string() + " is not a SentencePiece model",
                        "the file is damaged; download the model again");
        }
        std::vector<std::pair<std::string, TokenId>> controls;
        for (int id = 0; id < processor_.GetPieceSize(); ++id) {
            if (processor_.IsControl(id)) controls.emplace_back(processor_.IdToPiece(id), id);
        }
        splitter_ = SpecialSplitter(std::move(controls));
        const std::vector<TokenId> probe = encode("a", SpecialText::kPlain);
        addsLeadingSpace_ = !probe.empty() && bytesOf(probe[0]).starts_with(' ');
    }

    std::vector<TokenId> encode(std::string_view text, SpecialText special) const override {
        std::string bytes(text);
        const std::string valid = takeValidUtf8(bytes, true);
        std::vector<TokenId> ids;
        if (special == SpecialText::kPlain) {
            append(valid, ids);
            return ids;
        }
        for (const TextOrSpecial& part : splitter_.split(valid)) {
            if (part.id >= 0) {
                ids.push_back(part.id);
            } else {
                append(part.text, ids);
            }
        }
        return ids;
    }

    std::optional<TokenId> specialId(std::string_view text) const override {
        const int id = processor_.PieceToId({text.data(), text.size()});
        if (!processor_.IsControl(id) || processor_.IdToPiece(id) != text) return std::nullopt;
        return id;
    }

    bool isSpecial(TokenId id) const override { return isKnown(id) && processor_.IsControl(id); }

    std::string bytesOf(TokenId id) const override {
        if (!isKnown(id)) return {};
        const std::string& piece = processor_.IdToPiece(id);
        if (processor_.IsByte(id)) return byteOf(piece);
        if (processor_.IsUnknown(id)) return "\xEF\xBF\xBD";
        if (processor_.IsControl(id)) return piece;
        std::string bytes;
        for (std::size_t at = 0; at < piece.size();) {
            if (std::string_view(piece).substr(at).starts_with(kSpaceMark)) {
                bytes += ' ';
                at += kSpaceMark.size();
            } else {
                bytes += piece[at++];
            }
        }
        return bytes;
    }

    TokenId knownIds() const override { return processor_.GetPieceSize(); }

    bool addsLeadingSpace() const override { return addsLeadingSpace_; }

  private:
    bool isKnown(TokenId id) const { return id >= 0 && id < processor_.GetPieceSize(); }

    /// "<0x0A>" -> "\n".
    static std::string byteOf(const std::string& piece) {
        unsigned value = 0;
        constexpr std::size_t kDigits = 3;
        std::from_chars(piece.data() + kDigits, piece.data() + piece.size() - 1, value, 16);
        return std::string(1, static_cast<char>(value));
    }

    void append(std::string_view text, std::vector<TokenId>& ids) const {
        std::vector<int> more;
        const auto status = processor_.Encode({text.data(), text.size()}, &more);
        ENSURE(status.ok(), "a loaded model encodes any valid text");
        ids.insert(ids.end(), more.begin(), more.end());
    }

    sentencepiece::SentencePieceProcessor processor_;
    SpecialSplitter splitter_;
    bool addsLeadingSpace_ = false;
};

}  // namespace

std::unique_ptr<Tokenizer> loadSentencePiece(const std::filesystem::path& file) {
    return std::make_unique<SentencePieceTokenizer>(file);
}

}  // namespace reelquery
