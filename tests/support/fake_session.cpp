#include "tests/support/fake_session.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "app/gui/state/ask_settings.h"

namespace reelquery {

namespace {

constexpr int kFrameWidth = 224, kFrameHeight = 126;

/// A drawn frame: a sky that turns from morning to evening, a ground and a sun that moves.
std::shared_ptr<const std::vector<std::uint8_t>> drawFrame(double share) {
    auto pixels =
        std::make_shared<std::vector<std::uint8_t>>(std::size_t(kFrameWidth * kFrameHeight * 3));
    const double sunX = kFrameWidth * (0.1 + 0.8 * share);
    const double sunY = kFrameHeight * (0.65 - 0.45 * std::sin(share * 3.14159));
    std::array<double, kFrameWidth> hills{};
    for (int x = 0; x < kFrameWidth; ++x)
        hills[std::size_t(x)] = kFrameHeight * (0.72 + 0.06 * std::sin(x * 0.05));
    for (int y = 0; y < kFrameHeight; ++y) {
        const double down = double(y) / kFrameHeight;
        for (int x = 0; x < kFrameWidth; ++x) {
            std::uint8_t* pixel = pixels->data() + 3 * (y * kFrameWidth + x);
            const double hill = hills[std::size_t(x)];
            const double right = x - sunX, below = y - sunY;
            const bool isSun = right * right + below * below < 12 * 12;
            const double r = y > hill ? 40 : isSun ? 255 : 90 + 120 * share * down;
            const double g = y > hill ? 90 : isSun ? 214 : 140 + 40 * down - 40 * share;
            const double b = y > hill ? 60 : isSun ? 110 : 220 - 90 * share;
            pixel[0] = std::uint8_t(r);
            pixel[1] = std::uint8_t(g);
            pixel[2] = std::uint8_t(b);
        }
    }
    return pixels;
}

/// Frames spread over the stretches of a closer look.
std::vector<double> timesWithin(const std::vector<TimeRange>& ranges) {
    constexpr int kEach = 6;
    std::vector<double> times;
    for (const TimeRange& range : ranges) {
        for (int at = 0; at < kEach; ++at)
            times.push_back(range.fromS + (range.toS - range.fromS) * at / kEach);
    }
    return times;
}

/// A bump at the peak, and a lower one twenty seconds before it.
Evidence evidenceOf(const std::vector<double>& timesS, double peakS) {
    Evidence evidence;
    double sum = 0;
    for (std::size_t at = 0; at < timesS.size(); at += 2) {
        const double off = timesS[at] - peakS, before = off + 20;
        const double weight = std::exp(-off * off / 30) + 0.5 * std::exp(-before * before / 10);
        evidence.timesS.push_back(timesS[at]);
        evidence.weights.push_back(float(weight));
        sum += weight;
    }
    for (float& weight : evidence.weights) weight = float(double(weight) / sum);
    const auto nearest = [&evidence](double time) {
        return *std::min_element(
            evidence.timesS.begin(), evidence.timesS.end(),
            [time](double a, double b) { return std::abs(a - time) < std::abs(b - time); });
    };
    evidence.moments = {
        {nearest(peakS) - 2.5, nearest(peakS) + 2.5, nearest(peakS), 0.52},
        {nearest(peakS - 20) - 1.5, nearest(peakS - 20) + 1.5, nearest(peakS - 20), 0.21}};
    return evidence;
}

RequestId requestOf(const Event& event) {
    return std::visit([](const auto& e) { return e.request; }, event);
}

}  // namespace

double fakeFrameTime(const FakeScript& script, int index) {
    return script.frames < 2 ? 0 : (script.durationS - 0.5) * index / (script.frames - 1);
}

FakeSession::FakeSession(EventSink sink, FakeScript script)
    : sink_(std::move(sink)), script_(std::move(script)) {}

void FakeSession::add(RequestId request, Event event) {
    queue_.push_back({request, [event = std::move(event)] { return event; }});
}

RequestId FakeSession::openVideo(std::filesystem::path video, int videoTrack) {
    const RequestId request = ++lastRequest_;
    if (video.string().find(script_.badPath) != std::string::npos) {
        const Failed failed{request, ErrorCode::kVideo, script_.badMessage, script_.badHint, {}};
        probes_.push_back({request, [failed] { return failed; }});
        return request;
    }
    if (videoTrack > std::max(1, int(script_.pictureTracks.size()))) {
        const Failed failed{request, ErrorCode::kUsage, "there is no such track", {}, {}};
        probes_.push_back({request, [failed] { return failed; }});
        return request;
    }
    VideoSummary summary;
    summary.path = video;
    summary.durationS = script_.durationS;
    summary.averageFps = 25;
    summary.frameCount = std::int64_t(script_.durationS * 25);
    summary.width = 1280;
    summary.height = 720;
    summary.codec = "h264";
    summary.hasAudio = !script_.isStill;
    summary.isStillImage = script_.isStill;
    summary.pictureTracks = script_.pictureTracks;
    if (const auto place = std::size_t(std::max(videoTrack - 1, 0));
        place < script_.pictureTracks.size())
        summary.streamIndex = script_.pictureTracks[place].streamIndex;
    summary.missingEnd = script_.missingEnd;
    if (script_.hasSubtitles) summary.subtitles.push_back({{}, 2, "en"});
    if (!script_.heardIn.empty() && video.string().find(script_.heardIn) != std::string::npos) {
        summary.subtitles.push_back({"/kept/before.srt", -1, "en", false, "kept-speech"});
    }
    for (const double share : script_.scans) {
        const ScannedTo scanned{request, std::int64_t(share * 1e9), 1'000'000'000};
        probes_.push_back({request, [scanned] { return scanned; }});
    }
    const VideoOpened opened{request, summary};
    probes_.push_back({request, [opened] { return opened; }});
    return request;
}

std::vector<double> FakeSession::frameTimes(const AskRequest& asked) const {
    if (!asked.sampling.within.empty()) return timesWithin(asked.sampling.within);
    std::vector<double> times;
    for (int index = 0; index < script_.frames; ++index)
        times.push_back(fakeFrameTime(script_, index));
    return times;
}

RequestId FakeSession::plan(AskRequest asked) {
    planned_.push_back(asked);
    const RequestId request = ++lastRequest_;
    // The script is about the standard budget; others cost in proportion.
    const double share =
        double(asked.sampling.maxVideoTokens) / double(presetTokens(BudgetPreset::kStandard));
    Plan plan;
    plan.frames = script_.frames;
    plan.fromS = fakeFrameTime(script_, 0);
    plan.toS = fakeFrameTime(script_, script_.frames - 1);
    plan.frameWidth = kFrameWidth;
    plan.frameHeight = kFrameHeight;
    plan.videoTokens = std::int64_t(double(script_.tokens) * share);
    plan.promptTokens = plan.videoTokens + 80;
    plan.weightBytes = 4LL << 30;
    plan.cacheBytes = plan.videoTokens * 28672;
    plan.workBytes = 300LL << 20;
    plan.availableBytes = script_.planFits ? 16LL << 30 : 2LL << 30;
    plan.fits = script_.planFits;
    if (script_.hasForecast) {
        const double encodeS = 3.2 * share, prefillS = script_.densePrefillS * share;
        plan.forecast = script_.isWarm ? Forecast{0, 0, 0.07, 0.07}
                                       : Forecast{1.1, encodeS, prefillS, encodeS + prefillS};
    }
    if (!asked.model.server.empty()) {
        plan.sentTo = "server.example:8000";
        plan.isSentOpenly = true;
        plan.sentBytes = 3LL << 20;
    }
    if (!plan.fits) {
        SamplingOptions fewer = asked.sampling, shorter = asked.sampling;
        fewer.frames = shorter.frames = 12;
        shorter.toS = 30;
        plan.choices = {{"fewer frames", "--frames 12", 12, script_.tokens / 2, 1LL << 30, fewer},
                        {"shorter range", "--to 0:30", 12, script_.tokens / 2, 1LL << 30, shorter},
                        {"", "--weights int4 --kv int8", script_.frames, script_.tokens, 2LL << 30,
                         asked.sampling, "weights in 4 bits, keys and values in 8",
                         WeightChoice::kInt4, KvChoice::kInt8}};
    }
    add(request, PlanReady{request, plan});
    return request;
}

RequestId FakeSession::loadModel(ModelChoice model) {
    const RequestId request = ++lastRequest_;
    loaded_.push_back(model);
    if (script_.failIn == Phase::kLoad) {
        add(request, Failed{request, script_.failCode, script_.failMessage, script_.failHint, {}});
    } else {
        add(request, ModelReady{.request = request,
                                .name = model.server.empty() ? model.folder.filename().string()
                                                             : "served-model",
                                .family = "qwen2_vl",
                                .parameters = 2'208'985'600,
                                .weightBytes = 4LL << 30,
                                .device = "cpu",
                                .dtype = "float32",
                                .weightFormat = "bf16"});
    }
    return request;
}

void FakeSession::addPhase(RequestId request, Phase phase, int steps, std::int64_t total) {
    for (int step = 1; step <= steps; ++step) {
        add(request, Progress{request, phase, total * step / steps, total});
    }
}

bool FakeSession::addFailure(RequestId request, Phase phase) {
    if (script_.failIn != phase) return false;
    queue_.push_back(
        {request, [this, request] {
             return Failed{request, script_.failCode, script_.failMessage, script_.failHint, said_};
         }});
    return true;
}

void FakeSession::addFrames(const AskRequest& asked, RequestId request) {
    const std::vector<double> times = frameTimes(asked);
    const auto frames = int(times.size());
    for (int index = 0; index < frames; ++index) {
        add(request, Progress{request, Phase::kDecode, index + 1, frames});
        if (asked.wantFrames) {
            const double timeS = times[std::size_t(index)];
            const double share = timeS / script_.durationS;
            queue_.push_back({request, [=] {
                                  return FrameSeen{request,     index,        timeS,
                                                   kFrameWidth, kFrameHeight, drawFrame(share)};
                              }});
        }
        add(request, Progress{request, Phase::kEncode, index + 1, frames});
    }
}

void FakeSession::addAnswer(RequestId request, const std::string& answer) {
    std::size_t at = 0;
    std::int64_t count = 0;
    while (at < answer.size()) {
        std::size_t end = answer.find(' ', at);
        end = end == std::string::npos ? answer.size() : end + 1;
        add(request, AnswerDelta{request, answer.substr(at, end - at)});
        add(request, Progress{request, Phase::kAnswer, ++count, 512});
        at = end;
    }
}

const std::string& FakeSession::answerOf(AttentionKind kind) const {
    const bool isSparse = kind == AttentionKind::kSparse;
    return isSparse && !script_.sparseAnswer.empty() ? script_.sparseAnswer : script_.answer;
}

std::string FakeSession::answerTo(const AskRequest& asked, AttentionKind kind) const {
    if (!script_.namesVideo) return answerOf(kind);
    return "[" + asked.video.filename().string() + ": " + asked.question + "] " + answerOf(kind);
}

RequestId FakeSession::watch(AskRequest request) {
    watched_.push_back(std::move(request));
    return watching_ = ++lastRequest_;
}

RequestId FakeSession::ask(AskRequest asked) {
    const RequestId request = ++lastRequest_;
    asked_.push_back(asked);
    const std::string answer = answerTo(asked, asked.attention.kind);
    addPhase(request, Phase::kLoad, 4, 100);
    if (addFailure(request, Phase::kLoad) || addFailure(request, Phase::kDecode)) return request;
    addFrames(asked, request);
    if (addFailure(request, Phase::kEncode)) return request;
    addPhase(request, Phase::kPrefill, 16, script_.tokens);
    if (addFailure(request, Phase::kPrefill)) return request;
    addAnswer(request, answer);
    if (addFailure(request, Phase::kAnswer)) return request;
    add(request, AnswerDone{request, report(asked, answer)});
    return request;
}

ComparedSide FakeSession::side(AskRequest asked, AttentionKind kind) const {
    asked.attention.kind = kind;
    ComparedSide side;
    side.report = report(asked, answerTo(asked, kind));
    const auto spread = [](double median) { return Spread{median, median * 0.99, median * 1.01}; };
    side.prefillS = spread(side.report.prefillS);
    side.attentionS = spread(side.report.attentionS);
    side.selectionS = spread(side.report.selectionS);
    side.firstTokenS = spread(side.report.firstTokenS);
    side.tokensPerS = spread(side.report.tokensPerS);
    return side;
}

RequestId FakeSession::compare(CompareRequest asked) {
    const RequestId request = ++lastRequest_;
    compared_.push_back(asked);
    addPhase(request, Phase::kLoad, 4, 100);
    addFrames(asked.ask, request);
    for (int round = 0; round <= asked.rounds; ++round) {
        for (const bool isFirst : {true, false}) {
            const bool isSparse = isFirst == (round % 2 == 1);
            ComparisonStep step{request, isSparse, round, asked.rounds};
            if (isSparse || round > 0)
                step.denseAnswer = answerTo(asked.ask, AttentionKind::kDense);
            if (round > 0) step.sparseAnswer = answerTo(asked.ask, AttentionKind::kSparse);
            add(request, step);
            addPhase(request, Phase::kPrefill, 8, script_.tokens);
            addPhase(request, Phase::kAnswer, 4, 32);
        }
    }
    ComparisonReport report;
    report.dense = side(asked.ask, AttentionKind::kDense);
    report.sparse = side(asked.ask, AttentionKind::kSparse);
    const auto ratio = [&report](Spread ComparedSide::*figure) {
        return (report.dense.*figure).median / (report.sparse.*figure).median;
    };
    report.speedUp = {ratio(&ComparedSide::attentionS), ratio(&ComparedSide::prefillS),
                      ratio(&ComparedSide::firstTokenS)};
    report.agreement.sameAnswer = report.dense.report.answer == report.sparse.report.answer;
    report.agreement.top1 = report.agreement.sameAnswer ? 1 : 0.92;
    report.agreement.comparedTokens = 24;
    report.agreement.equalPrefixTokens = report.agreement.sameAnswer ? 24 : 5;
    report.agreement.firstTokenKl = 0.01;
    report.rounds = asked.rounds;
    report.machine = "cpu";
    add(request, ComparisonDone{request, report});
    return request;
}

AnswerReport FakeSession::report(const AskRequest& asked, const std::string& answer) const {
    const bool isSparse = asked.attention.kind == AttentionKind::kSparse;
    AnswerReport report;
    report.answer = answer;
    report.frameTimesS = frameTimes(asked);
    report.framesWanted = report.frames = int(report.frameTimesS.size());
    if (asked.wantEvidence) {
        const double peakS = script_.evidencePeakS + (isSparse ? 8 : 0);
        report.evidence = evidenceOf(report.frameTimesS, peakS);
    }
    if (asked.subtitles.use == SubtitleUse::kOn) {
        report.subtitleLines = 14;
        if (asked.wantEvidence) {
            report.evidence.lines = {{3.5, "The <door> code is 4711.", 0.8}};
        }
    }
    if (!asked.history.empty()) {
        report.reusedTokens = script_.tokens;
        report.featuresFromCache = true;
    }
    report.firstFrameS = report.frameTimesS.front();
    report.lastFrameS = report.frameTimesS.back();
    report.samplingUsed = "keyframes";
    report.frameWidth = kFrameWidth;
    report.frameHeight = kFrameHeight;
    report.videoTokens = script_.tokens;
    report.promptTokens = script_.tokens + 80;
    report.answerTokens = 24;
    report.decodeS = 1.14;
    report.encodeS = 3.2;
    report.prefillS = isSparse ? script_.sparsePrefillS : script_.densePrefillS;
    report.selectionS = isSparse ? 0.3 : 0;
    report.attentionS = report.prefillS * (isSparse ? 0.3 : 0.6);
    report.firstTokenS = report.encodeS + report.prefillS;
    report.tokensPerS = 14.2;
    report.density = isSparse ? 0.31 : 1;
    report.peakHostBytes = 5LL << 30;
    report.device = "cpu";
    report.notes = script_.notes;
    report.dtype = "float32";
    report.attention = isSparse ? "xattention" : "dense";
    report.model = asked.model.folder.filename().string();
    for (int layer = 0; layer < script_.layers; ++layer) {
        LayerAttention row;
        row.layer = layer;
        row.sparse = isSparse;
        if (asked.attention.kind == AttentionKind::kAuto)
            row.why = "4,176 tokens are too few for sparse attention to pay";
        for (int head = 0; head < script_.heads; ++head) {
            const double wave = 0.5 + 0.5 * std::sin(layer * 0.7 + head * 1.3);
            row.densityPerHead.push_back(isSparse ? float(0.08 + 0.6 * wave * wave) : 1.0F);
            if (isSparse) row.keptMassPerHead.push_back(0.92F);
        }
        report.layers.push_back(std::move(row));
    }
    return report;
}

void FakeSession::cancel(RequestId request) {
    if (request == watching_) {
        watching_ = 0;
        sink_(Cancelled{request, {}});
        return;
    }
    const auto isOf = [request](const Step& step) { return step.request == request; };
    if (std::erase_if(probes_, isOf) > 0) {
        probes_.push_front({request, [request] { return Cancelled{request, {}}; }});
        return;
    }
    if (std::none_of(queue_.begin(), queue_.end(), isOf)) return;
    std::erase_if(queue_, isOf);
    const std::string said = said_;
    queue_.push_front({request, [request, said] { return Cancelled{request, said}; }});
}

Event FakeSession::play() {
    if (!probes_.empty()) {
        const Step probe = std::move(probes_.front());
        probes_.pop_front();
        const Event event = probe.make();
        sink_(event);
        return event;
    }
    const Step step = std::move(queue_.front());
    queue_.pop_front();
    Event event = step.make();
    if (const auto* delta = std::get_if<AnswerDelta>(&event)) said_ += delta->text;
    const bool isEnd = queue_.empty() || queue_.front().request != requestOf(event);
    if (isEnd) said_.clear();
    sink_(event);
    return event;
}

int FakeSession::advance(int events) {
    int played = 0;
    while (played < events && !isIdle()) {
        play();
        ++played;
    }
    return played;
}

bool FakeSession::advanceTo(Phase phase) {
    while (!isIdle()) {
        const Event event = play();
        const auto* progress = std::get_if<Progress>(&event);
        if (progress && progress->phase == phase) return true;
    }
    return false;
}

bool FakeSession::advanceToPass(bool isSparse, int round) {
    while (!isIdle()) {
        const Event event = play();
        const auto* step = std::get_if<ComparisonStep>(&event);
        if (step && step->isSparse == isSparse && step->round == round) return true;
    }
    return false;
}

void FakeSession::finish() {
    while (!isIdle()) play();
}

void FakeSession::finishProbes() {
    while (!probes_.empty()) play();
}

}  // namespace reelquery
