// A feature file of somebody else's cache folder. The fingerprint of the header keeps random bytes
// out, so it is set right first: what stands behind it must hold without.

#include <sstream>

#include "core/session/keep/feature_header.h"
#include "tests/fuzz/fuzz_input.h"

using namespace reelquery;

namespace {

constexpr std::size_t kMagic = 8, kLength = 8;

/// The file with the fingerprint that its header should have, where it has room for one.
std::string signedFile(std::string file) {
    std::uint64_t length = 0;
    if (file.size() < kMagic + kLength) return file;
    file.copy(reinterpret_cast<char*>(&length), kLength, kMagic);
    const std::string example = printOf("");
    if (length > file.size() || kMagic + kLength + length + example.size() > file.size()) {
        return file;
    }
    const std::string print = printOf(std::string_view(file).substr(kMagic + kLength, length));
    return file.replace(kMagic + kLength + length, print.size(), print);
}

void read(const std::string& file) {
    std::istringstream in(file);
    FeatureHeader header;
    try {
        header = readFeatureHeader(in, file.size());
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception&) {
        return;  // said once by FeatureFiles, which removes the file
    }
    if (header.rowBytes() > file.size()) fuzz::finding("more rows than bytes");
    std::ostringstream out;
    writeFeatureHeader(out, header);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string file(fuzz::textOf(data, size));
    read(file);
    read(signedFile(file));
    return 0;
}
