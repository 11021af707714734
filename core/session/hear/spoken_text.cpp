#include "core/session/hear/spoken_text.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/base/environment.h"
#include "core/base/error.h"
#include "core/base/json_nesting.h"
#include "core/base/replace_file.h"

namespace reelquery {

namespace {

/// "01:02:03,456"
std::string clockText(double seconds, char point) {
    const auto ms = static_cast<std::int64_t>(std::llround(std::max(seconds, 0.0) * 1000));
    char text[64];
    std::snprintf(text, sizeof text, "%02lld:%02lld:%02lld%c%03lld",
                  static_cast<long long>(ms / 3600000), static_cast<long long>(ms / 60000 % 60),
                  static_cast<long long>(ms / 1000 % 60), point, static_cast<long long>(ms % 1000));
    return text;
}

std::string cueText(const HeardLine& line, char point) {
    std::string text = clockText(line.fromS, point) + " --> " + clockText(line.toS, point) + "\n";
    text += line.text;
    if (line.isDoubtful) text += " (?)";
    return text + "\n\n";
}

std::string withoutMarkup(const std::string& text) {
    std::string plain;
    for (const char c : text) {
        if (c == '&') {
            plain += "&amp;";
        } else if (c == '<') {
            plain += "&lt;";
        } else if (c == '>') {
            plain += "&gt;";
        } else {
            plain += c;
        }
    }
    return plain;
}

double rounded(double value, double steps) {
    return std::round(value * steps) / steps;
}

using TextOf = std::string (*)(const SpokenText&);

TextOf writerOf(const std::filesystem::path& file) {
    const std::string ending = lowered(file.extension().string());
    if (ending == ".srt") return srtText;
    if (ending == ".vtt") return vttText;
    if (ending == ".json") return spokenJson;
    return nullptr;
}

}  // namespace

std::string srtText(const SpokenText& spoken) {
    std::string text;
    int number = 0;
    for (const HeardLine& line : spoken.lines) {
        text += std::to_string(++number) + "\n" + cueText(line, ',');
    }
    return text;
}

std::string vttText(const SpokenText& spoken) {
    std::string text = "WEBVTT\n\n";
    for (HeardLine line : spoken.lines) {
        line.text = withoutMarkup(line.text);
        text += cueText(line, '.');
    }
    return text;
}

std::string spokenJson(const SpokenText& spoken) {
    using Json = nlohmann::ordered_json;
    Json lines = Json::array();
    for (const HeardLine& line : spoken.lines) {
        Json words = Json::array();
        for (const HeardWord& word : line.words) {
            words.push_back({{"text", word.text},
                             {"from_s", rounded(word.fromS, 1000)},
                             {"to_s", rounded(word.toS, 1000)},
                             {"confidence", rounded(word.confidence, 10000)}});
        }
        Json one = {{"from_s", rounded(line.fromS, 1000)},
                    {"to_s", rounded(line.toS, 1000)},
                    {"text", line.text},
                    {"confidence", rounded(line.confidence, 10000)},
                    {"doubtful", line.isDoubtful}};
        if (!line.words.empty()) one["words"] = std::move(words);
        lines.push_back(std::move(one));
    }
    const Json all = {{"file", spoken.file.string()},
                      {"track", spoken.track},
                      {"language", spoken.language},
                      {"language_probability", rounded(spoken.languageProbability, 10000)},
                      {"model", spoken.model},
                      {"device", spoken.device},
                      {"sound_s", rounded(spoken.soundS, 1000)},
                      {"spoken_s", rounded(spoken.spokenS, 1000)},
                      {"seconds", rounded(spoken.seconds, 1000)},
                      {"lines", std::move(lines)},
                      {"notes", spoken.notes}};
    return all.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

SpokenText readSpokenJson(std::string_view text) {
    using Json = nlohmann::json;
    const auto wrong = [] {
        return Error(ErrorCode::kUsage, "this is no text that was made from speech");
    };
    if (nestsDeeperThan(text)) throw wrong();
    try {
        const Json all = Json::parse(text);
        SpokenText spoken;
        spoken.file = all.at("file").get<std::string>();
        spoken.track = all.at("track").get<std::string>();
        spoken.language = all.at("language").get<std::string>();
        spoken.languageProbability = all.at("language_probability").get<double>();
        spoken.model = all.at("model").get<std::string>();
        spoken.device = all.at("device").get<std::string>();
        spoken.soundS = all.at("sound_s").get<double>();
        spoken.spokenS = all.at("spoken_s").get<double>();
        spoken.seconds = all.at("seconds").get<double>();
        for (const Json& one : all.at("lines")) {
            HeardLine line{one.at("text").get<std::string>(), one.at("from_s").get<double>(),
                           one.at("to_s").get<double>(),      one.at("confidence").get<double>(),
                           one.at("doubtful").get<bool>(),    {}};
            for (const Json& word : one.value("words", Json::array())) {
                line.words.push_back(
                    {word.at("text").get<std::string>(), word.at("from_s").get<double>(),
                     word.at("to_s").get<double>(), word.at("confidence").get<double>()});
            }
            spoken.lines.push_back(std::move(line));
        }
        spoken.notes = all.at("notes").get<std::vector<std::string>>();
        return spoken;
    } catch (const Json::exception&) {
        throw wrong();
    }
}

int doubtfulLines(const SpokenText& spoken) {
    return static_cast<int>(std::count_if(spoken.lines.begin(), spoken.lines.end(),
                                          [](const HeardLine& line) { return line.isDoubtful; }));
}

void checkSpokenTextFile(const std::filesystem::path& file) {
    if (!writerOf(file)) {
        throw Error(ErrorCode::kUsage, "cannot tell what to write to " + file.string(),
                    "end it with .srt, .vtt or .json");
    }
    std::error_code ignored;
    const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
    if (!std::filesystem::is_directory(folder, ignored)) {
        throw Error(ErrorCode::kUsage, "there is no folder " + folder.string(), "make it first");
    }
    if (std::filesystem::is_directory(file, ignored)) {
        throw Error(ErrorCode::kUsage, file.string() + " is a folder",
                    "give the name of a file in it, or another");
    }
    if (!canReplaceFile(file)) {
        throw Error(ErrorCode::kUsage, "nothing can be written to the folder " + folder.string(),
                    "check its access rights, or take another");
    }
}

void writeSpokenText(const SpokenText& spoken, const std::filesystem::path& file) {
    checkSpokenTextFile(file);
    const std::string text = writerOf(file)(spoken);
    if (!replaceFile(file, [&](std::ostream& out) { out << text; })) {
        throw Error(ErrorCode::kUsage, "cannot write " + file.string(),
                    "check the folder's access rights and that the disk is not full");
    }
}

}  // namespace reelquery
