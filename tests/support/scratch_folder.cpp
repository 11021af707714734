#include "tests/support/scratch_folder.h"

#include <unistd.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "core/bench/random_model.h"

namespace reelquery {

namespace fs = std::filesystem;

ScratchFolder::ScratchFolder() {
    static std::atomic<int> count = 0;
    path_ = fs::temp_directory_path() /
            ("reelquery-model-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
    fs::remove_all(path_);
    fs::create_directories(path_);
}

ScratchFolder::~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

ScratchModel::ScratchModel() {
    writeRandomModel("tiny", folder(), 1, {}, {});
}

void ScratchModel::edit(const std::string& file,
                        const std::function<void(nlohmann::json&)>& change) const {
    nlohmann::json json = nlohmann::json::parse(readText(folder() / file));
    change(json);
    writeText(folder() / file, json.dump());
}

std::string readText(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw std::runtime_error(file.string() + " cannot be opened");
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void writeText(const fs::path& file, const std::string& text) {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out << text;
    if (!out) throw std::runtime_error(file.string() + " cannot be written");
}

}  // namespace reelquery
