#pragma once
// What a feature file says of its rows, before any of them is read. No torch here.

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <istream>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace reelquery {

/// See Note [Feature files].
struct FeatureHeader {
    std::int64_t rows = 0, width = 0;       ///< [rows, width] values of a plane
    std::int64_t deepPlanes = 0;            ///< behind the first plane; see VisionFeatures::deep
    bool isBfloat16 = false;                ///< else float32
    std::array<std::int64_t, 3> grid = {};  ///< patches: frame pairs, rows, columns
    std::vector<double> frameTimesS;        ///< two for each frame pair, ascending
    double secondsPerPair = 1;
    int framesWanted = 0, framesGot = 0, decodeErrors = 0;
    double firstS = 0, lastS = 0;
    bool areKeyFrames = false;

    std::uint64_t rowBytes() const;  ///< of all planes; requires a header that was read
};

/// Everything that stands before the rows; behind them comes the fingerprint of their bytes.
void writeFeatureHeader(std::ostream& out, const FeatureHeader& header);

/// A file of this program's whose layout is not this version's.
struct OtherFeatureLayout : std::exception {};

/// Leaves `in` at the rows. `fileBytes`: of the whole file, which must be what the header says.
/// Throws OtherFeatureLayout, or another std::exception for anything but the start of a whole
/// feature file; allocates no more than a header's length (16 MiB) whatever the file claims.
FeatureHeader readFeatureHeader(std::istream& in, std::uint64_t fileBytes);

/// Fingerprint of bytes as a file holds it.
std::string printOf(std::string_view bytes);

/// Characters of a fingerprint, as the file keeps one behind the header and one behind the rows.
std::size_t fingerprintLength();

}  // namespace reelquery
