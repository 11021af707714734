// A report as a conversation's library or an imported file holds it.

#include "core/session/report/report_json.h"
#include "tests/fuzz/fuzz_input.h"

using namespace reelquery;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::textOf(data, size);
    fuzz::parse([&] {
        const std::string once = reportJson(readReport(text));
        if (reportJson(readReport(once)) != once) fuzz::finding("not the same when read again");
    });
    fuzz::parse([&] {
        const std::string once = comparisonJson(readComparison(text));
        if (comparisonJson(readComparison(once)) != once) {
            fuzz::finding("not the same when read again");
        }
    });
    return 0;
}
