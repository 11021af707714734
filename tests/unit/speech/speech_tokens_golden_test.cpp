// Whisper's tokens against Hugging Face tokenizers.

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "core/speech/silent_tokens.h"
#include "core/speech/token_text.h"
#include "core/tokens/bpe_tokenizer.h"
#include "core/tokens/stream_decoder.h"
#include "tests/unit/speech/speech_goldens.h"

namespace reelquery {

namespace {

using Ids = std::vector<TokenId>;

bool namesTime(const std::string& text) {
    return text.find("<|0.00|>") != std::string::npos;
}

void checkTokenizer(const Tokenizer& tokenizer, const nlohmann::json& wanted, TokenId endOfText) {
    for (const auto& item : wanted.at("cases")) {
        const std::string text = golden::fromHex(item.at("utf8_hex"));
        CAPTURE(text);
        const auto ids = item.at("ids").get<Ids>();
        CHECK(tokenizer.encode(text, SpecialText::kControl) == ids);
        // The reference knows times that are written out even in plain text; we know nothing there.
        const auto plain = tokenizer.encode(text, SpecialText::kPlain);
        if (!namesTime(text)) CHECK(plain == item.at("ids_no_special").get<Ids>());
        CHECK(decode(tokenizer, plain, true) == text);
        CHECK(std::all_of(plain.begin(), plain.end(), [&](TokenId id) { return id < endOfText; }));
        CHECK(decode(tokenizer, ids, true) == golden::fromHex(item.at("decoded_hex")));
        CHECK(textBelow(tokenizer, ids, endOfText) == golden::fromHex(item.at("text_only_hex")));
    }
    for (const auto& item : wanted.at("words")) {
        const auto words = splitWords(tokenizer, item.at("ids").get<Ids>(),
                                      item.at("language").get<std::string>(), endOfText);
        REQUIRE(words.size() == item.at("words").size());
        for (std::size_t i = 0; i < words.size(); ++i) {
            CHECK(words[i].text == item.at("words")[i][0].get<std::string>());
            CHECK(words[i].tokens == item.at("words")[i][1].get<Ids>());
        }
    }
}

}  // namespace

TEST_CASE("Whisper's tokens, words and silent tokens are the reference's") {
    const std::string name = GENERATE(from_range(golden::speechModels()));
    CAPTURE(name);
    const auto wanted = golden::speechJson(name + "/tokenizer_golden.json");
    const auto tokenizer = loadTokenizer(golden::speechFolder() / name);
    const SpeechConfig config = readSpeechConfig(golden::speechFolder() / name, *tokenizer);
    CHECK(config.isMultilingual == (name == "tiny-whisper"));
    const auto& special = wanted.at("special_ids");
    CHECK(config.ids.endOfText == special.at("<|endoftext|>"));
    CHECK(config.ids.startOfTranscript == special.at("<|startoftranscript|>"));
    CHECK(config.ids.translate == special.at("<|translate|>"));
    CHECK(config.ids.transcribe == special.at("<|transcribe|>"));
    CHECK(config.ids.startOfLm == special.at("<|startoflm|>"));
    CHECK(config.ids.startOfPrevious == special.at("<|startofprev|>"));
    CHECK(config.ids.noTimes == special.at("<|notimestamps|>"));
    CHECK(config.ids.timesBegin == wanted.at("times_begin"));
    CHECK(config.ids.blank == wanted.at("blank"));
    CHECK(config.suppressed == wanted.at("suppress_tokens").get<Ids>());
    for (const TokenId id : silentTokens(*tokenizer)) {
        CHECK(std::binary_search(config.suppressed.begin(), config.suppressed.end(), id));
    }
    CHECK(silentTokens(*tokenizer).size() + 6 == config.suppressed.size());
    REQUIRE(wanted.at("cases").size() >= 60);
    checkTokenizer(*tokenizer, wanted, config.ids.endOfText);

    const BpeTokenizer fromVocab(readVocabAndMerges(golden::speechFolder() / name), "vocab.json");
    for (const auto& item : wanted.at("cases")) {
        const std::string text = golden::fromHex(item.at("utf8_hex"));
        if (namesTime(text)) continue;
        CHECK(fromVocab.encode(text, SpecialText::kPlain) == item.at("ids_no_special").get<Ids>());
    }
}

TEST_CASE("Tokens of broken characters are divided as by the reference, which counts characters") {
    // Bytes that are three replacements one by one and two characters together; what the
    // reference's rule makes of them was worked out with Hugging Face's decoding.
    struct Run {
        const char* model;
        std::string bytes;  // of the tokens
        Ids tokens;
        std::vector<Ids> parts;
    };

    const std::string broken = "\xEF\xBF\xBD";
    for (const Run& run :
         {Run{"tiny-whisper", "\x8D\xF0\x9F\xA7\x86\xA4", {332, 410, 97}, {{332}, {410}}},
          Run{"tiny-whisper.en", "\x8D\xF0\x9F\xAF\xB2\x9C", {332, 107, 414}, {{332}, {107}}}}) {
        CAPTURE(run.model);
        const auto tokenizer = loadTokenizer(golden::speechFolder() / run.model);
        std::string bytes;
        for (const TokenId id : run.tokens) bytes += tokenizer->bytesOf(id);
        REQUIRE(bytes == run.bytes);
        const auto parts = splitWords(*tokenizer, run.tokens, "ja", 1 << 20);
        REQUIRE(parts.size() == run.parts.size());
        for (std::size_t i = 0; i < parts.size(); ++i) {
            CHECK(parts[i].tokens == run.parts[i]);
            CHECK(parts[i].text.starts_with(broken));
        }
    }
}

}  // namespace reelquery
