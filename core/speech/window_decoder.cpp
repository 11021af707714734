#include "core/speech/window_decoder.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>

#include "core/base/error.h"
#include "core/speech/speech_model.h"
#include "core/speech/token_choice.h"
#include "core/speech/token_rules.h"
#include "core/speech/token_text.h"

namespace reelquery {

namespace {

constexpr std::size_t kMostNewTokens = 224;       // half the decoder's positions
constexpr std::size_t kMostPreviousTokens = 223;  // the other half, less the token before them

/// A window being decoded at one temperature.
struct Row {
    std::size_t window = 0;  // in the batch
    WindowAttempt attempt;
    double logProb = 0;
    bool isDone = false;
};

/// Decodes the rows of one temperature.
class Attempt {
  public:
    Attempt(const SpeechModel& model, const WindowBatch& batch, double temperature,
            std::uint64_t number, std::uint64_t seed)
        : model_(model), batch_(batch), temperature_(temperature), number_(number), seed_(seed) {}

    std::vector<Row> run(const std::vector<std::size_t>& windows, const CancelToken& cancel) {
        const c10::InferenceMode inference;
        std::vector<Row> rows;
        std::vector<std::vector<TokenId>> next;
        for (const std::size_t window : windows) {
            rows.emplace_back();
            rows.back().window = window;
            rows.back().attempt.temperature = temperature_;
            next.push_back(batch_.heads[window]);
        }
        std::vector<std::int64_t> indexes(windows.begin(), windows.end());
        SpeechCache cache = batch_.heard.select(indexes);
        cache.clearTokens();
        std::vector<std::size_t> live(rows.size());  // rows that are in the cache, in its order
        std::iota(live.begin(), live.end(), std::size_t{0});

        const auto& head = next.front();
        const SpeechIds& ids = model_.config().ids;
        const auto start =
            std::find(head.begin(), head.end(), ids.startOfTranscript) - head.begin();
        at::Tensor logits = model_.decoder().step(cache, next, start, cancel);
        const at::Tensor atStart = logits.select(1, 0);
        const at::Tensor noSpeech =
            (atStart.select(1, ids.noSpeech) - at::logsumexp(atStart, at::IntArrayRef{1}))
                .to(at::kCPU);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            rows[i].attempt.noSpeechProb =
                std::exp(static_cast<double>(noSpeech.data_ptr<float>()[i]));
        }
        for (;;) {
            const auto chosen = choose(logits.select(1, logits.size(1) - 1), rows, live);
            next.clear();
            for (std::size_t i = 0; i < live.size(); ++i) {
                Row& row = rows[live[i]];
                if (!row.isDone) take(chosen[i], row);
                // What a finished row goes on with does not matter; it is dropped below.
                next.push_back({row.isDone ? ids.endOfText : row.attempt.tokens.back()});
            }
            dropFinished(rows, live, next, cache);
            if (live.empty()) break;
            logits = model_.decoder().step(cache, next, 0, cancel);
        }
        for (Row& row : rows) finish(row);
        return rows;
    }

  private:
    /// The next token of each live row; logits [rows, V].
    std::vector<ChosenToken> choose(const at::Tensor& logits, const std::vector<Row>& rows,
                                    const std::vector<std::size_t>& live) const {
        if (temperature_ == 0) {
            std::vector<const std::vector<TokenId>*> said;
            // A finished row is chosen for like one that goes on; nobody takes it.
            for (const std::size_t i : live) said.push_back(&rows[i].attempt.tokens);
            return model_.choice().likeliest(logits, said, batch_.withTimes);
        }
        const at::Tensor near = logits.to(at::kCPU).contiguous();
        std::vector<ChosenToken> drawn;
        for (std::size_t i = 0; i < live.size(); ++i) {
            float* first = near.data_ptr<float>() + static_cast<std::int64_t>(i) * near.size(1);
            const Row& row = rows[live[i]];
            drawn.push_back(row.isDone
                                ? ChosenToken{}
                                : draw({first, static_cast<std::size_t>(near.size(1))}, row));
        }
        return drawn;
    }

    /// Draws are made in the reference's order of sums, on the processor; they are rare.
    ChosenToken draw(std::span<float> row, const Row& state) const {
        const SpeechConfig& config = model_.config();
        const std::vector<TokenId>& said = state.attempt.tokens;
        if (said.empty()) maskTokens(row, config.suppressedFirst);
        maskTokens(row, config.suppressed);
        if (batch_.withTimes) applyTimeRules(row, said, timeRulesOf(config));
        const double u = drawNumber(seed_, batch_.numbers[state.window], number_, said.size());
        const TokenId token = drawToken(row, temperature_, u);
        return {token, row[static_cast<std::size_t>(token)] - logSumExp(row)};
    }

    void take(const ChosenToken& chosen, Row& row) const {
        std::vector<TokenId>& said = row.attempt.tokens;
        row.logProb += chosen.logProb;
        if (chosen.token == model_.config().ids.endOfText) {
            row.isDone = true;
            return;
        }
        said.push_back(chosen.token);
        const std::size_t held = batch_.heads[row.window].size() + said.size();
        row.isDone = said.size() == kMostNewTokens || held > kLongestTokens;
    }

    /// Rows at their end leave the cache once they are half of it; all gone, it is left alone.
    static void dropFinished(const std::vector<Row>& rows, std::vector<std::size_t>& live,
                             std::vector<std::vector<TokenId>>& next, SpeechCache& cache) {
        std::vector<std::int64_t> kept;
        for (std::size_t i = 0; i < live.size(); ++i) {
            if (!rows[live[i]].isDone) kept.push_back(static_cast<std::int64_t>(i));
        }
        if (kept.size() * 2 > live.size()) return;
        std::vector<std::size_t> still;
        std::vector<std::vector<TokenId>> tokens;
        for (const std::int64_t i : kept) {
            still.push_back(live[static_cast<std::size_t>(i)]);
            tokens.push_back(next[static_cast<std::size_t>(i)]);
        }
        if (!kept.empty()) cache = cache.select(kept);
        live = std::move(still);
        next = std::move(tokens);
    }

    void finish(Row& row) const {
        WindowAttempt& attempt = row.attempt;
        attempt.avgLogProb = row.logProb / static_cast<double>(attempt.tokens.size() + 1);
        const std::string text =
            stripped(textBelow(model_.tokenizer(), attempt.tokens, model_.config().ids.timesBegin));
        attempt.compressionRatio = compressionRatio(text);
    }

    const SpeechModel& model_;
    const WindowBatch& batch_;
    const double temperature_;
    const std::uint64_t number_, seed_;
};

bool isUnsure(const WindowAttempt& attempt, const FallbackRules& rules) {
    return rules.leastLogProb && attempt.avgLogProb < *rules.leastLogProb;
}

bool needsAnother(const WindowAttempt& attempt, const FallbackRules& rules) {
    const bool isUnsureNow = isUnsure(attempt, rules);
    const bool soundsSilent = rules.mostNoSpeech && attempt.noSpeechProb > *rules.mostNoSpeech;
    if (isUnsureNow && soundsSilent) return false;
    return isUnsureNow ||
           (rules.mostCompression && attempt.compressionRatio > *rules.mostCompression);
}

}  // namespace

bool DecodedWindow::isSilence(const FallbackRules& rules) const {
    const bool isSure = rules.leastLogProb && result().avgLogProb > *rules.leastLogProb;
    return rules.mostNoSpeech && result().noSpeechProb > *rules.mostNoSpeech && !isSure;
}

std::vector<TokenId> promptTokens(const SpeechConfig& config, const WindowPrompt& prompt) {
    const SpeechIds& ids = config.ids;
    std::vector<TokenId> tokens;
    if (!prompt.previous.empty()) {
        const std::size_t used = std::min(prompt.previous.size(), kMostPreviousTokens);
        tokens.push_back(ids.startOfPrevious);
        tokens.insert(tokens.end(), prompt.previous.end() - static_cast<std::ptrdiff_t>(used),
                      prompt.previous.end());
    }
    tokens.push_back(ids.startOfTranscript);
    if (config.isMultilingual) {
        const SpokenLanguage* language = config.language(prompt.language);
        ENSURE(language, "a language of the model");
        tokens.push_back(language->id);
        tokens.push_back(prompt.translate ? ids.translate : ids.transcribe);
    }
    if (!prompt.withTimes) tokens.push_back(ids.noTimes);
    return tokens;
}

std::vector<DecodedWindow> decodeWindows(const SpeechModel& model, const WindowBatch& batch,
                                         const FallbackRules& rules, const CancelToken& cancel) {
    std::vector<DecodedWindow> decoded(batch.heads.size());
    std::vector<std::size_t> waiting(batch.heads.size());
    std::iota(waiting.begin(), waiting.end(), std::size_t{0});
    for (std::size_t number = 0; number < rules.temperatures.size() && !waiting.empty(); ++number) {
        Attempt attempt(model, batch, rules.temperatures[number], number, rules.seed);
        std::vector<std::size_t> again;
        for (Row& row : attempt.run(waiting, cancel)) {
            row.attempt.again = needsAnother(row.attempt, rules);
            if (row.attempt.again) again.push_back(row.window);
            decoded[row.window].attempts.push_back(std::move(row.attempt));
        }
        waiting = std::move(again);
    }
    return decoded;
}

std::vector<double> languageProbabilities(const SpeechModel& model, const SpeechCache& heard,
                                          const CancelToken& cancel) {
    const SpeechIds& ids = model.config().ids;
    if (ids.languages.empty()) return {};
    SpeechCache cache = heard.select({0});
    cache.clearTokens();
    const at::Tensor row =
        model.decoder().step(cache, {{ids.startOfTranscript}}, 0, cancel).reshape({-1});
    std::vector<float> logits;
    for (const SpokenLanguage& language : ids.languages) {
        logits.push_back(row.data_ptr<float>()[language.id]);
    }
    const double all = logSumExp(logits);
    std::vector<double> probabilities;
    for (const float logit : logits) probabilities.push_back(std::exp(logit - all));
    return probabilities;
}

}  // namespace reelquery
