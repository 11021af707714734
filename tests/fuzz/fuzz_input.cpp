#include "tests/fuzz/fuzz_input.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace reelquery::fuzz {

namespace fs = std::filesystem;

namespace {

/// Removed when the program ends as it should.
struct Folder {
    Folder() : path(fs::temp_directory_path() / ("reelquery-fuzz-" + std::to_string(::getpid()))) {
        fs::create_directories(path);
    }

    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }

    fs::path path;
};

}  // namespace

std::vector<std::string> partsOf(std::string_view input) {
    std::vector<std::string> parts(1);
    for (const char c : input) {
        if (c == '\x1d') {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

fs::path folder() {
    static const Folder own;
    return own.path;
}

fs::path write(const std::string& name, std::string_view bytes) {
    const fs::path file = folder() / name;
    std::ofstream(file, std::ios::binary) << bytes;
    return file;
}

void finding(const std::string& what) {
    std::fprintf(stderr, "finding: %s\n", what.c_str());
    std::abort();
}

}  // namespace reelquery::fuzz
