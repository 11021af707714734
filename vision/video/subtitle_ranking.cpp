#include "vision/video/subtitle_ranking.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <utility>

namespace reelquery {

namespace {

struct Language {
    std::string_view code;
    std::array<std::string_view, 4> names;  // ISO 639-2, English, its own
};

constexpr Language kLanguages[] = {
    {"ar", {"ara", "arabic"}},
    {"bg", {"bul", "bulgarian"}},
    {"cs", {"cze", "ces", "czech"}},
    {"da", {"dan", "danish", "dansk"}},
    {"de", {"ger", "deu", "german", "deutsch"}},
    {"el", {"gre", "ell", "greek"}},
    {"en", {"eng", "english"}},
    {"es", {"spa", "spanish", "espanol"}},
    {"fi", {"fin", "finnish", "suomi"}},
    {"fr", {"fre", "fra", "french", "francais"}},
    {"he", {"heb", "hebrew", "iw"}},
    {"hi", {"hin", "hindi"}},
    {"hu", {"hun", "hungarian", "magyar"}},
    {"id", {"ind", "indonesian"}},
    {"it", {"ita", "italian", "italiano"}},
    {"ja", {"jpn", "japanese", "jp"}},
    {"ko", {"kor", "korean"}},
    {"nl", {"dut", "nld", "dutch", "nederlands"}},
    {"no", {"nor", "nob", "norwegian", "norsk"}},
    {"pl", {"pol", "polish", "polski"}},
    {"pt", {"por", "portuguese", "portugues", "pob"}},
    {"ro", {"rum", "ron", "romanian"}},
    {"ru", {"rus", "russian"}},
    {"sv", {"swe", "swedish", "svenska"}},
    {"th", {"tha", "thai"}},
    {"tr", {"tur", "turkish", "turkce"}},
    {"uk", {"ukr", "ukrainian"}},
    {"vi", {"vie", "vietnamese"}},
    {"zh", {"chi", "zho", "chinese", "cmn"}},
};

/// The lower-case words of a text, letters only.
std::vector<std::string> wordsOf(std::string_view text) {
    std::vector<std::string> words(1);
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalpha(byte) || byte >= 0x80) {
            words.back() += static_cast<char>(std::tolower(byte));
        } else if (!words.back().empty()) {
            words.emplace_back();
        }
    }
    if (words.back().empty()) words.pop_back();
    return words;
}

}  // namespace

bool saysPartOnly(std::string_view words) {
    constexpr std::array<std::string_view, 9> kSigns = {"forced",     "signs",   "songs",
                                                        "commentary", "comment", "comments",
                                                        "foreign",    "lyrics",  "karaoke"};
    const auto said = wordsOf(words);
    return std::any_of(said.begin(), said.end(), [&](const std::string& word) {
        return std::find(kSigns.begin(), kSigns.end(), word) != kSigns.end();
    });
}

std::string languageCode(std::string_view words) {
    for (const std::string& word : wordsOf(words)) {
        for (const Language& language : kLanguages) {
            if (word == language.code || std::find(language.names.begin(), language.names.end(),
                                                   word) != language.names.end()) {
                return std::string(language.code);
            }
        }
    }
    return {};
}

std::vector<std::string> preferredLanguages() {
    std::vector<std::string> preferred;
    for (const char* variable : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        const char* value = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe)
        if (!value || !*value) continue;
        std::string code = languageCode(value);
        if (!code.empty()) preferred.push_back(std::move(code));
        break;  // the first that is set decides
    }
    if (preferred.empty() || preferred[0] != "en") preferred.emplace_back("en");
    return preferred;
}

int languageRank(std::string_view words, const std::vector<std::string>& preferred) {
    const std::string code = languageCode(words);
    return static_cast<int>(std::find(preferred.begin(), preferred.end(), code) -
                            preferred.begin());
}

}  // namespace reelquery
