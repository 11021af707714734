#include "core/speech/word_alignment.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/speech/speech_model.h"
#include "core/speech/window_decoder.h"

namespace reelquery {

namespace {

constexpr double kPlaceS = 0.02;
constexpr double kFramesPerPlace = 2;

/// Medians of seven neighbours, [.., n] of a padded [.., n + 6]: sorting every seven of a window
/// would take a processor longer than its encoder does. The exchanges are a known network of 13;
/// a compiler makes one instruction for several values of each.
at::Tensor medianOfSeven(const at::Tensor& padded) {
    const at::Tensor source = padded.contiguous();
    at::DimVector shape(padded.sizes().begin(), padded.sizes().end());
    shape.back() -= 6;
    at::Tensor medians = at::empty(shape, padded.options());
    const std::int64_t columns = shape.back(), rows = medians.numel() / columns;
    for (std::int64_t row = 0; row < rows; ++row) {
        const float* in = source.const_data_ptr<float>() + row * (columns + 6);
        float* out = medians.data_ptr<float>() + row * columns;
        for (std::int64_t i = 0; i < columns; ++i) {
            float v[7] = {in[i], in[i + 1], in[i + 2], in[i + 3], in[i + 4], in[i + 5], in[i + 6]};
            const auto order = [&v](int low, int high) {
                const float least = v[low] < v[high] ? v[low] : v[high];
                v[high] = v[low] < v[high] ? v[high] : v[low];
                v[low] = least;
            };
            order(0, 5), order(0, 3), order(1, 6), order(2, 4), order(0, 1), order(3, 5);
            order(2, 6), order(2, 3), order(3, 6), order(4, 5), order(1, 4), order(1, 3);
            order(3, 4);
            out[i] = v[3];
        }
    }
    return medians;
}

}  // namespace

at::Tensor medianFilter(const at::Tensor& x, int width) {
    const std::int64_t half = width / 2;
    if (x.size(-1) <= half) return x;
    const at::Tensor padded = at::reflection_pad1d(x, {half, half});
    if (width == 7 && x.is_cpu() && x.scalar_type() == at::kFloat) return medianOfSeven(padded);
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
    matrix.looks = looks.narrow(0, head, rows).to(at::kCPU).contiguous();
    matrix.probabilities = model.decoder().probabilities(look.states.narrow(0, head, rows - 1),
                                                         text, config.ids.endOfText, cancel);
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
