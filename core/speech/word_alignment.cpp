#include "core/speech/word_alignment.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/speech/speech_model.h"
#include "core/speech/token_rules.h"
#include "core/speech/window_decoder.h"

namespace reelquery {

namespace {

constexpr double kPlaceS = 0.02;
constexpr double kFramesPerPlace = 2;

}  // namespace

at::Tensor medianFilter(const at::Tensor& x, int width) {
    const std::int64_t half = width / 2;
    if (x.size(-1) <= half) return x;
    const at::Tensor padded = at::reflection_pad1d(x, {half, half});
    return std::get<0>(padded.unfold(-1, width, 1).sort(-1)).select(-1, half);
}

CostPath cheapestPath(const at::Tensor& cost) {
    enum Step : std::int8_t { kBoth, kDown, kRight };

    const at::Tensor values = cost.to(at::kDouble).contiguous();
    const auto rows = static_cast<std::size_t>(values.size(0));
    const auto columns = static_cast<std::size_t>(values.size(1));
    const double* value = values.data_ptr<double>();
    const std::size_t stride = columns + 1;
    std::vector<float> sums((rows + 1) * stride, std::numeric_limits<float>::infinity());
    std::vector<Step> steps((rows + 1) * stride, kRight);
    sums[0] = 0;
    for (std::size_t i = 1; i <= rows; ++i) {
        steps[i * stride] = kDown;
        for (std::size_t j = 1; j <= columns; ++j) {
            const float both = sums[(i - 1) * stride + j - 1];
            const float down = sums[(i - 1) * stride + j], right = sums[i * stride + j - 1];
            const Step step = both < down && both < right   ? kBoth
                              : down < both && down < right ? kDown
                                                            : kRight;
            const float before = step == kBoth ? both : step == kDown ? down : right;
            sums[i * stride + j] =
                static_cast<float>(value[(i - 1) * columns + j - 1] + static_cast<double>(before));
            steps[i * stride + j] = step;
        }
    }
    CostPath path;
    for (std::size_t i = rows, j = columns; i > 0 || j > 0;) {
        path.rows.push_back(static_cast<int>(i) - 1);
        path.columns.push_back(static_cast<int>(j) - 1);
        const Step step = i == 0 ? kRight : steps[i * stride + j];
        if (step != kRight) --i;
        if (step != kDown) --j;
    }
    std::reverse(path.rows.begin(), path.rows.end());
    std::reverse(path.columns.begin(), path.columns.end());
    return path;
}

WordMatrix wordMatrix(const SpeechModel& model, const HeardWindow& heard,
                      const std::vector<TokenId>& text, std::int64_t frames,
                      const std::string& language, const CancelToken& cancel) {
    const c10::InferenceMode inference;
    const SpeechConfig& config = model.config();
    std::vector<TokenId> tokens = promptTokens(config, {.language = language, .withTimes = false});
    const auto head = static_cast<std::int64_t>(tokens.size()) - 1;  // without notimestamps
    tokens.insert(tokens.end(), text.begin(), text.end());
    tokens.push_back(config.ids.endOfText);
    const auto places = static_cast<std::int64_t>(static_cast<double>(frames) / kFramesPerPlace);
    const auto look = model.decoder().lookAt(heard.cache, heard.window, tokens, places, cancel);

    // Standard scores over all tokens, the head's included, before the head is cut off.
    at::Tensor looks = look.weights;  // [heads, tokens, places]
    const at::Tensor mean = looks.mean(-2, true);
    const at::Tensor deviation = looks.std(at::IntArrayRef{-2}, /*unbiased=*/false, true);
    looks = medianFilter((looks - mean) / deviation, config.medianWidth).mean(0);

    WordMatrix matrix;
    const auto rows = static_cast<std::int64_t>(text.size()) + 1;
    matrix.looks = looks.narrow(0, head, rows).contiguous();
    const at::Tensor logits = look.logits.narrow(0, head, rows).contiguous();
    for (std::size_t i = 0; i < text.size(); ++i) {
        const float* row = logits.data_ptr<float>() + static_cast<std::int64_t>(i) * logits.size(1);
        const std::span<const float> words{row, static_cast<std::size_t>(config.ids.endOfText)};
        matrix.probabilities.push_back(std::exp(row[text[i]] - logSumExp(words)));
    }
    return matrix;
}

std::vector<AlignedWord> alignWords(const SpeechModel& model, const HeardWindow& heard,
                                    const std::vector<TokenId>& text, std::int64_t frames,
                                    const std::string& language, const CancelToken& cancel) {
    const TokenId end = model.config().ids.endOfText;
    if (text.empty() || frames < static_cast<std::int64_t>(kFramesPerPlace)) return {};
    std::vector<TokenId> withEnd = text;
    withEnd.push_back(end);
    const std::vector<TokenWord> words = splitWords(model.tokenizer(), withEnd, language, end);
    if (words.size() <= 1) return {};
    const WordMatrix matrix = wordMatrix(model, heard, text, frames, language, cancel);
    const CostPath path = cheapestPath(-matrix.looks);
    std::vector<double> startS;  // of each row
    for (std::size_t i = 0; i < path.rows.size(); ++i) {
        if (i == 0 || path.rows[i] != path.rows[i - 1]) startS.push_back(path.columns[i] * kPlaceS);
    }
    std::vector<AlignedWord> aligned;
    std::size_t first = 0;
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {  // the last one is the end
        const std::size_t after = first + words[i].tokens.size();
        double sum = 0;
        for (std::size_t token = first; token < after; ++token) sum += matrix.probabilities[token];
        aligned.push_back({words[i].text, words[i].tokens, startS[first], startS[after],
                           sum / static_cast<double>(after - first)});
        first = after;
    }
    return aligned;
}

}  // namespace reelquery
