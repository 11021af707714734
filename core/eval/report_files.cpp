#include "core/eval/report_files.h"

#include <system_error>

#include "core/base/error.h"
#include "core/base/replace_file.h"

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
    if (replaceFile(file, [&](std::ostream& out) { out << text; })) return;
    throw Error(ErrorCode::kUsage, file.string() + " cannot be written",
                "free some space or give another folder with --out");
}

}  // namespace reelquery
