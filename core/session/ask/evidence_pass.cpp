#include "core/session/ask/evidence_pass.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

#include "core/attention/mass_recorder.h"

namespace reelquery {

namespace {

// Note [Where the model looked]
// The rows that write the answer (from the end of the question on) are read once more over the
// kept keys and values, and so are the same rows after a question about nothing in particular. Per
// layer of the upper half and per head, each pair of frames counts with the largest softmax mass
// that any row gives to its tokens and to the time text before them; neutral masses are taken off.
// Lines of what is said count the same way with their own tokens, apart from the pairs: a word in a
// line draws more than a pair of frames does, so the two are never weighed against each other.
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

/// The keys of every line of what is said, its clock included.
std::vector<KeyRun> lineRuns(const PromptSequence& prompt) {
    std::vector<KeyRun> runs;
    for (const TextSpan& span : prompt.text) {
        if (span.kind == TextKind::kSubtitle) runs.push_back({span.begin, span.end, 1});
    }
    return runs;
}

/// What is recorded of a prompt: pairs of frames and lines, in the order of their keys.
struct Recorded {
    std::vector<KeyRun> runs;
    std::vector<bool> isLine;  ///< of each group of the runs

    explicit Recorded(const PromptSequence& prompt) {
        const std::vector<KeyRun> pairs = pairRuns(prompt), lines = lineRuns(prompt);
        auto line = lines.begin();
        const auto addLinesBefore = [&](std::int64_t key) {
            for (; line != lines.end() && line->begin < key; ++line) add(*line, true);
        };
        for (const KeyRun& run : pairs) {
            addLinesBefore(run.begin);
            add(run, false);
        }
        addLinesBefore(std::numeric_limits<std::int64_t>::max());
    }

    /// The values of the lines, or those of the pairs.
    std::vector<double> of(bool lines, const std::vector<double>& values) const {
        std::vector<double> chosen;
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (isLine[i] == lines) chosen.push_back(values[i]);
        }
        return chosen;
    }

  private:
    void add(const KeyRun& run, bool line) {
        runs.push_back(run);
        isLine.insert(isLine.end(), static_cast<std::size_t>(run.groups), line);
    }
};

/// Reads texts over the kept beginning of a cache.
class Reader {
  public:
    Reader(const PreparedQuestion& prepared, const std::vector<KeyRun>& runs,
           const LoadedModel& model, KvCache& cache, std::int64_t kept, const CancelToken& cancel)
        : prepared_(prepared),
          runs_(runs),
          model_(model),
          cache_(cache),
          kept_(kept),
          cancel_(cancel) {}

    /// Mass on each group of the runs: of the rows from `firstRow` on, after the kept beginning of
    /// `ids` and what follows it up to there has been read. [groups]
    std::vector<double> massOfRows(const std::vector<TokenId>& ids, std::int64_t firstRow) {
        cache_.truncate(kept_);
        cache_.reserve(static_cast<std::int64_t>(ids.size()));
        const auto layers = static_cast<int>(model_.config().text.layers);
        const MassRecorder recorder(runs_, layers / 2);
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
    const std::vector<KeyRun>& runs_;
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
    const Recorded recorded(prompt);
    Reader reader(prepared, recorded.runs, model, cache, question.begin, cancel);

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
    evidence.weights =
        evidenceCurve(recorded.of(false, askedMass), recorded.of(false, neutralMass));
    evidence.moments = findMoments(steps, evidence.weights);
    const std::vector<float> lines =
        evidenceCurve(recorded.of(true, askedMass), recorded.of(true, neutralMass));
    ENSURE(lines.size() == prepared.said.size(), "every line of a prompt has its span");
    for (std::size_t i = 0; i < lines.size(); ++i) {
        evidence.lines.push_back({prepared.said[i].timeS, prepared.said[i].text, lines[i]});
    }
    evidence.lines = findLines(std::move(evidence.lines));
    return evidence;
}

}  // namespace reelquery
