#include "core/session/compare/comparing.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

#include "core/attention/backend_factory.h"
#include "core/base/divergence.h"
#include "core/device/machine_load.h"
#include "core/device/peak_memory.h"
#include "core/session/ask/after_answer.h"
#include "core/session/ask/auto_attention.h"
#include "core/session/ask/evidence_pass.h"
#include "core/session/ask/prepared_answer.h"
#include "core/session/report/attention_report.h"

namespace reelquery {

namespace {

using Clock = std::chrono::steady_clock;

/// What one run of one side leaves behind.
struct Pass {
    AnswerReport report;
    std::vector<TokenId> ids;        ///< of the answer, without the closing token
    at::Tensor firstLogits;          ///< [V] float32
    std::vector<TokenId> likeliest;  ///< likeliest token at every position of the forced answer
};

/// Everything the passes share.
class PassRunner {
  public:
    PassRunner(const AskContext& ask, const PreparedQuestion& prepared, double preparedS,
               const LoadedModel& model)
        : ask_(ask),
          request_(ask.question.asked),
          prepared_(prepared),
          preparedS_(preparedS),
          model_(model) {}

    /// What to feed after the answer to see what this side would have picked at each token.
    enum class Forcing { kNone, kOwnAnswer, kGivenAnswer };

    /// Prefill and answer on one side. The cache lives only as long as the call.
    Pass run(const AttentionBackend& backend, Forcing forcing = Forcing::kNone,
             const std::vector<TokenId>& given = {}) const {
        const PeakMemory peak(model_.device().target.cudaDevice);
        std::string said;
        const AnswerSink silent = [](const AnswerEvent&) {};  // the answer of a round is not news
        DecodeSession session = model_.languageModel().makeSession(prepared_.cacheTokens(request_));
        PreparedAnswer answer = answerPrepared({.request = request_,
                                                .id = ask_.request,
                                                .prepared = prepared_,
                                                .model = model_,
                                                .backend = backend,
                                                .preparedS = preparedS_,
                                                .prefillEvents = ask_.sink,
                                                .answerEvents = silent,
                                                .session = session,
                                                .cancel = ask_.cancel},
                                               said);
        Pass pass{std::move(answer.report), std::move(answer.ids), answer.promptLogits, {}};
        if (forcing == Forcing::kOwnAnswer) force(pass, pass.ids, session);
        if (forcing == Forcing::kGivenAnswer) force(pass, given, session);
        if (forcing != Forcing::kNone && request_.wantEvidence) {
            afterTheAnswer(pass.report, "no evidence", [&] {
                pass.report.evidence =
                    findEvidence(prepared_, pass.ids, model_, session.cache(), ask_.cancel);
            });
            throwIfCancelled(ask_.cancel);
        }
        pass.report.peakHostBytes = peak.hostBytes();
        pass.report.peakDeviceBytes = peak.deviceBytes();
        return pass;
    }

  private:
    /// Cuts the cache back to the prompt and feeds `answer` from there.
    void force(Pass& pass, const std::vector<TokenId>& answer, DecodeSession& session) const {
        KvCache& cache = session.cache();
        cache.truncate(prepared_.promptTokens());
        at::Tensor logits = pass.firstLogits;
        for (const TokenId token : answer) {
            pass.likeliest.push_back(likeliestKnown(logits));
            logits = model_.languageModel().decode(token, cache.size() + prepared_.positions.delta,
                                                   session, ask_.cancel);
        }
    }

    TokenId likeliestKnown(const at::Tensor& logits) const {
        return static_cast<TokenId>(
            logits.narrow(0, 0, model_.tokenizer().knownIds()).argmax().item<std::int64_t>());
    }

    const AskContext& ask_;
    const AskRequest& request_;
    const PreparedQuestion& prepared_;
    const double preparedS_;
    const LoadedModel& model_;
};

/// A row of logits as plain numbers; `logits` must outlive it.
std::span<const float> rowOf(const at::Tensor& logits) {
    return {logits.const_data_ptr<float>(), static_cast<std::size_t>(logits.numel())};
}

Agreement agreementOf(const Pass& dense, const Pass& sparse) {
    Agreement agreement;
    agreement.firstTokenKl = klDivergence(rowOf(dense.firstLogits), rowOf(sparse.firstLogits));
    agreement.comparedTokens = static_cast<std::int64_t>(dense.likeliest.size());
    std::int64_t equal = 0;
    for (std::size_t at = 0; at < dense.likeliest.size(); ++at) {
        equal += dense.likeliest[at] == sparse.likeliest[at];
    }
    agreement.top1 =
        agreement.comparedTokens == 0
            ? 1.0
            : static_cast<double>(equal) / static_cast<double>(agreement.comparedTokens);
    const auto parted =
        std::mismatch(dense.ids.begin(), dense.ids.end(), sparse.ids.begin(), sparse.ids.end());
    agreement.equalPrefixTokens = parted.first - dense.ids.begin();
    agreement.sameAnswer = dense.report.answer == sparse.report.answer;
    const auto denseOption = optionLetter(dense.report.answer);
    const auto sparseOption = optionLetter(sparse.report.answer);
    if (denseOption && sparseOption) agreement.sameOption = *denseOption == *sparseOption;
    return agreement;
}

/// The round whose attention took the median (of an even number, the lower of the two in the
/// middle), so that the times of its layers add up to the figure beside them.
const AnswerReport& medianRound(const std::vector<AnswerReport>& rounds) {
    std::vector<const AnswerReport*> byTime;
    for (const AnswerReport& round : rounds) byTime.push_back(&round);
    const auto middle = byTime.begin() + (std::ssize(byTime) - 1) / 2;
    std::nth_element(
        byTime.begin(), middle, byTime.end(),
        [](const AnswerReport* a, const AnswerReport* b) { return a->attentionS < b->attentionS; });
    return **middle;
}

/// The warm-up's evidence and a round, with the rounds' medians.
ComparedSide sideOf(Pass warmUp, const std::vector<AnswerReport>& rounds) {
    const auto spread = [&](double AnswerReport::*figure) {
        std::vector<double> values;
        for (const AnswerReport& round : rounds) values.push_back(round.*figure);
        return spreadOf(std::move(values));
    };
    ComparedSide side;
    side.report = rounds.empty() ? warmUp.report : medianRound(rounds);
    side.report.evidence = std::move(warmUp.report.evidence);
    side.report.notes = std::move(warmUp.report.notes);  // with what is said of the evidence
    side.prefillS = spread(&AnswerReport::prefillS);
    side.attentionS = spread(&AnswerReport::attentionS);
    side.selectionS = spread(&AnswerReport::selectionS);
    side.firstTokenS = spread(&AnswerReport::firstTokenS);
    side.tokensPerS = spread(&AnswerReport::tokensPerS);
    side.report.prefillS = side.prefillS.median;
    side.report.attentionS = side.attentionS.median;
    side.report.selectionS = side.selectionS.median;
    side.report.firstTokenS = side.firstTokenS.median;
    side.report.tokensPerS = side.tokensPerS.median;
    for (const AnswerReport& round : rounds) {
        side.report.peakHostBytes = std::max(side.report.peakHostBytes, round.peakHostBytes);
        side.report.peakDeviceBytes = std::max(side.report.peakDeviceBytes, round.peakDeviceBytes);
    }
    return side;
}

double ratio(const Spread& dense, const Spread& sparse) {
    return sparse.median > 0 ? dense.median / sparse.median : 0;
}

}  // namespace

ComparisonReport compareQuestion(const AskContext& asked, int rounds, WarmState& warm) {
    Question question = asked.question;
    question.asked.generation.temperature = 0;
    question.asked.generation.likeModel = false;
    question.asked.mayReuse = false;
    const AskContext ask{question, asked.request, asked.sink, asked.cancel, asked.began};
    const CancelToken& cancel = ask.cancel;
    const PreparedQuestion prepared = prepareQuestion(ask, warm);
    warm.makeRoomFor(prepared.question.plan, {prepared.featureKey, nullptr});
    warm.announce(prepared.question.plan.workBytes + prepared.question.plan.cacheBytes);
    const double preparedS =
        std::chrono::duration<double>(Clock::now() - ask.began).count() - prepared.loadS;
    const LoadedModel& model = warm.model();
    const auto dense = makeAttentionBackend(AttentionOptions(), attentionTarget(model));
    const auto sparse =
        warmBackend(prepared.question.attention, prepared.questionTokens(), warm, cancel);

    const PassRunner runner(ask, prepared, preparedS, model);
    // Greedy: what a side answers in its warm-up it answers in every round.
    std::string denseAnswer, sparseAnswer;
    const auto step = [&](bool isSparse, int round) {
        throwIfCancelled(cancel);
        ask.sink(ComparisonStep{ask.request, isSparse, round, rounds, denseAnswer, sparseAnswer});
    };
    step(false, 0);
    Pass denseWarm = runner.run(*dense, PassRunner::Forcing::kOwnAnswer);
    denseAnswer = denseWarm.report.answer;
    step(true, 0);
    Pass sparseWarm = runner.run(*sparse, PassRunner::Forcing::kGivenAnswer, denseWarm.ids);
    sparseAnswer = sparseWarm.report.answer;
    ComparisonReport report;
    report.agreement = agreementOf(denseWarm, sparseWarm);
    report.selector = prepared.question.attention.selector.name;

    std::vector<AnswerReport> denseRounds, sparseRounds;
    const MachineLoad load;
    for (int round = 1; round <= rounds; ++round) {
        const bool sparseFirst = round % 2 == 0;
        for (const bool isSparse : {sparseFirst, !sparseFirst}) {
            step(isSparse, round);
            (isSparse ? sparseRounds : denseRounds)
                .push_back(runner.run(isSparse ? *sparse : *dense).report);
        }
    }
    report.othersShare = load.othersShare();
    report.dense = sideOf(std::move(denseWarm), denseRounds);
    report.sparse = sideOf(std::move(sparseWarm), sparseRounds);
    report.rounds = rounds;
    report.speedUp = {ratio(report.dense.attentionS, report.sparse.attentionS),
                      ratio(report.dense.prefillS, report.sparse.prefillS),
                      ratio(report.dense.firstTokenS, report.sparse.firstTokenS)};
    report.machine = model.device().name;
    return report;
}

}  // namespace reelquery
