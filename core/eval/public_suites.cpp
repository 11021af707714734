#include "core/eval/public_suites.h"

#include <algorithm>
#include <functional>
#include <map>

#include "core/base/error.h"
#include "core/eval/suite_files.h"

namespace reelquery {

namespace {

const std::map<std::string, std::function<EvalSuite(const std::filesystem::path&)>> kReaders = {
    {"vnbench", readVnBench}, {"videomme", readVideoMme}, {"longvideobench", readLongVideoBench},
    {"mlvu", readMlvu},       {"ruler", readRuler},       {"longbench", readLongBench}};

}  // namespace

std::vector<std::string> publicFormats() {
    std::vector<std::string> names;
    for (const auto& [name, read] : kReaders) names.push_back(name);
    return names;
}

EvalSuite readPublicSuite(const std::string& format, const std::filesystem::path& folder) {
    const auto reader = kReaders.find(format);
    if (reader == kReaders.end()) {
        throw Error(ErrorCode::kUsage, "no such format: " + format,
                    "known are vnbench, videomme, longvideobench, mlvu, ruler and longbench");
    }
    EvalSuite suite = reader->second(folder);
    settleVideos(suite);
    return suite;
}

std::vector<std::filesystem::path> annotationFiles(const std::filesystem::path& folder,
                                                   const std::string& example) {
    std::vector<std::filesystem::path> files;
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
        const std::string suffix = entry.path().extension().string();
        if (suffix == ".json" || suffix == ".jsonl") files.push_back(entry.path());
    }
    if (files.empty()) {
        throw Error(ErrorCode::kUsage, folder.string() + " holds no annotation file",
                    "give the folder of your own copy, with " + example + " in it");
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::filesystem::path findVideo(const std::filesystem::path& folder,
                                const std::vector<std::string>& subfolders, const std::string& name,
                                const std::vector<std::string>& suffixes) {
    std::error_code ignored;
    for (const std::string& subfolder : subfolders) {
        for (const std::string& suffix : suffixes) {
            const std::filesystem::path path = folder / subfolder / (name + suffix);
            if (std::filesystem::exists(path, ignored)) return path.lexically_normal();
        }
    }
    return (folder / subfolders.front() / (name + suffixes.front())).lexically_normal();
}

std::string letterOf(std::size_t option) {
    return std::string(1, static_cast<char>('A' + option));
}

void noteLeftOut(EvalSuite& suite, int entries, const std::string& why) {
    if (entries > 0) {
        suite.notes.push_back(std::to_string(entries) + " entries were left out: " + why + ".");
    }
}

}  // namespace reelquery
