// Runs a fuzz target over files once each, without a fuzzer: seeds and past findings as a test.
// Arguments: files and folders.

#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> filesOf(int argc, char** argv) {
    std::vector<fs::path> files;
    for (int at = 1; at < argc; ++at) {
        if (!fs::is_directory(argv[at])) {
            files.emplace_back(argv[at]);
            continue;
        }
        for (const auto& entry : fs::recursive_directory_iterator(argv[at])) {
            if (entry.is_regular_file()) files.push_back(entry.path());
        }
    }
    return files;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<fs::path> files = filesOf(argc, argv);
    for (const fs::path& file : files) {
        std::ifstream in(file, std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(in), {}};
        std::printf("%s\n", file.c_str());
        std::fflush(stdout);  // the last line names the file that a crash was about
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    }
    if (files.empty()) std::printf("no files\n");
    return files.empty() ? 1 : 0;
}
