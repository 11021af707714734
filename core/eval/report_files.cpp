#include "core/eval/report_files.h"

#include <fstream>
#include <system_error>

#include "core/base/error.h"

namespace reelquery {

void makeFolder(const std::filesystem::path& folder) {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (!std::filesystem::is_directory(folder, failed)) {
        throw Error(ErrorCode::kUsage, "the folder " + folder.string() + " cannot be made",
                    "give another one with --out");
    }
}

void writeWhole(const std::filesystem::path& file, const std::string& text) {
    const std::filesystem::path unfinished = file.string() + ".part";
    std::error_code failed;
    {
        std::ofstream out(unfinished, std::ios::binary);
        out << text << std::flush;
        if (!out) failed = std::make_error_code(std::errc::io_error);
    }
    if (!failed) std::filesystem::rename(unfinished, file, failed);
    if (failed) {
        throw Error(ErrorCode::kUsage, file.string() + " cannot be written",
                    "free some space or give another folder with --out");
    }
}

}  // namespace reelquery
