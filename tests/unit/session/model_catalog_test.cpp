#include "core/session/plan/model_catalog.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "core/base/error.h"
#include "tests/unit/session/recorded_session.h"

using namespace reelquery;
namespace fs = std::filesystem;

TEST_CASE("a whole folder is complete and knows its family") {
    const ModelEntry entry = inspectModel(tinyModel());
    CHECK(entry.complete);
    CHECK(entry.problem.empty());
    CHECK(entry.canRun);
    CHECK(entry.family == (tinyKind() == "tiny" ? "qwen2_vl" : "qwen3_vl"));
    CHECK(entry.bytes > 0);
}

TEST_CASE("what a folder lacks is named") {
    const fs::path folder = emptyFolder("lacking");
    CHECK(inspectModel(folder).problem.find("config.json") != std::string::npos);
    fs::copy(tinyModel() / "config.json", folder / "config.json");
    CHECK(inspectModel(folder).problem.find("model.safetensors") != std::string::npos);
    fs::copy(tinyModel() / "model.safetensors", folder / "model.safetensors");
    CHECK(inspectModel(folder).problem.find("tokenizer") != std::string::npos);
    CHECK_FALSE(inspectModel(folder).complete);
    CHECK_FALSE(inspectModel(folder / "nowhere").complete);
}

TEST_CASE("a model's own threshold counts where no other is named") {
    const fs::path folder = emptyFolder("own_threshold");
    const auto write = [&](const std::string& threshold) {
        std::ofstream(folder / "reelquery.json")
            << R"({"recommended": {"frames_per_second": 1, "min_tokens_per_pair": 15, )"
            << R"("max_tokens_per_pair": 40)" << threshold << "}}";
    };
    AttentionOptions options;
    CHECK_FALSE(withOwnThreshold(options, folder).selector.threshold);
    write("");
    CHECK_FALSE(withOwnThreshold(options, folder).selector.threshold);
    write(R"(, "threshold": 0.6)");
    CHECK(withOwnThreshold(options, folder).selector.threshold == 0.6);
    options.selector.threshold = 0.8;
    CHECK(withOwnThreshold(options, folder).selector.threshold == 0.8);
    options.selector.threshold.reset();
    write(R"(, "threshold": 1.5)");
    CHECK_THROWS_AS(withOwnThreshold(options, folder), Error);
}

TEST_CASE("other families are not listed") {
    const fs::path root = emptyFolder("families");
    fs::create_directories(root / "llama");
    std::ofstream(root / "llama" / "config.json") << R"({"model_type": "llama"})";
    fs::create_directories(root / "broken");
    std::ofstream(root / "broken" / "config.json") << "{";
    CHECK(findModels({{root, "test"}}).empty());
}

TEST_CASE("a folder that somebody names says what it is, also where that cannot be run") {
    struct Case {
        const char *type, *words;
    };

    const auto named = GENERATE(values<Case>({{"qwen3_vl_moe", "this is Qwen3-VL-MoE"},
                                              {"qwen3_5", "this is Qwen3.5"},
                                              {"qwen3_omni_moe", "this is Qwen3-Omni"},
                                              {"llama", "model_type 'llama'"}}));
    CAPTURE(named.type);
    tinyModel();  // lies beside it
    const fs::path root = emptyFolder("named");
    std::ofstream(root / "config.json") << R"({"model_type": ")" << named.type << R"("})";
    const auto found = findModels({{root, "--model"}});
    REQUIRE(found.size() == 1);
    CHECK_FALSE(found[0].canRun);
    CHECK_FALSE(found[0].complete);
    CHECK_THAT(found[0].problem,
               Catch::Contains(named.words) && Catch::Contains("Qwen3-VL (qwen3_vl)"));
    CHECK(findModels({{root.parent_path(), "cache"}}).empty() == false);
    for (const ModelEntry& entry : findModels({{root.parent_path(), "cache"}})) {
        CHECK((entry.canRun || entry.hears));
    }
}

TEST_CASE("hub snapshots are found through refs and shown by their hub name") {
    const fs::path root = emptyFolder("hub");
    const fs::path repository = root / "models--Qwen--Qwen2-VL-2B-Instruct";
    for (const char* commit : {"aaa", "bbb"}) {
        fs::create_directories(repository / "snapshots" / commit);
        for (const auto& file : fs::directory_iterator(tinyModel())) {
            fs::create_symlink(file.path(),
                               repository / "snapshots" / commit / file.path().filename());
        }
    }
    fs::create_directories(repository / "refs");
    std::ofstream(repository / "refs" / "main") << "bbb";
    const auto found = findModels({{root, "test"}});
    REQUIRE(found.size() == 1);
    CHECK(found[0].name == "Qwen/Qwen2-VL-2B-Instruct");
    CHECK(found[0].folder.filename() == "bbb");
    CHECK(found[0].complete);
    CHECK(found[0].source == "test");
}

TEST_CASE("the same folder under two roots is listed once") {
    const fs::path root = tinyModel().parent_path();
    const auto found = findModels({{tinyModel(), "first"}, {tinyModel(), "second"}});
    REQUIRE(found.size() == 1);
    CHECK(found[0].source == "first");
}
