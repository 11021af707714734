#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "core/attention/threshold_file.h"
#include "core/base/error.h"

namespace reelquery::test {

namespace {

const std::filesystem::path kPath = "threshold_file_test.json";

// The message of reading a file with this text.
std::string errorOfText(const std::string& text) {
    std::ofstream(kPath) << text;
    std::string message;
    try {
        readThresholds(kPath);
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::kUsage);
        CHECK_FALSE(error.hint().empty());
        message = error.message();
    }
    std::filesystem::remove(kPath);
    return message;
}

std::string fileWith(const std::string& change) {
    return R"({"format": "reelquery-thresholds", "version": 1, "model": "m", "stride": 8,
               "coverage": 0.9, "layers": 2, "heads": 2, )" +
           change + "}";
}

bool mentions(const std::string& message, const std::string& part) {
    return message.find(part) != std::string::npos &&
           message.find("threshold_file_test.json") != std::string::npos;
}

}  // namespace

TEST_CASE("thresholds are read back as they were written") {
    const ThresholdTable table{"tiny", 8, 0.95, {{0.5f, 0.25f}, {1.0f, 0.0f}, {0.9f, 0.7f}}};
    writeThresholds(kPath, table);
    const ThresholdTable read = readThresholds(kPath);
    std::filesystem::remove(kPath);
    CHECK(read.model == "tiny");
    CHECK(read.stride == 8);
    CHECK(read.coverage == 0.95);
    CHECK(read.perLayer == table.perLayer);
    CHECK_NOTHROW(checkThresholds(read, kPath, 3, 2, 8));
    CHECK_THROWS_AS(checkThresholds(read, kPath, 4, 2, 8), Error);
    CHECK_THROWS_AS(checkThresholds(read, kPath, 3, 3, 8), Error);
    CHECK_THROWS_AS(checkThresholds(read, kPath, 3, 2, 16), Error);
}

TEST_CASE("broken threshold files say what is wrong with them") {
    CHECK(mentions(errorOfText("nonsense"), "not a JSON object"));
    CHECK(mentions(errorOfText("[1]"), "not a JSON object"));
    CHECK(mentions(errorOfText("{}"), "\"format\" is missing"));
    CHECK(mentions(errorOfText(R"({"format": "other"})"), "\"format\" is not"));
    CHECK(mentions(errorOfText(R"({"format": "reelquery-thresholds", "version": 2})"), "version"));
    CHECK(mentions(errorOfText(fileWith(R"("thresholds": 3)")), "wrong type"));
    CHECK(mentions(errorOfText(R"({"format": "reelquery-thresholds", "version": 1e300})"),
                   "version"));
    CHECK(
        mentions(errorOfText(R"({"format": "reelquery-thresholds", "version": 1.5})"), "version"));
    CHECK(mentions(errorOfText(std::string(200'000, '[')), "JSON object"));
    CHECK(mentions(errorOfText(fileWith(R"("thresholds": [[0.1, 0.2]])")), "1 rows for 2 layers"));
    CHECK(mentions(errorOfText(fileWith(R"("thresholds": [[0.1, 0.2], [0.3]])")), "layer 1 has 1"));
    CHECK(mentions(errorOfText(fileWith(R"("thresholds": [[0.1, 0.2], [0.3, 1.2]])")),
                   "outside 0 to 1"));
    CHECK_THROWS_AS(readThresholds("no/such/file.json"), Error);
    CHECK_THROWS_AS(writeThresholds("no/such/file.json", {}), Error);
}

}  // namespace reelquery::test
