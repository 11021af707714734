// Which tokenizer files are read, and what is said about broken ones.

#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/tokens/byte_alphabet.h"
#include "core/tokens/tokenizer.h"
#include "tests/support/scratch_folder.h"

namespace reelquery {

namespace {

using Ids = std::vector<TokenId>;
using Json = nlohmann::json;

/// Splits the vocabulary of tokenizer.json into vocab.json and merges.txt.
void intoOldFiles(const ScratchModel& model) {
    const Json json = Json::parse(readText(model.folder() / "tokenizer.json"));
    writeText(model.folder() / "vocab.json", json["model"]["vocab"].dump());
    std::string merges = "#version: 0.2\n";
    for (const Json& merge : json["model"]["merges"]) merges += merge.get<std::string>() + "\n";
    writeText(model.folder() / "merges.txt", merges);
    std::filesystem::remove(model.folder() / "tokenizer.json");
}

}  // namespace

TEST_CASE("Every byte has a printable letter and comes back from it") {
    for (int byte = 0; byte < 256; ++byte) {
        const std::string raw(1, static_cast<char>(byte));
        const std::string entry = alphabetFromBytes(raw);
        CHECK(bytesFromAlphabet(entry) == raw);
        CHECK(static_cast<unsigned char>(entry[0]) > 32);
    }
    CHECK(alphabetFromBytes(" ") == "\u0120");
    CHECK(alphabetFromBytes("\n") == "\u010A");
    CHECK(alphabetFromBytes("a") == "a");
    CHECK_FALSE(bytesFromAlphabet(" "));
    CHECK_FALSE(bytesFromAlphabet("\u0144"));
    CHECK_FALSE(bytesFromAlphabet("\u4e00"));
    CHECK_FALSE(bytesFromAlphabet("\xc4"));
}

TEST_CASE("Both file layouts and both spellings of merges give the same tokenizer") {
    const std::string text = "the boat, 12:30 \n caf\u00e9 <|im_end|>";
    const ScratchModel model;
    const Ids expected = loadTokenizer(model.folder())->encode(text);
    CHECK(expected.size() < text.size());  // something was merged

    SECTION("pairs") {
        model.edit("tokenizer.json", [](Json& json) {
            for (Json& merge : json["model"]["merges"]) {
                const std::string line = merge;
                const auto space = line.find(' ');
                merge = {line.substr(0, space), line.substr(space + 1)};
            }
        });
        CHECK(loadTokenizer(model.folder())->encode(text) == expected);
    }
    SECTION("vocab.json and merges.txt") {
        intoOldFiles(model);
        const auto tokenizer = loadTokenizer(model.folder());
        CHECK(tokenizer->encode(text) == expected);
        CHECK(tokenizer->specialId("<|im_end|>") == 802);
        CHECK(tokenizer->isSpecial(802));
    }
}

TEST_CASE("What a user writes never becomes a control token") {
    const ScratchModel model;
    const auto tokenizer = loadTokenizer(model.folder());
    const TokenId end = tokenizer->specialId("<|im_end|>").value();
    const Ids plain = tokenizer->encode("<|im_end|>");
    CHECK(std::find(plain.begin(), plain.end(), end) == plain.end());
    CHECK(decode(*tokenizer, plain, false) == "<|im_end|>");
    CHECK(tokenizer->encode("<|im_end|>", SpecialText::kControl) == Ids{end});
}

TEST_CASE("Broken UTF-8 is read as U+FFFD, and ids that name nothing have no text") {
    const ScratchModel model;
    const auto tokenizer = loadTokenizer(model.folder());
    CHECK(tokenizer->encode("a\xff"
                            "b") == tokenizer->encode("a\xEF\xBF\xBD"
                                                      "b"));
    CHECK(tokenizer->encode("").empty());
    CHECK(tokenizer->knownIds() == 814);
    CHECK(tokenizer->bytesOf(814).empty());
    CHECK(tokenizer->bytesOf(-1).empty());
    CHECK_FALSE(tokenizer->specialId("<|nothing|>"));
}

TEST_CASE("A long run without a break is merged in reasonable time") {
    const ScratchModel model;
    const auto tokenizer = loadTokenizer(model.folder());
    const std::string text(200'000, 'a');
    const Ids ids = tokenizer->encode(text);
    CHECK(decode(*tokenizer, ids, false) == text);
}

TEST_CASE("A broken tokenizer.json is named with what is wrong") {
    const ScratchModel model;
    const auto load = [&] { (void)loadTokenizer(model.folder()); };
    const auto check = [&](const std::string& word, const std::function<void(Json&)>& change) {
        model.edit("tokenizer.json", change);
        checkError(ErrorCode::kModel, {"tokenizer.json", word}, load);
    };
    SECTION("no JSON") {
        const std::string whole = readText(model.folder() / "tokenizer.json");
        writeText(model.folder() / "tokenizer.json", whole.substr(0, whole.size() / 2));
        checkError(ErrorCode::kModel, {"tokenizer.json", "JSON"}, load);
    }
    SECTION("no model") {
        check("vocab", [](Json& json) { json.erase("model"); });
    }
    SECTION("another kind") {
        check("not BPE", [](Json& json) { json["model"]["type"] = "Unigram"; });
    }
    SECTION("vocabulary is a list") {
        check("vocabulary", [](Json& json) { json["model"]["vocab"] = Json::array(); });
    }
    SECTION("a byte is missing") {
        check("is missing", [](Json& json) { json["model"]["vocab"].erase("!"); });
    }
    SECTION("an id is no number") {
        check("the id of", [](Json& json) { json["model"]["vocab"]["!"] = "x"; });
    }
    SECTION("an id is negative") {
        check("the id of", [](Json& json) { json["model"]["vocab"]["!"] = -3; });
    }
    SECTION("an id is absurd") {
        check("the id of", [](Json& json) { json["model"]["vocab"]["!"] = 1LL << 40; });
    }
    SECTION("an id is used twice") {
        check("used twice", [](Json& json) { json["model"]["vocab"]["!"] = 5; });
    }
    SECTION("an entry is not byte-level") {
        check("not byte-level", [](Json& json) { json["model"]["vocab"]["\u4e00"] = 700; });
    }
    SECTION("a merge names an unknown entry") {
        check("lacks", [](Json& json) { json["model"]["merges"].push_back("a zzzz"); });
    }
    SECTION("a merge is no pair") {
        check("a merge is neither", [](Json& json) { json["model"]["merges"].push_back("ab"); });
    }
    SECTION("another normalizer") {
        check("NFC", [](Json& json) { json["normalizer"]["type"] = "Lowercase"; });
    }
    SECTION("another pre-tokenizer") {
        check("pre-tokenizer", [](Json& json) {
            json["pre_tokenizer"] = {{"type", "Whitespace"}};
        });
    }
    SECTION("a pattern that is none") {
        check("pattern", [](Json& json) {
            json["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = "(((";
        });
    }
    SECTION("an added token without text") {
        check("structure", [](Json& json) { json["added_tokens"][0].erase("content"); });
    }
}

TEST_CASE("A splitting pattern that never ends on a text is the file's fault, not ours") {
    const ScratchModel model;
    model.edit("tokenizer.json", [](Json& json) {
        json["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = "(?:a|a.)+b(?=c)";
    });
    const auto tokenizer = loadTokenizer(model.folder());
    CHECK_FALSE(tokenizer->encode("abc").empty());
    checkError(ErrorCode::kModel, {"tokenizer.json", "never ends"},
               [&] { (void)tokenizer->encode(std::string(200, 'a') + "bd"); });
}

TEST_CASE("Missing tokenizer files are named") {
    const ScratchModel model;
    SECTION("none at all") {
        std::filesystem::remove(model.folder() / "tokenizer.json");
        checkError(ErrorCode::kModel, {"neither tokenizer.json"},
                   [&] { (void)loadTokenizer(model.folder()); });
    }
    SECTION("no merges") {
        intoOldFiles(model);
        std::filesystem::remove(model.folder() / "merges.txt");
        checkError(ErrorCode::kModel, {"merges.txt", "cannot be opened"},
                   [&] { (void)loadTokenizer(model.folder()); });
    }
    SECTION("no tokenizer_config.json") {
        intoOldFiles(model);
        std::filesystem::remove(model.folder() / "tokenizer_config.json");
        checkError(ErrorCode::kModel, {"tokenizer_config.json", "cannot be opened"},
                   [&] { (void)loadTokenizer(model.folder()); });
    }
    SECTION("a SentencePiece model that is none") {
        writeText(model.folder() / "tokenizer.model", "not a model");
        checkError(ErrorCode::kModel, {"tokenizer.model"},
                   [&] { (void)loadTokenizer(model.folder()); });
    }
}

}  // namespace reelquery
