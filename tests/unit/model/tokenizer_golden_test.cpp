// Tokenizer and chat layout against Hugging Face tokenizers.

#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/model/prompt_builder.h"
#include "core/spec/model_config.h"
#include "core/tokens/bpe_tokenizer.h"
#include "core/tokens/pre_tokenizer.h"
#include "core/tokens/stream_decoder.h"
#include "core/tokens/tokenizer.h"
#include "tests/golden/golden_set.h"

namespace reelquery {

namespace {

using Ids = std::vector<TokenId>;

/// The same vocabulary read from either kind of files.
BpeTokenizer tokenizerFrom(const std::string& files) {
    const auto folder = golden::folder() / "tokenizer";
    if (files == "tokenizer.json") {
        return BpeTokenizer(readTokenizerJson(folder / "tokenizer.json"), "tokenizer.json");
    }
    return BpeTokenizer(readVocabAndMerges(folder), "vocab.json");
}

PromptPart partOf(const nlohmann::json& part) {
    const std::string type = part.at("type");
    if (type == "text") return TextPart{part.at("text")};
    VisionPart vision;
    vision.isImage = type == "image";
    vision.grid = {1, 2, 2};  // one pad, as the golden text has
    return vision;
}

PromptTurn turnOf(const nlohmann::json& message) {
    const std::string role = message.at("role");
    PromptTurn turn;
    turn.role = role == "system" ? Role::kSystem : role == "user" ? Role::kUser : Role::kAssistant;
    const auto& content = message.at("content");
    if (content.is_string()) {
        turn.parts.push_back(TextPart{content.get<std::string>()});
    } else {
        for (const auto& part : content) turn.parts.push_back(partOf(part));
    }
    return turn;
}

}  // namespace

TEST_CASE("Every reference text gives the reference ids, from both kinds of files") {
    const BpeTokenizer tokenizer =
        tokenizerFrom(GENERATE("tokenizer.json", "vocab.json and merges.txt"));
    const auto cases = golden::readJson("tokenizer/tokenizer_golden.json").at("cases");
    REQUIRE(cases.size() >= 90);
    for (const auto& item : cases) {
        const std::string text = golden::fromHex(item.at("utf8_hex"));
        CAPTURE(text);
        CHECK(composeNfc(text) == golden::fromHex(item.at("nfc_hex")));
        CHECK(tokenizer.pieces(text).size() == item.at("pieces_no_special").size());
        CHECK(tokenizer.encode(text, SpecialText::kControl) == item.at("ids").get<Ids>());
        CHECK(tokenizer.encode(text, SpecialText::kPlain) == item.at("ids_no_special").get<Ids>());
        const auto ids = item.at("ids").get<Ids>();
        CHECK(decode(tokenizer, ids, true) == item.at("decoded_keep_special").get<std::string>());
        CHECK(decode(tokenizer, ids, false) == item.at("decoded_skip_special").get<std::string>());
    }
}

TEST_CASE("Streaming never shows a part of a character") {
    const BpeTokenizer tokenizer = tokenizerFrom("tokenizer.json");
    const auto stream = golden::readJson("tokenizer/tokenizer_golden.json").at("stream");
    for (const auto& item : stream) {
        // The reference decodes each prefix as a whole, U+FFFD standing for an incomplete tail.
        StreamDecoder decoder(tokenizer);
        std::string sofar;
        for (const TokenId id : item.at("ids").get<Ids>()) {
            sofar += decoder.push(id);
            CHECK(sofar.find("\xEF\xBF\xBD") == std::string::npos);
        }
        CHECK(sofar + decoder.finish() == item.at("decoded").get<std::string>());
    }
}

TEST_CASE("The chat layout gives the reference ids") {
    const auto folder = golden::modelFolders().front();
    const ModelConfig config = readModelConfig(folder);
    const std::unique_ptr<Tokenizer> tokenizer = loadTokenizer(folder);
    const PromptBuilder builder(*tokenizer, config.ids, config.vision.mergeSize);
    const auto cases = golden::readJson("tokenizer/chat_golden.json");
    REQUIRE(cases.size() >= 10);
    for (const auto& item : cases) {
        CAPTURE(item.at("text").get<std::string>());
        std::vector<PromptTurn> turns;
        for (const auto& message : item.at("messages")) turns.push_back(turnOf(message));
        PromptOptions options;
        options.openAnswer = item.at("add_generation_prompt");
        options.numberVisionParts = item.value("add_vision_id", false);
        CHECK(builder.build(turns, options).ids == item.at("ids").get<Ids>());
    }
}

}  // namespace reelquery
