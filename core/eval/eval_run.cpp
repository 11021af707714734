#include "core/eval/eval_run.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/divergence.h"
#include "core/base/error.h"
#include "core/base/fingerprint.h"
#include "core/base/option_names.h"
#include "core/base/picture_pack.h"
#include "core/eval/answer_log.h"

namespace reelquery {

namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;

Json attentionJson(const AttentionOptions& options) {
    if (options.kind == AttentionKind::kDense) return "dense";
    const SelectorOptions& selector = options.selector;
    Json json = {{"auto", options.kind == AttentionKind::kAuto},
                 {"stride", selector.stride},
                 {"pattern", nameOf(selector.pattern)},
                 {"threshold", selector.threshold.value_or(kDefaultThreshold)},
                 {"thresholds_file", selector.thresholdsFile},
                 {"dense_first_layers", options.denseFirstLayers},
                 {"dense_last_tokens", options.denseLastTokens}};
    // Logs of earlier runs name none and go on under the same settings.
    if (selector.name != SelectorOptions().name) json["selector"] = selector.name;
    if (selector.density) json["density"] = *selector.density;
    return json;
}

Json samplingJson(const SamplingOptions& options) {
    Json json = {{"mode", static_cast<int>(options.mode)},
                 {"fps", options.fps},
                 {"max_frames", options.maxFrames},
                 {"max_video_tokens", options.maxVideoTokens},
                 {"min_frame_tokens", options.minTokensPerPair},
                 {"max_frame_tokens", options.maxTokensPerPair},
                 {"follow_model", options.followModel}};
    if (options.frames) json["frames"] = *options.frames;
    if (options.fromS) json["from_s"] = *options.fromS;
    if (options.toS) json["to_s"] = *options.toS;
    for (const TimeRange& range : options.within) json["within"] += {range.fromS, range.toS};
    return json;
}

/// What a question about words alone is asked about: a file that shows nothing, for the run's time.
class WordsFile {
  public:
    /// Throws Error{kUsage} where it cannot be written.
    explicit WordsFile(std::filesystem::path file) : file_(std::move(file)) {
        if (writeWordsPack(file_)) return;
        throw Error(ErrorCode::kUsage, file_.string() + " cannot be written",
                    "give another folder with --out");
    }

    WordsFile(const WordsFile&) = delete;
    WordsFile& operator=(const WordsFile&) = delete;

    ~WordsFile() {
        std::error_code ignored;
        std::filesystem::remove(file_, ignored);
    }

    const std::filesystem::path& path() const { return file_; }

  private:
    const std::filesystem::path file_;
};

/// Runs one (video, mode) after another and keeps the books.
class Runner {
  public:
    Runner(const EvalRequest& request, SessionCaller& session, const EvalProgress& progress)
        : request_(request),
          session_(session),
          progress_(progress),
          log_(request.log, settingsJson(request)) {
        for (const EvalQuestion& question : request.suite.questions) {
            groups_[clusterOf(question)].push_back(&question);
            if (question.video.empty() && !words_)
                words_.emplace(request.log.parent_path() / "words-alone.pack");
        }
        holdsAgainstDense_ = request.modes.size() > 1 && request.modes.front().name == "dense" &&
                             request.ask.model.server.empty();
        total_ = request.suite.questions.size() * request.modes.size();
    }

    EvalOutcome run() {
        for (const EvalMode& mode : request_.modes) {
            for (const EvalQuestion& question : request_.suite.questions) {
                done_ += isDone(question, mode);
            }
        }
        // In the order of the suite, not of the map.
        std::set<std::string> asked;
        for (const EvalQuestion& question : request_.suite.questions) {
            const std::string group = clusterOf(question);
            if (!asked.insert(group).second) continue;
            denseLogits_.clear();
            for (const EvalMode& mode : request_.modes) {
                if (!askAll(groups_[group], mode)) return outcome(true);
            }
        }
        return outcome(false);
    }

  private:
    bool isDone(const EvalQuestion& question, const EvalMode& mode) const {
        const EvalRecord* record = log_.find(question.id, mode.name);
        return record && record->answered();
    }

    bool isDense(const EvalMode& mode) const { return &mode == &request_.modes.front(); }

    /// Fetches the first logits of dense answers that only the log has. False once stopped.
    bool lookDensely(const std::vector<const EvalQuestion*>& questions, const EvalMode& mode) {
        if (!holdsAgainstDense_ || isDense(mode)) return true;
        const EvalMode& dense = request_.modes.front();
        for (const EvalQuestion* question : questions) {
            const bool isWanted = !isDone(*question, mode) && isDone(*question, dense);
            if (!isWanted || denseLogits_.contains(question->id)) continue;
            if (session_.stopWanted()) return false;
            AskRequest ask = asked(*question, dense);
            ask.generation.maxNewTokens = 1;
            ask.wantEvidence = false;
            const Event end = session_.ask(ask);
            if (std::holds_alternative<Cancelled>(end)) return false;
            if (const auto* done = std::get_if<AnswerDone>(&end))
                denseLogits_[question->id] = done->report.firstLogits;
        }
        return true;
    }

    /// Keeps a dense answer's first logits, or holds another mode's against them.
    void holdAgainstDense(const AnswerReport& report, const EvalMode& mode, EvalRecord& record) {
        if (!holdsAgainstDense_) return;
        if (isDense(mode)) {
            denseLogits_[record.id] = report.firstLogits;
            return;
        }
        const auto dense = denseLogits_.find(record.id);
        if (dense == denseLogits_.end() || dense->second.empty()) return;
        if (dense->second.size() != report.firstLogits.size()) return;
        const double divergence = klDivergence(dense->second, report.firstLogits);
        if (std::isfinite(divergence)) record.firstTokenKl = divergence;
    }

    /// False once the run was stopped.
    bool askAll(const std::vector<const EvalQuestion*>& questions, const EvalMode& mode) {
        if (!lookDensely(questions, mode)) return false;
        std::string unreadable;
        for (const EvalQuestion* question : questions) {
            if (isDone(*question, mode)) continue;
            EvalRecord record;
            record.id = question->id;
            record.mode = mode.name;
            if (!unreadable.empty()) {
                record.error = unreadable;
            } else {
                if (session_.stopWanted()) return false;
                const Event end = session_.ask(asked(*question, mode));
                if (std::holds_alternative<Cancelled>(end)) return false;
                if (const auto* failed = std::get_if<Failed>(&end)) {
                    endIfHopeless(*failed);
                    record.error = failed->message;
                    if (failed->code == ErrorCode::kVideo) unreadable = failed->message;
                } else {
                    const AnswerReport& answer = std::get<AnswerDone>(end).report;
                    record = scoredRecord(*question, request_.suite.rule, mode.name, answer);
                    holdAgainstDense(answer, mode, record);
                }
            }
            log_.append(record);
            report(*question, record);
        }
        return true;
    }

    AskRequest asked(const EvalQuestion& question, const EvalMode& mode) const {
        AskRequest ask = request_.ask;
        ask.video = question.video.empty() ? words_->path() : question.video;
        if (question.maxNewTokens > 0 && !request_.isShortened)
            ask.generation.maxNewTokens = question.maxNewTokens;
        ask.wantFirstLogits = holdsAgainstDense_;
        ask.question = question.question;
        ask.history = question.before;
        if (!question.systemPrompt.empty()) ask.systemPrompt = question.systemPrompt;
        ask.attention = mode.attention;
        return ask;
    }

    /// No other question would fare better without the model or the device.
    static void endIfHopeless(const Failed& failed) {
        if (failed.code == ErrorCode::kModel || failed.code == ErrorCode::kDevice) {
            throw Error(failed.code, failed.message, failed.hint);
        }
    }

    void report(const EvalQuestion& question, const EvalRecord& record) {
        ++done_;
        ++doneNow_;
        const std::chrono::duration<double> spent = Clock::now() - start_;
        const double left = static_cast<double>(total_ - done_);
        if (progress_) {
            progress_({question, record, done_, total_,
                       spent.count() / static_cast<double>(doneNow_) * left});
        }
    }

    EvalOutcome outcome(bool stopped) const {
        EvalOutcome outcome{{}, stopped};
        for (const EvalMode& mode : request_.modes) {
            for (const EvalQuestion& question : request_.suite.questions) {
                if (const EvalRecord* record = log_.find(question.id, mode.name)) {
                    outcome.records.push_back(*record);
                }
            }
        }
        return outcome;
    }

    const EvalRequest& request_;
    SessionCaller& session_;
    const EvalProgress& progress_;
    AnswerLog log_;
    std::map<std::string, std::vector<const EvalQuestion*>> groups_;  // by clusterOf
    std::optional<WordsFile> words_;
    bool holdsAgainstDense_ = false;
    std::map<std::string, std::vector<float>> denseLogits_;  // of the group that is being asked
    const Clock::time_point start_ = Clock::now();
    std::size_t done_ = 0, doneNow_ = 0, total_ = 0;
};

}  // namespace

std::string suiteId(const EvalSuite& suite) {
    Fingerprint print;
    print.add(suite.name);
    print.add(static_cast<int>(suite.rule));
    for (const EvalQuestion& question : suite.questions) {
        for (const std::string& text :
             {question.id, question.video.string(), question.task, question.question,
              question.systemPrompt, question.truth, question.circle}) {
            print.add(text);
        }
        for (const Turn& turn : question.before) {
            print.add(turn.question);
            print.add(turn.answer);
        }
        print.add(question.options);
        const TimeRange interval = question.interval.value_or(TimeRange{-1, -1});
        print.add(interval.fromS);
        print.add(interval.toS);
        // What only some suites have counts where it is there: others keep their name.
        for (const std::string& one : question.references) print.add(one);
        for (const std::string& one : question.classes) print.add(one);
        if (!question.references.empty()) print.add(static_cast<int>(question.metric));
        if (question.maxNewTokens > 0) print.add(question.maxNewTokens);
    }
    return print.hex();
}

std::string settingsJson(const EvalRequest& request) {
    Json attention = Json::object();
    for (const EvalMode& mode : request.modes) {
        attention[mode.name] = attentionJson(mode.attention);
    }
    const AskRequest& ask = request.ask;
    Json json = {{"program", request.program},
                 {"suite", request.suite.name},
                 {"suite_id", request.suiteId},
                 {"model", ask.model.folder.string()},
                 {"model_files", request.modelFiles},
                 {"system_prompt", ask.systemPrompt},
                 {"device", static_cast<int>(ask.model.device)},
                 {"dtype", static_cast<int>(ask.model.dtype)},
                 {"sampling", samplingJson(ask.sampling)},
                 {"max_new_tokens", ask.generation.maxNewTokens},
                 {"temperature", ask.generation.temperature},
                 {"seed", ask.generation.seed},
                 {"evidence", ask.wantEvidence},
                 {"subtitles", ask.subtitles.use == SubtitleUse::kOn},
                 {"attention", attention}};
    if (request.margin) json["margin"] = *request.margin;
    const std::vector<EvalQuestion>& questions = request.suite.questions;
    const bool haveLengths = std::any_of(questions.begin(), questions.end(),
                                         [](const auto& one) { return one.maxNewTokens > 0; });
    if (haveLengths) json["own_lengths"] = !request.isShortened;
    if (ask.generation.likeModel) json["like_model"] = true;
    if (ask.speech.use == SpeechUse::kMake) json["speech_model"] = ask.speech.model.string();
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<EvalQuestion> limited(std::vector<EvalQuestion> questions, int limit) {
    if (limit <= 0 || static_cast<std::size_t>(limit) >= questions.size()) return questions;
    std::map<std::string, std::size_t> seen;
    std::vector<std::size_t> rank(questions.size()), order(questions.size());
    std::map<std::string, std::size_t> circleRank;
    for (std::size_t i = 0; i < questions.size(); ++i) {
        order[i] = i;
        const EvalQuestion& one = questions[i];
        rank[i] = seen[one.video.empty() ? "task: " + one.task + one.length : one.video.string()]++;
        if (questions[i].circle.empty()) continue;
        rank[i] = circleRank.try_emplace(questions[i].circle, rank[i]).first->second;
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return rank[a] < rank[b]; });
    std::set<std::size_t> kept;
    std::set<std::string> circles;
    for (const std::size_t i : order) {
        const std::string& circle = questions[i].circle;
        const bool begun = !circle.empty() && circles.contains(circle);
        if (kept.size() >= static_cast<std::size_t>(limit) && !begun) continue;
        kept.insert(i);
        if (!circle.empty()) circles.insert(circle);
    }
    std::vector<EvalQuestion> left;
    for (const std::size_t i : kept) left.push_back(std::move(questions[i]));
    return left;
}

EvalOutcome runEval(const EvalRequest& request, SessionCaller& session,
                    const EvalProgress& progress) {
    return Runner(request, session, progress).run();
}

}  // namespace reelquery
