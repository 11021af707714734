#include "core/base/replace_file.h"

#include <unistd.h>

#include <fstream>
#include <string>
#include <system_error>

namespace reelquery {

bool replaceFile(const std::filesystem::path& file,
                 const std::function<void(std::ostream&)>& write) {
    std::filesystem::path unfinished = file;
    unfinished += "." + std::to_string(::getpid()) + kUnfinishedEnding;
    std::ofstream out(unfinished, std::ios::binary | std::ios::trunc);
    write(out);
    out.close();
    std::error_code failed;
    if (out) std::filesystem::rename(unfinished, file, failed);
    if (out && !failed) return true;
    std::error_code ignored;
    std::filesystem::remove(unfinished, ignored);
    return false;
}

}  // namespace reelquery
