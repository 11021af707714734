#include "tests/unit/speech/speech_goldens.h"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace reelquery::golden {

namespace fs = std::filesystem;

fs::path speechFolder() {
    const char* chosen = std::getenv("REELQUERY_GOLDEN_WHISPER_DIR");
    return chosen && *chosen ? fs::path(chosen) : fs::path(REELQUERY_COMMITTED_GOLDENS) / "whisper";
}

nlohmann::json speechJson(const std::string& file) {
    std::ifstream in(speechFolder() / file);
    if (!in) throw std::runtime_error((speechFolder() / file).string() + " cannot be opened");
    return nlohmann::json::parse(in);
}

std::vector<std::string> speechModels() {
    return {"tiny-whisper", "tiny-whisper.en"};
}

std::vector<std::int16_t> sound(const std::string& name) {
    const fs::path file = speechFolder() / "sounds" / (name + ".wav");
    std::ifstream in(file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    const std::size_t data = bytes.find("data");
    if (data == std::string::npos) throw std::runtime_error(file.string() + " is no WAV file");
    const std::size_t begin = data + 8;
    std::vector<std::int16_t> samples((bytes.size() - begin) / sizeof(std::int16_t));
    std::memcpy(samples.data(), bytes.data() + begin, samples.size() * sizeof(std::int16_t));
    return samples;
}

std::unique_ptr<const SpeechModel> speechModel(const std::string& name) {
    return std::make_unique<const SpeechModel>(speechFolder() / name, ComputeTarget{});
}

}  // namespace reelquery::golden
