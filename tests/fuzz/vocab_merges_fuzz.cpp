// A stranger's vocab.json, merges.txt and tokenizer_config.json: the parts of the input.

#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/tokenizer_check.h"

using namespace reelquery;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto parts = fuzz::partsOf(fuzz::textOf(data, size));
    parts.resize(3);
    fuzz::write("vocab.json", parts[0]);
    fuzz::write("merges.txt", parts[1]);
    fuzz::write("tokenizer_config.json", parts[2]);
    fuzz::parse([&] { fuzz::useTokenizer(readVocabAndMerges(fuzz::folder())); });
    return 0;
}
