#pragma once
// The wheels of PyPI that hold what a card needs: torch's GPU half and CUDA's libraries.

#include <cstdint>
#include <string>
#include <vector>

namespace reelquery {

/// A wheel, known before it is fetched.
struct GpuWheel {
    std::string name, version;
    std::string path;    ///< below the index's host of files
    std::string sha256;  ///< 64 hexadecimal digits
    std::int64_t bytes = 0;
    std::int64_t unpackedBytes = 0;  ///< of the libraries that are taken out
};

/// Those of the libtorch that this program is built with. CUDA's runtime comes with the program
/// itself.
const std::vector<GpuWheel>& gpuWheels();

/// A list of wheels in JSON, as `gpu setup --list` takes it: an array of objects with name,
/// version, path, sha256, bytes, unpacked. Errors: kUsage for what makes no sense.
std::vector<GpuWheel> readGpuWheels(const std::string& json);

}  // namespace reelquery
