// A stranger's .safetensors file: its header, offsets and sizes.

#include "core/weights/safetensors.h"
#include "tests/fuzz/fuzz_input.h"

using namespace reelquery;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::parse([&] {
        const auto file =
            SafetensorsFile::open(fuzz::write("model.safetensors", fuzz::textOf(data, size)));
        for (const auto& [name, tensor] : file->tensors()) {
            if (tensor.offset > size || tensor.bytes > size - tensor.offset) {
                fuzz::finding("a tensor outside the file");
            }
        }
    });
    return 0;
}
