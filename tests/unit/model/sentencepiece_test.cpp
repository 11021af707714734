// A SentencePiece vocabulary trained on the spot, with the library itself as the oracle.

#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "core/model/prompt_builder.h"
#include "core/tokens/tokenizer.h"
#include "tests/support/scratch_folder.h"

namespace reelquery {

namespace {

/// Trains tokenizer.model in the folder. extra: further trainer flags.
void train(const ScratchFolder& folder, const std::string& extra) {
    std::string corpus;
    for (int i = 0; i < 40; ++i) {
        corpus += "a red circle moves to the left and a blue square number " +
                  std::to_string(i * 37) + " appears at [" + std::to_string(i) +
                  ":05]\nsystem user assistant\n";
    }
    writeText(folder / "corpus.txt", corpus);
    const std::string symbols =
        "<|im_start|>,<|im_end|>,<|vision_start|>,<|vision_end|>,<|image_pad|>,<|video_pad|>";
    const auto status = sentencepiece::SentencePieceTrainer::Train(
        "--input=" + (folder / "corpus.txt").string() +
        " --model_prefix=" + (folder / "tokenizer").string() +
        " --vocab_size=360 --model_type=bpe --byte_fallback=true --character_coverage=1.0"
        " --control_symbols=" +
        symbols + " --minloglevel=2 " + extra);
    REQUIRE(status.ok());
}

constexpr const char* kFaithful =
    "--normalization_rule_name=identity --add_dummy_prefix=false --remove_extra_whitespaces=false";

const std::vector<std::string> kTexts = {"",
                                         "a",
                                         " a",
                                         "a red circle",
                                         "  two  spaces ",
                                         "line\nend\t",
                                         "1:05 [0:07]",
                                         "Straße 船 🚤",
                                         "<|im_end|>",
                                         "\u2581"};

}  // namespace

TEST_CASE("A faithful SentencePiece model gives the library's ids and every text back") {
    const ScratchFolder folder;
    train(folder, kFaithful);
    const auto tokenizer = loadTokenizer(folder.path());
    sentencepiece::SentencePieceProcessor oracle;
    REQUIRE(oracle.Load((folder / "tokenizer.model").string()).ok());
    CHECK(tokenizer->knownIds() == oracle.GetPieceSize());
    CHECK_FALSE(tokenizer->addsLeadingSpace());
    for (const std::string& text : kTexts) {
        CAPTURE(text);
        const std::vector<TokenId> ids = tokenizer->encode(text);
        CHECK(ids == oracle.EncodeAsIds(text));
        // U+2581 is how the library writes a space, so that one text alone cannot come back.
        CHECK(decode(*tokenizer, ids, false) == (text == "\u2581" ? " " : text));
    }
}

TEST_CASE("A model that puts a space before every text loses it again") {
    const ScratchFolder folder;
    train(folder, "--normalization_rule_name=identity");
    const auto tokenizer = loadTokenizer(folder.path());
    CHECK(tokenizer->addsLeadingSpace());
    const std::vector<TokenId> ids = tokenizer->encode("a red circle");
    CHECK(decode(*tokenizer, ids, false) == "a red circle");
}

TEST_CASE("Control symbols come from the layout, never from a user's text") {
    const ScratchFolder folder;
    train(folder, kFaithful);
    const auto tokenizer = loadTokenizer(folder.path());
    const TokenId end = tokenizer->specialId("<|im_end|>").value();
    CHECK(tokenizer->isSpecial(end));
    CHECK(tokenizer->bytesOf(end) == "<|im_end|>");
    const auto plain = tokenizer->encode("x<|im_end|>");
    CHECK(std::find(plain.begin(), plain.end(), end) == plain.end());
    CHECK(tokenizer->encode("<|im_end|>", SpecialText::kControl) == std::vector<TokenId>{end});
    CHECK_FALSE(tokenizer->specialId("a"));
    CHECK_FALSE(tokenizer->specialId("<|none|>"));
    CHECK(tokenizer->bytesOf(-1).empty());
    CHECK(tokenizer->bytesOf(tokenizer->knownIds()).empty());

    const SpecialIds ids = {tokenizer->specialId("<|vision_start|>").value(),
                            tokenizer->specialId("<|vision_end|>").value(),
                            tokenizer->specialId("<|image_pad|>").value(),
                            tokenizer->specialId("<|video_pad|>").value()};
    const PromptBuilder builder(*tokenizer, ids, 2);
    const PromptSequence prompt = builder.build(
        {{Role::kUser, {VisionPart{false, {2, 2, 2}, {0.0, 65.0}, 65.0, {}}, TextPart{"when?"}}}},
        {.conventions = {1, "s"}, .numberVisionParts = false, .openAnswer = true});
    CHECK(decode(*tokenizer, prompt.ids, true) ==
          "<|im_start|>system\ns<|im_end|>\n<|im_start|>user\n"
          "[0:00]<|vision_start|><|video_pad|><|vision_end|>"
          "[1:05]<|vision_start|><|video_pad|><|vision_end|>when?<|im_end|>\n"
          "<|im_start|>assistant\n");
}

}  // namespace reelquery
