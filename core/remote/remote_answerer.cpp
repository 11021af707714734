#include "core/remote/remote_answerer.h"

#include <algorithm>
#include <utility>

#include "core/answer/frame_stream.h"
#include "core/answer/said_lines.h"
#include "core/base/error.h"
#include "core/base/format_text.h"
#include "core/base/media_time.h"
#include "core/remote/chat_stream.h"
#include "core/remote/remote_failure.h"
#include "core/web/web_request.h"
#include "vision/video/jpeg_writer.h"
#include "vision/video/picture_list.h"

namespace reelquery {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMarkTokens = 2;     // around each picture's own
constexpr int kStampTokens = 6;    // "[12:34]", about
constexpr int kBytesPerToken = 4;  // of words, about
constexpr std::size_t kMostRefusal = 64 << 10;
/// What jpegOf() makes of footage, in base64; drawn pictures take a third of it.
constexpr double kJpegBytesPerPixel = 0.37;

double since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// What has to be said of the way there: without TLS others on it can read along.
std::string wayOf(const std::string& url) {
    const std::string host = hostOf(url);
    const std::string name =
        host[0] == '[' ? host.substr(0, host.find(']') + 1) : host.substr(0, host.find(':'));
    const bool isHere = name == "localhost" || name == "127.0.0.1" || name == "[::1]";
    return isHere || url.compare(0, 8, "https://") == 0 ? "" : ", unencrypted";
}

/// Tokens of the pictures themselves, as every server of these families counts them.
std::int64_t pictureTokens(const FramePlan& plan, FrameForm form) {
    const std::int64_t side = plan.options.tokenSide;
    const std::int64_t each = (plan.size.width / side) * (plan.size.height / side);
    return each * std::ssize(plan.wanted) / (form == FrameForm::kPairs ? 2 : 1);
}

std::int64_t wordTokens(const AskRequest& asked) {
    std::size_t bytes = asked.question.size() + asked.systemPrompt.size();
    for (const Turn& turn : asked.history) bytes += turn.question.size() + turn.answer.size();
    return static_cast<std::int64_t>(bytes) / kBytesPerToken;
}

std::int64_t promptTokens(const Question& question, FrameForm form) {
    const std::int64_t parts =
        std::ssize(question.frames.wanted) / (form == FrameForm::kPairs ? 2 : 1);
    return pictureTokens(question.frames, form) + parts * (kMarkTokens + kStampTokens) +
           wordTokens(question.asked);
}

/// What no server can count less for all that is sent, however small it makes the pictures: a token
/// and two marks for each, and half of what its time and the words are thought to take.
std::int64_t fewestTokens(const Question& question, FrameForm form) {
    const std::int64_t parts =
        std::ssize(question.frames.wanted) / (form == FrameForm::kPairs ? 2 : 1);
    return parts * (kMarkTokens + 1) + (parts * kStampTokens + wordTokens(question.asked)) / 2;
}

/// url: of the server.
Plan planOf(const Question& question, FrameForm form, const std::string& url) {
    Plan plan;
    plan.frames = static_cast<int>(question.frames.wanted.size());
    plan.frameWidth = question.frames.size.width;
    plan.frameHeight = question.frames.size.height;
    if (!question.frames.wanted.empty()) {
        plan.fromS = question.frames.wanted.front().wantedS;
        plan.toS = question.frames.wanted.back().wantedS;
    }
    plan.videoTokens = pictureTokens(question.frames, form);
    plan.promptTokens = promptTokens(question, form);
    plan.sentTo = hostOf(url);
    plan.isSentOpenly = !wayOf(url).empty();
    plan.sentBytes = static_cast<std::int64_t>(kJpegBytesPerPixel * plan.frames * plan.frameWidth *
                                               plan.frameHeight);
    return plan;
}

/// Frames per second of video that were taken: as planned, or as it came out with key frames.
double takenAt(const Question& question, const AnswerReport& report) {
    if (report.samplingUsed != "keyframes" || report.frames < 2) return question.frames.sampleFps;
    const double spanS = report.lastFrameS - report.firstFrameS;
    return spanS > 0 ? (report.frames - 1) / spanS : question.frames.sampleFps;
}

/// Whether another Reelquery takes so many lines.
bool mayAllGo(const std::vector<TimedText>& said) {
    constexpr std::size_t kMostLines = 20'000, kMostBytes = 1 << 20;
    std::size_t bytes = 0;
    for (const TimedText& line : said) bytes += line.text.size();
    return said.size() <= kMostLines && bytes <= kMostBytes;
}

/// Everything that decides the bytes of the frames.
std::string keyOf(const Question& question, FrameForm form) {
    std::string key = question.videoId + (form == FrameForm::kPairs ? " pairs " : " pictures ") +
                      std::to_string(question.frames.size.width) + "x" +
                      std::to_string(question.frames.size.height) +
                      (question.frames.modeUsed == SamplingMode::kKeyframes ? "k" : "e");
    for (const WantedFrame& frame : question.frames.wanted)
        key += formatText(" %.6f", frame.wantedS);
    return key;
}

}  // namespace

RemoteAnswerer::RemoteAnswerer(RemoteServer server) : server_(std::move(server)) {
    serverBase(server_.url);
}

FrameRules RemoteAnswerer::frameRules(const ModelChoice&) const {
    return {};  // a server resizes what its model does not take
}

Plan RemoteAnswerer::plan(const Question& question, const CancelToken&) {
    Plan plan = planOf(question, FrameForm::kPictures, server_.url);
    plan.reasons.push_back(std::to_string(plan.frames) + " frames go to " + hostOf(server_.url) +
                           wayOf(server_.url) + "; the film itself stays here");
    plan.reasons.emplace_back("memory is the server's affair; its context is looked up when asked");
    return plan;
}

ModelReady RemoteAnswerer::load(const ModelChoice&,
                                const std::function<void(std::int64_t, std::int64_t)>&,
                                const CancelToken& cancel) {
    const ServerFacts facts = askForFacts(server_, cancel);
    ModelReady ready;
    ready.name = facts.model;
    ready.device = facts.base + (facts.program.empty() ? "" : ", " + facts.program);
    return ready;
}

void RemoteAnswerer::watch(const AskContext&) {
    throw Error(ErrorCode::kUsage, "nothing is sent to a server before a question is asked");
}

ComparisonReport RemoteAnswerer::compare(const AskContext&, int) {
    throw Error(ErrorCode::kUsage, "a server cannot compare dense and sparse attention",
                "choose a model on this machine");
}

void RemoteAnswerer::haveFrames(const AskContext& ask, const ServerFacts& facts) {
    const Question& question = ask.question;
    const std::string key = keyOf(question, facts.form);
    const bool wantsFrames = question.asked.wantFrames;
    const bool isShownToo = !wantsFrames || (sent_ && !sent_->shown.empty());
    if (sent_ && sent_->key == key && !question.videoId.empty() && isShownToo) {
        for (FrameSeen frame : sent_->shown) {
            if (!wantsFrames) break;
            frame.request = ask.request;
            ask.sink(std::move(frame));
        }
        sent_->report.decodeS = sent_->report.encodeS = 0;
        sent_->report.featuresFromCache = true;
        return;
    }
    takeFrames(ask, key);
}

void RemoteAnswerer::takeFrames(const AskContext& ask, const std::string& key) {
    const Question& question = ask.question;
    const bool wantsFrames = question.asked.wantFrames;
    sent_.reset();
    Sent made;
    made.key = key;
    AnswerReport& report = made.report;
    std::vector<SentFrame>& frames = made.pictures;
    const auto total = std::ssize(question.frames.wanted);
    const auto begin = Clock::now();
    double encodeS = 0;
    const SamplingReport sampled =
        streamFrames(question,
                     [&](SampledFrame&& frame) {
                         const auto encoding = Clock::now();
                         frames.push_back({frame.timeS, jpegOf(frame.rgb)});
                         encodeS += since(encoding);
                         if (wantsFrames) {
                             made.shown.push_back(frameSeen(ask.request, frame));
                             ask.sink(made.shown.back());
                         }
                         report.frameTimesS.push_back(frame.timeS);
                         report.frameWidth = static_cast<int>(frame.rgb.size(2));
                         report.frameHeight = static_cast<int>(frame.rgb.size(1));
                         ask.sink(Progress{ask.request, Phase::kEncode, std::ssize(frames), total});
                     },
                     ask.cancel, {.onScan = [&](std::int64_t doneBytes, std::int64_t totalBytes) {
                         ask.sink(ScannedTo{ask.request, doneBytes, totalBytes});
                     }});
    report.encodeS = encodeS;
    report.decodeS = since(begin) - encodeS;
    report.framesWanted = sampled.wanted;
    report.frames = sampled.got;
    report.decodeErrors = sampled.decodeErrors;
    made.unreadable = leftOutText(sampled.unreadable);
    report.firstFrameS = sampled.firstS;
    report.lastFrameS = sampled.lastS;
    report.samplingUsed = sampled.modeUsed == SamplingMode::kKeyframes ? "keyframes" : "exact";
    sent_ = std::move(made);
}

/// What is said between the frames, as this question wants it. The frames stay as they are.
void RemoteAnswerer::takeLines(const AskContext& ask, const ServerFacts& facts) {
    const Question& question = ask.question;
    AnswerReport& report = sent_->report;
    std::vector<std::string> notes;
    std::optional<SubtitleText> own;
    const SubtitleText* text = subtitlesOf(
        question,
        [&]() -> const SubtitleText& {
            const SubtitleSource& source = *question.subtitles;
            own = source.file.empty() ? readSubtitleTrack(question.video, source.stream, ask.cancel)
                                      : readSubtitleFile(source.file, ask.cancel);
            return *own;
        },
        notes);
    std::vector<TimedText> said;
    // Another Reelquery chooses by the same rules, and counts as its own model does.
    if (text && facts.takesTimes) said = allLinesOf(question, *text);
    if (text && (!facts.takesTimes || !mayAllGo(said))) {
        said = linesOf(
            question, *text, report.frameTimesS,
            [](const std::string& line) { return std::ssize(line) / kBytesPerToken; }, notes);
    }
    if (!sent_->unreadable.empty()) notes.push_back(sent_->unreadable);
    report.notes = std::move(notes);
    report.subtitleLines = static_cast<int>(said.size());
    report.subtitlesFrom = said.empty() ? "" : sourceText(*question.subtitles);
    report.saidTimesS.clear();
    std::string key =
        (facts.takesTimes ? "own " : "between ") + std::to_string(question.sampling.maxVideoTokens);
    for (const TimedText& line : said) {
        report.saidTimesS.push_back(line.timeS);
        key += formatText("\n%.3f ", line.timeS) + line.text;
    }
    if (key == sent_->saidKey) return;
    sent_->saidKey = key;
    sent_->frames =
        framesJson(sent_->pictures, facts.form, facts.takesTimes ? std::vector<TimedText>() : said);
    sent_->own = facts.takesTimes
                     ? ownFieldsJson({.frameTimesS = report.frameTimesS,
                                      .fps = takenAt(question, report),
                                      .maxVideoTokens = std::clamp<std::int64_t>(
                                          question.sampling.maxVideoTokens, 8, 4'000'000),
                                      .said = said})
                     : std::string();
}

AnswerReport RemoteAnswerer::answer(const AskContext& ask, std::string& said) {
    const Question& question = ask.question;
    const ServerFacts facts = askForFacts(server_, ask.cancel);
    Plan plan = planOf(question, facts.form, facts.base);
    plan.reasons.push_back(std::to_string(plan.frames) + " frames go to " + facts.base +
                           wayOf(facts.base));
    ask.sink(PlanReady{ask.request, plan});
    const std::int64_t wanted = plan.promptTokens + question.asked.generation.maxNewTokens;
    if (facts.contextTokens > 0 && wanted > facts.contextTokens) {
        throw Error(
            ErrorCode::kMemory,
            "the question needs about " + std::to_string(wanted) + " tokens, and " +
                hostOf(facts.base) + " has room for " + std::to_string(facts.contextTokens),
            "take fewer frames (--fps, --frames, --max-video-tokens), a shorter range, or a "
            "shorter answer (--max-tokens)");
    }
    haveFrames(ask, facts);
    takeLines(ask, facts);
    return askServer(ask, facts, *sent_, said);
}

AnswerReport RemoteAnswerer::askServer(const AskContext& ask, const ServerFacts& facts,
                                       const Sent& sent, std::string& said) const {
    const Question& question = ask.question;
    WebRequest request;
    request.url = facts.base + "/chat/completions";
    request.body = chatBody(question.asked, sent.frames, facts.model, sent.own);
    request.silence = server_.silence;
    request.certificates = server_.certificates;
    request.connectTime = std::chrono::milliseconds(5'000);
    request.fields = {{"Content-Type", "application/json"}, {"Accept", "text/event-stream"}};
    if (!server_.key.empty()) request.fields.emplace_back("Authorization", "Bearer " + server_.key);

    const auto asked = Clock::now();
    std::optional<Clock::time_point> firstWords;
    ChatStream stream([&](const std::string& words) {
        if (!firstWords) firstWords = Clock::now();
        said += words;
        ask.sink(AnswerDelta{ask.request, words});
    });
    std::string refusal;
    bool hasBegun = false;
    const WebReceiver receive = [&](const WebHead& reply, std::string_view piece) {
        hasBegun = reply.status == 200;
        if (hasBegun) {
            stream.take(piece);
            return true;
        }
        refusal += piece.substr(0, kMostRefusal - std::min(kMostRefusal, refusal.size()));
        return refusal.size() < kMostRefusal;
    };
    WebHead head;
    try {
        head = sendWebRequest(request, receive, ask.cancel);
    } catch (const WebFailure& failure) {
        if (!hasBegun || failure.kind() != WebFailure::Kind::kCut) throw;
        throw Error(ErrorCode::kDevice, "the server's answer broke off: " + failure.message(),
                    "it may have ended; start it again and ask again");
    }
    if (head.status != 200) throw refusedBy(facts.base, head.status, refusal);
    stream.end();

    AnswerReport report = sent.report;
    report.answer = stream.answer();
    report.stopReason =
        stream.reachedTokenLimit() ? StopReason::kTokenLimit : StopReason::kEndOfAnswer;
    const ServerUsage& usage = stream.usage();
    // Another Reelquery sizes frames as its model wants them, and tells what came of it.
    report.videoTokens =
        usage.videoTokens >= 0 ? usage.videoTokens : pictureTokens(question.frames, facts.form);
    if (usage.frameWidth > 0 && usage.frameHeight > 0 &&
        (usage.frameWidth != report.frameWidth || usage.frameHeight != report.frameHeight)) {
        report.notes.push_back(
            formatText("the server looked at them with %dx%d pixels instead of %dx%d",
                       static_cast<int>(usage.frameWidth), static_cast<int>(usage.frameHeight),
                       report.frameWidth, report.frameHeight));
        report.frameWidth = static_cast<int>(usage.frameWidth);
        report.frameHeight = static_cast<int>(usage.frameHeight);
    }
    const std::int64_t linesSent = report.subtitleLines;
    if (usage.saidTimesS && std::ssize(*usage.saidTimesS) < linesSent) {
        const std::int64_t linesRead = std::ssize(*usage.saidTimesS);
        report.notes.push_back(leftOutLines(linesSent - linesRead, linesSent));
        report.subtitleLines = static_cast<int>(linesRead);
        report.saidTimesS = *usage.saidTimesS;
        if (linesRead == 0) report.subtitlesFrom.clear();
    }
    report.promptTokens =
        usage.promptTokens >= 0 ? usage.promptTokens : promptTokens(question, facts.form);
    report.answerTokens = std::max<std::int64_t>(usage.answerTokens, 0);
    report.reusedTokens = usage.cachedTokens;
    report.model = facts.model;
    report.device = facts.base + (facts.program.empty() ? "" : ", " + facts.program);
    report.attention = "the server's";
    report.dtype = "the server's types";
    const auto end = firstWords.value_or(Clock::now());
    report.prefillS = std::chrono::duration<double>(end - asked).count();
    report.firstTokenS = std::chrono::duration<double>(end - ask.began).count();
    const double answeringS = since(end);
    if (report.answerTokens > 1 && answeringS > 0) {
        report.tokensPerS = static_cast<double>(report.answerTokens - 1) / answeringS;
    }
    report.notes.push_back(
        std::to_string(report.frames) + " frames (" +
        sizeText(static_cast<std::int64_t>(sent.frames.size())) + ")" +
        (linesSent > 0 ? " and " + std::to_string(linesSent) + " lines of what is said" : "") +
        " went to " + facts.base + wayOf(facts.base));
    if (usage.promptTokens < 0) {
        report.notes.emplace_back("the server did not say how many tokens it read");
    } else if (usage.frames >= 0 && usage.frames < std::ssize(report.frameTimesS)) {
        report.notes.push_back("the server looked at " + std::to_string(usage.frames) + " of the " +
                               std::to_string(report.frameTimesS.size()) + " frames");
    } else if (usage.promptTokens < report.videoTokens) {
        report.notes.push_back((usage.promptTokens < fewestTokens(question, facts.form)
                                    ? "the server did not read all frames: it counted "
                                    : "the server made the frames smaller or left some out: it "
                                      "counted ") +
                               std::to_string(usage.promptTokens) +
                               " tokens, and the frames as they were sent are " +
                               std::to_string(report.videoTokens));
    }
    if (question.attention.kind != AttentionKind::kDense) {
        report.notes.emplace_back("how attention is computed is the server's affair");
    }
    return report;
}

}  // namespace reelquery
