// A stranger's GGUF file: its keys, its table of tensors, the config and vocabulary made of them.

#include "core/spec/gguf_header.h"
#include "tests/fuzz/fuzz_input.h"

using namespace reelquery;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::parse([&] {
        const GgufHeader header =
            parseGgufHeader(reinterpret_cast<const std::byte*>(data), size, "model.gguf");
        for (const auto& [name, tensor] : header.tensors) {
            if (tensor.offset > size || tensor.bytes > size - tensor.offset) {
                fuzz::finding("a tensor outside the file");
            }
        }
    });
    return 0;
}
