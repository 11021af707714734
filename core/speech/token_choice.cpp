#include "core/speech/token_choice.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>

#include "core/base/error.h"

namespace reelquery {

namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

at::Tensor barredTokens(const SpeechConfig& config, bool isFirst) {
    at::Tensor barred = at::zeros({config.vocabSize}, at::kFloat);
    const auto bar = [&](const std::vector<TokenId>& tokens) {
        for (const TokenId id : tokens) barred.data_ptr<float>()[id] = static_cast<float>(kNever);
    };
    bar(config.suppressed);
    if (isFirst) bar(config.suppressedFirst);
    return barred;
}

/// [B, 3] on the device: below the first no token is allowed, nor a time below the second or from
/// the third on.
at::Tensor boundsTensor(const std::vector<AllowedTokens>& allowed, at::Device device) {
    at::Tensor bounds = at::empty({static_cast<std::int64_t>(allowed.size()), 3}, at::kLong);
    std::int64_t* out = bounds.data_ptr<std::int64_t>();
    for (const AllowedTokens& row : allowed) {
        *out++ = row.from;
        *out++ = row.timesFrom;
        *out++ = row.timesTo;
    }
    return bounds.to(device);
}

}  // namespace

TokenChoice::TokenChoice(const SpeechConfig& config, at::Device device)
    : rules_(timeRulesOf(config)),
      ids_(at::arange(config.vocabSize, at::TensorOptions().dtype(at::kLong).device(device))),
      barred_(barredTokens(config, false).to(device)),
      barredFirst_(barredTokens(config, true).to(device)) {}

std::vector<ChosenToken> TokenChoice::likeliest(
    const at::Tensor& logits, const std::vector<const std::vector<TokenId>*>& said,
    bool withTimes) const {
    const c10::InferenceMode inference;
    ENSURE(logits.dim() == 2 && logits.size(0) == static_cast<std::int64_t>(said.size()),
           "a row of logits for each window");
    const bool isFirst =
        std::all_of(said.begin(), said.end(), [](const auto* tokens) { return tokens->empty(); });
    at::Tensor rows = logits + (isFirst ? barredFirst_ : barred_);
    if (withTimes) {
        std::vector<AllowedTokens> allowed;
        for (const auto* tokens : said) {
            allowed.push_back(allowedTokens(*tokens, rules_, static_cast<TokenId>(ids_.size(0))));
        }
        const at::Tensor bounds = boundsTensor(allowed, rows.device());
        const std::int64_t begin = rules_.timesBegin;
        at::Tensor others = rows.narrow(1, 0, begin);
        at::Tensor times = rows.narrow(1, begin, rows.size(1) - begin);
        const at::Tensor timeIds = ids_.narrow(0, begin, times.size(1));
        rows.select(1, rules_.noTimes).fill_(kNever);
        others.masked_fill_(ids_.narrow(0, 0, begin) < bounds.narrow(1, 0, 1), kNever);
        times.masked_fill_(timeIds < bounds.narrow(1, 1, 1), kNever);
        times.masked_fill_(timeIds >= bounds.narrow(1, 2, 1), kNever);
        const at::Tensor timesWin =
            at::logsumexp(times, at::IntArrayRef{1}, true) > others.amax(1, true);
        others.masked_fill_(timesWin, kNever);
    }
    const auto [greatest, token] = rows.max(1);
    const at::Tensor logProb = greatest - at::logsumexp(rows, at::IntArrayRef{1});
    const at::Tensor both =
        at::stack({token.to(at::kDouble), logProb.to(at::kDouble)}, 1).to(at::kCPU);
    std::vector<ChosenToken> chosen;
    for (std::int64_t i = 0; i < both.size(0); ++i) {
        const double* row = both.data_ptr<double>() + 2 * i;
        chosen.push_back({static_cast<TokenId>(row[0]), row[1]});
    }
    return chosen;
}

}  // namespace reelquery
