// A stranger's thresholds.json.

#include "core/attention/threshold_file.h"
#include "tests/fuzz/fuzz_input.h"

using namespace reelquery;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::parse([&] {
        const auto file = fuzz::write("thresholds.json", fuzz::textOf(data, size));
        const ThresholdTable table = readThresholds(file);
        checkThresholds(table, file, 2, 3, 16);
        for (int layer = 0; layer < 2; ++layer) {
            if (table.layer(layer).size() != 3) fuzz::finding("a layer of other heads");
        }
    });
    return 0;
}
