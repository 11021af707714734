#include "tests/fuzz/tokenizer_check.h"

#include <utility>

#include "core/tokens/stream_decoder.h"
#include "tests/fuzz/fuzz_input.h"

namespace reelquery::fuzz {

void useTokenizer(BpeVocabulary vocabulary) {
    const BpeTokenizer tokenizer(std::move(vocabulary), "fuzzed");
    for (const char* text : {"", "Hello world, it's 12:05.\n\n  Grüße, 你好 🎬",
                             "<|im_start|>user\n<|im_end|>", "\xff\xc3\x28 \xe2\x82"}) {
        const auto ids = tokenizer.encode(text, SpecialText::kControl);
        for (const TokenId id : ids) {
            if (id < 0 || id >= tokenizer.knownIds()) finding("an id outside the vocabulary");
        }
        decode(tokenizer, ids, true);
        tokenizer.encode(text, SpecialText::kPlain);
    }
    tokenizer.isSpecial(-1);
    tokenizer.bytesOf(tokenizer.knownIds());
}

}  // namespace reelquery::fuzz
