#include "core/eval/suite_files.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "core/base/json_nesting.h"

namespace reelquery {

namespace {

nlohmann::json parsed(const std::string& text) {
    const bool isTooDeep = nestsDeeperThan(text);
    return nlohmann::json::parse(isTooDeep ? "" : text, nullptr, false);
}

std::vector<Annotation> jsonLines(const std::string& text, const std::string& name) {
    std::vector<Annotation> entries;
    std::size_t begin = 0;
    for (int line = 1; begin < text.size(); ++line) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const std::string one = text.substr(begin, end - begin);
        begin = end + 1;
        if (one.find_first_not_of(" \r\t") == std::string::npos) continue;
        entries.push_back({parsed(one), name + ":" + std::to_string(line)});
        if (!entries.back().json.is_object()) entries.back().fail("is no JSON object");
    }
    return entries;
}

}  // namespace

void Annotation::fail(const std::string& what) const {
    throw Error(ErrorCode::kUsage, where + " " + what,
                "the file is not what its format says; download it again");
}

std::string Annotation::textOr(const char* key) const {
    const auto found = json.find(key);
    if (found == json.end() || found->is_null()) return "";
    return found->is_string() ? found->get<std::string>() : found->dump();
}

std::string Annotation::text(const char* key) const {
    std::string value = textOr(key);
    if (value.empty()) fail(std::string("has no \"") + key + "\"");
    return value;
}

std::vector<std::string> Annotation::texts(const char* key) const {
    const auto found = json.find(key);
    std::vector<std::string> values;
    if (found != json.end() && found->is_array()) {
        for (const auto& one : *found) {
            values.push_back(one.is_string() ? one.get<std::string>() : one.dump());
        }
    }
    if (values.empty()) fail(std::string("has no list \"") + key + "\"");
    return values;
}

Annotation readObject(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    Annotation object{parsed(text), file.filename().string()};
    if (object.json.is_object()) return object;
    throw Error(ErrorCode::kUsage, file.string() + " is not valid JSON", "download it again");
}

std::vector<Annotation> readAnnotations(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const std::string name = file.filename().string();
    if (!in.good() && text.empty()) {
        throw Error(ErrorCode::kUsage, file.string() + " cannot be read",
                    "give the folder that holds it");
    }
    const std::size_t first = text.find_first_not_of(" \n\r\t");
    if (first == std::string::npos || text[first] != '[') return jsonLines(text, name);
    const nlohmann::json list = parsed(text);
    if (list.is_discarded()) {
        throw Error(ErrorCode::kUsage, file.string() + " is not valid JSON", "download it again");
    }
    std::vector<Annotation> entries;
    for (std::size_t i = 0; i < list.size(); ++i) {
        entries.push_back({list[i], name + "[" + std::to_string(i) + "]"});
        if (!list[i].is_object()) entries.back().fail("is no JSON object");
    }
    return entries;
}

void settleVideos(EvalSuite& suite) {
    std::map<std::filesystem::path, std::size_t> rank;
    std::set<std::filesystem::path> missing;
    std::set<std::string> ids;
    std::vector<EvalQuestion> kept;
    for (EvalQuestion& question : suite.questions) {
        std::error_code ignored;
        const bool seen = rank.contains(question.video);
        const bool showsNothing = question.video.empty();
        if (!seen && !showsNothing && !std::filesystem::exists(question.video, ignored)) {
            if (missing.insert(question.video).second) {
                suite.missingVideos.push_back(question.video);
            }
            continue;
        }
        if (!ids.insert(question.id).second) {
            throw Error(ErrorCode::kUsage, "two questions have the id " + question.id,
                        "every question needs its own");
        }
        rank.emplace(question.video, rank.size());
        kept.push_back(std::move(question));
    }
    std::stable_sort(kept.begin(), kept.end(), [&](const EvalQuestion& a, const EvalQuestion& b) {
        return rank[a.video] < rank[b.video];
    });
    suite.questions = std::move(kept);
}

std::string optionLines(const std::vector<std::string>& options, const char* before,
                        const char* after) {
    std::string lines;
    for (std::size_t i = 0; i < options.size(); ++i) {
        if (i > 0) lines += "\n";
        lines += before + std::string(1, static_cast<char>('A' + i)) + after + options[i];
    }
    return lines;
}

}  // namespace reelquery
