#pragma once
// The golden set of the speech tests: the folder in REELQUERY_GOLDEN_WHISPER_DIR, else the
// committed one. It holds sounds, spectra and two tiny checkpoints with what the references made of
// them.

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/speech/speech_model.h"
#include "tests/golden/golden_set.h"

namespace reelquery::golden {

std::filesystem::path speechFolder();

/// A JSON file of the set. Throws when it is missing.
nlohmann::json speechJson(const std::string& file);

/// "tiny-whisper" and "tiny-whisper.en".
std::vector<std::string> speechModels();

/// The samples of a 16 kHz mono WAV file of the set.
std::vector<std::int16_t> sound(const std::string& name);

/// A model of the set in float32 on the CPU.
std::unique_ptr<const SpeechModel> speechModel(const std::string& name);

}  // namespace reelquery::golden
