#include "core/session/ask/evidence_pass.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <span>

#include "core/attention/mass_recorder.h"

namespace reelquery {

namespace {

// Note [Where the model looked]
// The rows that write the answer (from the end of the question on) are read once more over the
// kept keys and values, and so are the same rows after a question about nothing in particular. Per
// layer of the upper half and per head, each pair of frames counts with the largest softmax mass
// that any row gives to its tokens and to the time text before them; neutral masses are taken off.
// Of 63 right answers about 84 s clips of longvid-synth, the three strongest moments held the
// needle in 63 this way, in 56 by the mean of the rows (an answer names a thing with one word), in
// 61 by all layers, in 61 without the time texts; with the question's rows in 63, but wider (9 % of
// the video instead of 7 %), and as the single strongest in 59 instead of 61.

/// Rows read at a time: bounds the work memory of long answers over long videos.
constexpr std::int64_t kRowsAtOnce = 64;
constexpr const char* kNeutralQuestion = "Describe this video.";

/// The words of the question that was answered.
TextSpan questionSpan(const PromptSequence& prompt) {
    const auto found = std::find_if(prompt.text.rbegin(), prompt.text.rend(),
                                    [](const TextSpan& s) { return s.kind == TextKind::kUser; });
    ENSURE(found != prompt.text.rend(), "a prompt ends with a question");
    return *found;
}

/// The keys of every pair of frames in turn, with the time text before it where that speaks of it
/// alone.
std::vector<KeyRun> pairRuns(const PromptSequence& prompt) {
    std::vector<KeyRun> runs;
    auto text = prompt.text.begin();
    for (const VisionSpan& span : prompt.vision) {
        KeyRun run{span.begin, span.end, span.grid.t};
        while (text != prompt.text.end() && text->end < span.begin) {
            // One token, which opens the span, stands between a time text and its pairs.
            const bool isOurs = text->kind == TextKind::kTimeText && text->end + 1 == span.begin;
            if (isOurs && span.grid.t == 1) run.begin = text->begin;
            ++text;
        }
        runs.push_back(run);
    }
    return runs;
}

/// Reads texts over the kept beginning of a cache.
class Reader {
  public:
    Reader(const PreparedQuestion& prepared, const LoadedModel& model, KvCache& cache,
           std::int64_t kept, const CancelToken& cancel)
        : prepared_(prepared), model_(model), cache_(cache), kept_(kept), cancel_(cancel) {}

    /// Mass on each pair of frames: of the rows from `firstRow` on, after the kept beginning of
    /// `ids` and what follows it up to there has been read. [steps]
    std::vector<double> massOfRows(const std::vector<TokenId>& ids, std::int64_t firstRow) {
        cache_.truncate(kept_);
        cache_.reserve(static_cast<std::int64_t>(ids.size()));
        const auto layers = static_cast<int>(model_.config().text.layers);
        const MassRecorder recorder(pairRuns(prepared_.prompt), layers / 2);
        if (firstRow > kept_) {
            const MassRecorder unrecorded({});
            read(std::span(ids).first(static_cast<std::size_t>(firstRow)), unrecorded);
        }
        read(ids, recorder);
        const std::vector<at::Tensor>& masses = recorder.massPerLayer();
        at::Tensor sum = at::zeros({masses.front().size(1)}, at::kDouble);
        for (const at::Tensor& mass : masses) sum += mass.sum(0, false, at::kDouble);
        const double* first = sum.const_data_ptr<double>();
        return {first, first + sum.numel()};
    }

  private:
    void read(std::span<const TokenId> ids, const MassRecorder& recorder) {
        MropePositions positions = prepared_.positions;
        for (auto& axis : positions.axes) {
            // Past the kept beginning all is text, on the same position on all axes.
            axis.resize(static_cast<std::size_t>(kept_));
            for (auto n = kept_; n < static_cast<std::int64_t>(ids.size()); ++n) {
                axis.push_back(static_cast<std::int32_t>(n + positions.delta));
            }
        }
        PrefillReport ignored;
        model_.languageModel().prefill({.ids = ids,
                                        .positions = positions,
                                        .visionFeatures = *prepared_.video,
                                        .chunkTokens = kRowsAtOnce,
                                        .prefixTokens = 0,
                                        .cancel = cancel_},
                                       cache_, recorder, ignored);
    }

    const PreparedQuestion& prepared_;
    const LoadedModel& model_;
    KvCache& cache_;
    const std::int64_t kept_;
    const CancelToken& cancel_;
};

}  // namespace

Evidence findEvidence(const PreparedQuestion& prepared, const std::vector<TokenId>& answer,
                      const LoadedModel& model, KvCache& cache, const CancelToken& cancel) {
    const PromptSequence& prompt = prepared.prompt;
    if (prompt.vision.empty()) return {};
    const TextSpan question = questionSpan(prompt);
    Reader reader(prepared, model, cache, question.begin, cancel);

    std::vector<TokenId> asked = prompt.ids;
    asked.insert(asked.end(), answer.begin(), answer.end());
    const std::vector<double> askedMass = reader.massOfRows(asked, question.end);

    const std::vector<TokenId> words =
        model.tokenizer().encode(kNeutralQuestion, SpecialText::kPlain);
    std::vector<TokenId> neutral(prompt.ids.begin(), prompt.ids.begin() + question.begin);
    neutral.insert(neutral.end(), words.begin(), words.end());
    const auto neutralEnd = static_cast<std::int64_t>(neutral.size());
    neutral.insert(neutral.end(), prompt.ids.begin() + question.end, prompt.ids.end());
    const std::vector<double> neutralMass = reader.massOfRows(neutral, neutralEnd);

    const std::vector<TimeRange> steps = stepsOf(prepared.video->frameTimesS);
    Evidence evidence;
    for (const TimeRange& step : steps) evidence.timesS.push_back(step.fromS);
    evidence.weights = evidenceCurve(askedMass, neutralMass);
    evidence.moments = findMoments(steps, evidence.weights);
    return evidence;
}

}  // namespace reelquery
