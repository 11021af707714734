// Every stage of hearing against transformers: spectrum, encoder, decoder, language, one window.

#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "core/speech/token_text.h"
#include "core/speech/window_decoder.h"
#include "core/speech/word_alignment.h"
#include "tests/unit/speech/speech_goldens.h"

namespace reelquery {

namespace {

using Ids = std::vector<TokenId>;
using Tensors = std::map<std::string, at::Tensor>;

constexpr double kMelBound = 1e-4, kStageBound = 1e-3;

/// The window of a whole short sound.
at::Tensor windowOf(const SpeechModel& model, const std::vector<std::int16_t>& sound) {
    return model.mel()
        .window(sound, 0, LogMel::frames(sound), model.mel().maximum(sound))
        .unsqueeze(0);
}

SpeechCache heard(const SpeechModel& model, const std::string& sound) {
    const at::Tensor mel = windowOf(model, golden::sound(sound));
    return model.decoder().hear(model.encoder().run(mel, {}), {});
}

void checkClose(const at::Tensor& got, const at::Tensor& wanted, double bound) {
    REQUIRE(got.sizes() == wanted.sizes());
    CHECK(golden::maxDifference(got, wanted) < bound);
}

/// Kept rows of an encoder stage, as the golden file has them.
at::Tensor keptRows(const std::string& stage, const at::Tensor& value, const at::Tensor& rows) {
    if (stage == "encoder.conv2") return value[0].t().index_select(0, rows);
    if (stage == "encoder.conv1") {
        const at::Tensor both = std::get<0>(at::cat({rows * 2, rows * 2 + 1}).sort());
        return value[0].t().index_select(0, both);
    }
    return value[0].index_select(0, rows);
}

}  // namespace

TEST_CASE("The log-mel spectrum is the reference's") {
    const std::int64_t bins = GENERATE(80, 128);
    const auto wanted = golden::readTensors(golden::speechFolder() / "mel_golden.safetensors");
    const LogMel mel(bins, {});
    const std::string suffix = bins == 80 ? ".80" : ".128";
    CHECK(golden::maxDifference(mel.filters(), wanted.at("filters" + suffix)) < 1e-7);
    for (const std::string name : {"speech", "silence", "mixture"}) {
        const auto sound = golden::sound(name);
        const std::int64_t frames = LogMel::frames(sound);
        const double maximum = mel.maximum(sound);
        at::Tensor spectrum = ((mel.energies(sound, 0, frames).clamp_min(maximum - 8)) + 4) / 4;
        if (name == "mixture") {
            CHECK((maximum + 4) / 4 ==
                  Approx(wanted.at("mixture" + suffix + ".max").item<float>()).margin(kMelBound));
            spectrum = spectrum.index_select(1, wanted.at("mixture" + suffix + ".frames"));
        }
        checkClose(spectrum, wanted.at(name + suffix), kMelBound);
        // A window in the middle is the same stretch, filled with a middle level.
        const std::int64_t first = frames / 3, count = std::min<std::int64_t>(300, frames - first);
        const at::Tensor window = mel.window(sound, first, count, maximum);
        checkClose(window.narrow(1, 0, count),
                   ((mel.energies(sound, first, count).clamp_min(maximum - 8)) + 4) / 4, 1e-6);
        CHECK(window.narrow(1, count, 3000 - count).abs().max().item<float>() == 0);
    }
}

TEST_CASE("Every stage of encoder and decoder is the reference's") {
    const std::string name = GENERATE(from_range(golden::speechModels()));
    CAPTURE(name);
    const Tensors wanted =
        golden::readTensors(golden::speechFolder() / name / "golden.safetensors");
    const auto model = golden::speechModel(name);
    const at::Tensor rows = wanted.at("encoder.rows");
    std::size_t checked = 0;
    const at::Tensor states = model->encoder().run(
        windowOf(*model, golden::sound("speech")), {},
        [&](const std::string& stage, const at::Tensor& value) {
            if (!wanted.contains(stage)) return;
            CAPTURE(stage);
            checkClose(keptRows(stage, value, rows), wanted.at(stage), kStageBound);
            ++checked;
        });
    checkClose(states[0].index_select(0, rows), wanted.at("encoder.output"), kStageBound);
    const at::Tensor sum = wanted.at("encoder.output.sum");
    CHECK((states[0].sum(0) - sum).abs().max().item<float>() < 1500 * kStageBound);

    const auto tokens = wanted.at("decoder.tokens");
    const Ids ids(tokens.data_ptr<std::int64_t>(),
                  tokens.data_ptr<std::int64_t>() + tokens.numel());
    SpeechCache cache = model->decoder().hear(states, {});
    const at::Tensor logits = model->decoder().step(
        cache, {ids}, 0, {}, [&](const std::string& stage, const at::Tensor& value) {
            if (!wanted.contains(stage)) return;
            CAPTURE(stage);
            checkClose(value[0], wanted.at(stage), kStageBound);
            ++checked;
        });
    checkClose(logits[0], wanted.at("decoder.logits"), kStageBound);
    CHECK(checked >= 2);

    // Token by token through the cache it comes to the same.
    cache.clearTokens();
    std::vector<at::Tensor> steps;
    for (const TokenId id : ids) {
        steps.push_back(model->decoder().step(cache, {{id}}, 0, {})[0]);
    }
    checkClose(at::cat(steps), wanted.at("decoder.logits"), kStageBound);
}

TEST_CASE("The language is heard as by the reference") {
    const auto info = golden::speechJson("tiny-whisper/golden.json").at("language_detection");
    const auto model = golden::speechModel("tiny-whisper");
    const auto probabilities = languageProbabilities(*model, heard(*model, "speech"), {});
    const auto codes = info.at("codes").get<std::vector<std::string>>();
    REQUIRE(probabilities.size() == codes.size());
    std::size_t best = 0;
    for (std::size_t i = 0; i < codes.size(); ++i) {
        CHECK(model->config().ids.languages[i].code == codes[i]);
        CHECK(probabilities[i] == Approx(info.at("probabilities")[i].get<double>()).margin(1e-4));
        if (probabilities[i] > probabilities[best]) best = i;
    }
    CHECK(codes[best] == info.at("best").get<std::string>());
    CHECK(model->config().language("iw") == model->config().language("he"));
}

TEST_CASE("One window decoded greedily gives the reference's tokens and figures") {
    const std::string name = GENERATE(from_range(golden::speechModels()));
    const auto info = golden::speechJson(name + "/golden.json");
    const auto model = golden::speechModel(name);
    REQUIRE(info.at("greedy").size() == 8);
    for (const auto& [key, wanted] : info.at("greedy").items()) {
        CAPTURE(name, key);
        const bool withTimes = key.find("times") != std::string::npos;
        WindowPrompt prompt{.language = info.at("language"), .withTimes = withTimes};
        if (key.ends_with("prompt")) {
            prompt.previous = model->tokenizer().encode(" The camera pans");
        }
        WindowBatch batch;
        batch.heard = heard(*model, key.substr(0, key.find('.')));
        batch.heads = {promptTokens(model->config(), prompt)};
        batch.numbers = {0};
        batch.withTimes = withTimes;
        CHECK(batch.heads[0] == wanted.at("head").get<Ids>());
        FallbackRules once;
        once.temperatures = {0};
        const auto decoded = decodeWindows(*model, batch, once, {});
        const WindowAttempt& result = decoded.at(0).result();
        CHECK(result.tokens == wanted.at("tokens").get<Ids>());
        CHECK(result.avgLogProb == Approx(wanted.at("avg_logprob").get<double>()).margin(1e-4));
        CHECK(result.noSpeechProb ==
              Approx(wanted.at("no_speech_prob").get<double>()).epsilon(1e-3));
        CHECK(result.compressionRatio ==
              Approx(wanted.at("compression_ratio").get<double>()).margin(1e-12));
    }
}

TEST_CASE("The logits of a window's first tokens are the reference's") {
    const std::string name = GENERATE(from_range(golden::speechModels()));
    const auto info = golden::speechJson(name + "/golden.json");
    const auto wanted = golden::readTensors(golden::speechFolder() / name / "golden.safetensors");
    const at::Tensor rows = wanted.at("greedy.logits");
    const auto model = golden::speechModel(name);
    const auto head = info.at("greedy").at("speech.times").at("head").get<Ids>();
    const auto tokens = info.at("greedy").at("speech.times").at("tokens").get<Ids>();
    SpeechCache cache = heard(*model, "speech");
    at::Tensor logits =
        model->decoder().step(cache, {head}, static_cast<std::int64_t>(head.size()) - 1, {});
    for (std::int64_t i = 0; i < rows.size(0); ++i) {
        checkClose(logits.reshape({-1}), rows[i], kStageBound);
        if (i + 1 < rows.size(0)) {
            logits = model->decoder().step(cache, {{tokens[static_cast<std::size_t>(i)]}}, 0, {});
        }
    }
}

TEST_CASE("The words of a window are aligned as by the reference") {
    const std::string name = GENERATE(from_range(golden::speechModels()));
    CAPTURE(name);
    const auto info = golden::speechJson(name + "/golden.json");
    const auto tensors = golden::readTensors(golden::speechFolder() / name / "golden.safetensors");
    const auto model = golden::speechModel(name);
    const auto& wanted = info.at("words");
    const auto text = wanted.at("text_tokens").get<Ids>();
    const auto frames = wanted.at("frames").get<std::int64_t>();
    const auto language = info.at("language").get<std::string>();
    const SpeechCache cache = heard(*model, "speech");
    const WordMatrix matrix = wordMatrix(*model, {cache, 0}, text, frames, language, {});
    checkClose(matrix.looks, tensors.at("words.matrix"), kStageBound);
    const CostPath path = cheapestPath(-matrix.looks);
    const at::Tensor wantedPath = tensors.at("words.path").to(at::kLong);
    REQUIRE(static_cast<std::int64_t>(path.rows.size()) == wantedPath.size(1));
    std::vector<AlignedWord> words = alignWords(*model, {cache, 0}, text, frames, language, {});
    REQUIRE(words.size() == wanted.at("words").size());
    const auto check = [](const AlignedWord& word, const nlohmann::json& item) {
        CHECK(word.text == item.at("word").get<std::string>());
        CHECK(word.tokens == item.at("tokens").get<Ids>());
        CHECK(word.fromS == Approx(item.at("start").get<double>()).margin(1e-9));
        CHECK(word.toS == Approx(item.at("end").get<double>()).margin(1e-9));
        CHECK(word.probability == Approx(item.at("probability").get<double>()).margin(1e-3));
    };
    for (std::size_t i = 0; i < words.size(); ++i) check(words[i], wanted.at("words")[i]);
    mergeMarks(words);
    std::erase_if(words, [](const AlignedWord& word) { return word.text.empty(); });
    REQUIRE(words.size() == wanted.at("merged").size());
    for (std::size_t i = 0; i < words.size(); ++i) check(words[i], wanted.at("merged")[i]);
}

}  // namespace reelquery
