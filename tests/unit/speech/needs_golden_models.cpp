// Ends the program as skipped, with a word, where the golden set has no models.

#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>

#include "tests/unit/speech/speech_goldens.h"

namespace reelquery {

namespace {

constexpr int kSkipped = 77;

class NeedsGoldenModels : public Catch::TestEventListenerBase {
  public:
    using TestEventListenerBase::TestEventListenerBase;

    void testRunStarting(const Catch::TestRunInfo&) override {
        for (const std::string& name : golden::speechModels()) {
            if (std::filesystem::exists(golden::speechFolder() / name / "model.safetensors"))
                continue;
            std::printf("SKIPPED: %s has no model.safetensors; set REELQUERY_GOLDEN_WHISPER_DIR\n",
                        (golden::speechFolder() / name).c_str());
            std::exit(kSkipped);
        }
    }
};

}  // namespace

CATCH_REGISTER_LISTENER(NeedsGoldenModels)

}  // namespace reelquery
