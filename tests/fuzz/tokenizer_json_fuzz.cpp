// A stranger's tokenizer.json.

#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/tokenizer_check.h"

using namespace reelquery;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::parse([&] {
        fuzz::useTokenizer(
            readTokenizerJson(fuzz::write("tokenizer.json", fuzz::textOf(data, size))));
    });
    return 0;
}
