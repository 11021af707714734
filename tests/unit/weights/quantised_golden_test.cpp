// Quantised checkpoints: every weight equals, to the last bit, what the format's own library says.

#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "core/spec/model_config.h"
#include "core/weights/checkpoint.h"
#include "tests/golden/golden_set.h"
#include "tests/golden/quantised_set.h"
#include "tests/golden/sha256.h"

namespace reelquery {

TEST_CASE("Weights of quantised checkpoints equal the reference's to the last bit") {
    const auto models = golden::quantisedModels();
    REQUIRE(!models.empty());
    std::size_t checked = 0;
    for (const auto& model : models) {
        const ModelConfig config = readModelConfig(model.model, model.vision);
        const Checkpoint checkpoint = Checkpoint::open(model.model, &config, model.vision);
        std::ifstream in(model.golden / "dequantised.json");
        const auto expected = nlohmann::json::parse(in);
        for (const auto& [name, facts] : expected.items()) {
            CAPTURE(model.golden.filename().string(), name);
            const at::Tensor ours = checkpoint.load(name, {}).contiguous();
            REQUIRE(ours.sizes() ==
                    at::IntArrayRef(facts["shape"].get<std::vector<std::int64_t>>()));
            for (std::int64_t i = 0; i < 8; ++i) {
                CHECK(ours.flatten()[i].item<float>() ==
                      facts["first"][static_cast<std::size_t>(i)].get<float>());
            }
            CHECK(ours.to(at::kDouble).abs().sum().item<double>() ==
                  Approx(facts["sum_abs"].get<double>()).epsilon(1e-12));
            CHECK(golden::sha256(ours.data_ptr(), ours.nbytes()) ==
                  facts["sha256_f32"].get<std::string>());
            ++checked;
        }
        const auto file = model.golden / "dequantised.safetensors";
        if (!std::filesystem::exists(file)) continue;
        for (const auto& [name, value] : golden::readTensors(file)) {
            if (value.dim() != 2) continue;
            CAPTURE(model.golden.filename().string(), name);
            CHECK(at::equal(checkpoint.load(name, {}), value));
        }
    }
    CHECK(checked > 0);
}

TEST_CASE("SHA-256 of the standard's own example") {
    CHECK(golden::sha256("abc", 3) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace reelquery
