#include "vision/video/frame_sampler.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/low_priority.h"
#include "vision/video/decode_memory.h"
#include "vision/video/decode_schedule.h"
#include "vision/video/file_checks.h"
#include "vision/video/frame_converter.h"
#include "vision/video/frame_facts.h"
#include "vision/video/job_decoder.h"
#include "vision/video/ordered_frames.h"
#include "vision/video/picture_list.h"
#include "vision/video/video_card.h"
#include "vision/video/video_probe.h"

namespace reelquery {
namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

int threadCount(const SamplingLimits& limits) {
    if (limits.threads > 0) return limits.threads;
    return defaultDecodingThreads();
}

/// Keeps torch's operators on the calling thread, which is one of several that resize side by side.
/// at::set_num_threads would change every other thread's number too; OpenMP's own call does not,
/// but libtorch brings OpenMP along under a name that cannot be linked to.
void runTensorOpsOnThisThreadOnly() {
    at::get_num_threads();  // its first call on a thread sets the number, so it has to come before
    using SetThreads = void (*)(int);
    if (void* symbol = dlsym(RTLD_DEFAULT, "omp_set_num_threads")) {
        reinterpret_cast<SetThreads>(symbol)(1);
    }
}

/// What a decoder hands over, in the machine's memory. Refers to what lies there already.
class FramesHere {
  public:
    FramesHere(const DecodedFrame& frames, AVPixelFormat format)
        : frames_{fetched(&frames.frame, format, own_[0]), fetched(frames.before, format, own_[1]),
                  fetched(frames.after, format, own_[2]), frames.isFirst} {}

    DecodedFrame get() const {
        return {*frames_.frame, frames_.before, frames_.after, frames_.isFirst};
    }

  private:
    struct Pointers {
        const AVFrame *frame, *before, *after;
        bool isFirst;
    };

    static const AVFrame* fetched(const AVFrame* frame, AVPixelFormat format, av::Frame& own) {
        if (!frame || !isOnCard(*frame)) return frame;
        own = hereAs(*frame, format);
        return own.get();
    }

    av::Frame own_[3];
    Pointers frames_;
};

/// The decoders of one run and the place they put their frames. Its destructor stops and joins
/// them.
class SamplingRun {
  public:
    SamplingRun(const VideoInfo& info, const FramePlan& plan, const SamplingLimits& limits)
        : info_(info),
          size_(plan.size),
          positions_(positionsByRank(*info.index)),
          jobs_(scheduleJobs(plan, *info.index, info.isInterlaced)),
          atLowPriority_(limits.atLowPriority),
          layout_(layOutDecoders(jobs_, decodingThreads(info, threadCount(limits)))),
          card_(limits.cardDecoders > 0 ? VideoCard::openFor(info.codec, limits.card) : nullptr),
          order_(jobs_.size(), static_cast<std::size_t>(std::max(1, limits.bufferedFrames))),
          work_(static_cast<std::size_t>(layout_.decoders + (card_ ? limits.cardDecoders : 0))) {
        // All take from the same jobs, so that the faster do more of them.
        for (std::size_t i = 0; i < work_.size(); ++i) {
            const bool isOnCard = i >= static_cast<std::size_t>(layout_.decoders);
            decoders_.emplace_back(
                [this, i, card = isOnCard ? card_.get() : nullptr] { decode(work_[i], card); });
        }
    }

    SamplingRun(const SamplingRun&) = delete;
    SamplingRun& operator=(const SamplingRun&) = delete;

    ~SamplingRun() { stop_.request_stop(); }

    void stop() { stop_.request_stop(); }

    /// Different frames that are to be had.
    int wantedFrames() const {
        std::size_t targets = 0;
        for (const DecodeJob& job : jobs_) targets += job.targets.size();
        return static_cast<int>(targets);
    }

    std::optional<SampledFrame> next() { return order_.next(stop_.get_token()); }

    /// Waits for the decoders and adds up what they did.
    void account(SamplingReport& report) {
        decoders_.clear();
        report.decoders = static_cast<int>(work_.size());
        report.cardDecoders = report.decoders - layout_.decoders;
        for (const auto& [counts, decodingS, heldUpS, unreadable] : work_) {
            report.unreadable.insert(report.unreadable.end(), unreadable.begin(), unreadable.end());
            report.packetsRead += counts.packetsRead;
            report.framesDecoded += counts.framesDecoded;
            report.seeks += counts.seeks;
            report.framesOnCard += counts.framesOnCard;
            report.decodeErrors += counts.errors;
            report.decodingS += decodingS / report.decoders;
            report.heldUpS += heldUpS / report.decoders;
        }
    }

  private:
    /// What one decoder did.
    struct DecoderWork {
        DecodeCounts counts;
        double decodingS = 0, heldUpS = 0;
        std::vector<std::string> unreadable;
    };

    void decode(DecoderWork& work, const VideoCard* card) noexcept {
        const auto start = Clock::now();
        try {
            if (atLowPriority_) lowerThisThreadsPriority();
            runTensorOpsOnThisThreadOnly();
            if (info_.pictures) return readPictures(work);
            decodeJobs(work, card);
            work.decodingS = secondsSince(start) - work.heldUpS;
        } catch (...) {
            order_.fail(std::current_exception());
        }
    }

    void decodeJobs(DecoderWork& work, const VideoCard* card) {
        FrameConverter converter(size_, info_.orientation);
        std::optional<JobDecoder> decoder;
        const auto begin = [&](const VideoCard* by) {
            decoder.emplace(info_, positions_, layout_.threadsEach, by, stop_.get_token());
        };
        begin(card);
        while (const auto job = order_.takeJob(stop_.get_token())) {
            int delivered = 0, known = 0;
            const TargetReceiver deliver = [&](const DecodedFrame& frame,
                                               const DecodeTarget& target, std::size_t position) {
                if (known-- > 0) return;
                const FramesHere here(frame, decoder->formatHere());
                SampledFrame taken = sampled(here.get(), target, position, converter);
                const auto full = Clock::now();
                order_.put(*job, std::move(taken), stop_.get_token());
                ++delivered;
                work.heldUpS += secondsSince(full);
            };
            try {
                decoder->run(jobs_[*job], deliver);
            } catch (const Error& error) {
                if (!card || error.code() == ErrorCode::kCancelled) throw;
                begin(nullptr);  // the rest of the job on the processor, which gives the same
                known = delivered;
                decoder->run(jobs_[*job], deliver);
            }
            order_.finish(*job);
            // The others do what is left: one more of them was not planned for.
            if (card && !decoder->usesCard()) break;
        }
        work.counts = decoder->counts();
    }

    /// A job is a pair; where one of its frames cannot be had the other stands in.
    void readPictures(DecoderWork& work) {
        const auto start = Clock::now();
        const std::vector<ListedFrame>& list = info_.pictures->frames;
        while (const auto job = order_.takeJob(stop_.get_token())) {
            const DecodeJob& pair = jobs_[*job];
            std::vector<at::Tensor> read(pair.targets.size());
            at::Tensor any;
            for (std::size_t i = 0; i < read.size(); ++i) {
                const ListedFrame& frame = list[pair.targets[i].position];
                const bool isSame =
                    i > 0 && frame.isSamePicture(list[pair.targets[i - 1].position]);
                if (!isSame)
                    read[i] = readOne(frame, work);
                else if (read[i - 1].defined())
                    read[i] = read[i - 1].clone();
                if (read[i].defined()) any = read[i];
            }
            for (std::size_t i = 0; any.defined() && i < read.size(); ++i) {
                SampledFrame taken;
                taken.timeS = pair.targets[i].takenS;
                taken.wantedS = pair.targets[i].wantedS;
                taken.ptsTicks = info_.index->frames[pair.targets[i].position].ptsTicks;
                taken.isKeyFrame = true;
                taken.rgb = read[i].defined() ? read[i] : any.clone();
                const auto full = Clock::now();
                order_.put(*job, std::move(taken), stop_.get_token());
                work.heldUpS += secondsSince(full);
            }
            order_.finish(*job);
        }
        work.decodingS = secondsSince(start) - work.heldUpS;
    }

    /// Undefined where the picture cannot be decoded, which is taken down.
    at::Tensor readOne(const ListedFrame& frame, DecoderWork& work) const {
        try {
            at::Tensor rgb = readListed(frame, {info_.displayHeight, info_.displayWidth}, size_,
                                        stop_.get_token());
            ++work.counts.framesDecoded;
            return rgb;
        } catch (const Error& error) {
            if (error.code() == ErrorCode::kCancelled) throw;
            ++work.counts.errors;
            work.unreadable.push_back(frame.name);
            return {};
        }
    }

    SampledFrame sampled(const DecodedFrame& decoded, const DecodeTarget& target,
                         std::size_t position, FrameConverter& converter) const {
        const FrameIndex& index = *info_.index;
        const AVFrame& frame = decoded.frame;
        SampledFrame result;
        // Without an exact index frames carry their own time stamps.
        result.ptsTicks = index.isExact() ? index.frames[position].ptsTicks : shownAt(frame);
        result.timeS = target.decodeOrder && position == target.position
                           ? target.takenS
                           : index.timeS(result.ptsTicks);
        result.wantedS = target.wantedS;
        result.isKeyFrame = av::isKeyFrame(frame);
        result.hadDecodeError = isDamaged(frame);
        result.rgb = converter.convert(decoded);
        return result;
    }

    const VideoInfo& info_;
    const FrameSize size_;
    const std::vector<std::size_t> positions_;
    const std::vector<DecodeJob> jobs_;
    const bool atLowPriority_;
    const DecoderLayout layout_;
    const std::shared_ptr<const VideoCard> card_;
    std::stop_source stop_;
    OrderedFrames order_;
    std::vector<DecoderWork> work_;       // one per decoder, read after joining
    std::vector<std::jthread> decoders_;  // last: they use all of the above
};

/// Hands frames on, numbers them and keeps the account.
class Delivery {
  public:
    Delivery(const FrameReceiver& receive, SamplingReport& report)
        : receive_(receive), report_(report) {}

    void add(SampledFrame frame) {
        frame.position = position_++;
        if (report_.got++ == 0) report_.firstS = frame.timeS;
        report_.lastS = frame.timeS;
        keyFrames_ += frame.isKeyFrame;
        report_.keyFrameShare = static_cast<double>(keyFrames_) / report_.got;
        last_ = frame;
        receive_(std::move(frame));
    }

    void makeEven() {
        if (position_ % 2 == 0) return;
        last_.position = position_++;
        last_.isRepeat = true;
        last_.rgb = last_.rgb.clone();  // the receiver owns the first one
        receive_(std::move(last_));
    }

  private:
    const FrameReceiver& receive_;
    SamplingReport& report_;
    SampledFrame last_;
    int position_ = 0;
    int keyFrames_ = 0;
};

/// True when the plan takes frames whose real times are not known yet.
bool needsFrameTimes(const VideoInfo& info, const FramePlan& plan) {
    const bool takesAnyExactly = std::any_of(plan.wanted.begin(), plan.wanted.end(),
                                             [](const auto& frame) { return !frame.takeKeyFrame; });
    return !info.index || (takesAnyExactly && !info.index->isExact());
}

}  // namespace

std::optional<SettledFrames> settleFrames(const VideoInfo& info, const FramePlan& plan,
                                          const CancelToken& cancel, const ScanProgress& progress) {
    if (!needsFrameTimes(info, plan)) return std::nullopt;
    SettledFrames settled{indexFrames(info, cancel, progress), {}};
    settled.plan = planFrames(settled.info, plan.options);
    return settled;
}

std::vector<double> expectedTimes(const VideoInfo& info, const FramePlan& plan) {
    std::vector<double> times;
    for (const DecodeJob& job : scheduleJobs(plan, *info.index, info.isInterlaced)) {
        for (const DecodeTarget& target : job.targets) {
            times.push_back(target.decodeOrder
                                ? target.takenS
                                : info.index->timeS(info.index->frames[target.position].ptsTicks));
        }
    }
    if (times.size() % 2 != 0) times.push_back(times.back());
    return times;
}

SamplingReport sampleFrames(const VideoInfo& info, const FramePlan& plan,
                            const SamplingLimits& limits, const FrameReceiver& onFrame,
                            const CancelToken& cancel) {
    const auto start = Clock::now();
    const std::optional<SettledFrames> settled = settleFrames(info, plan, cancel, limits.onScan);
    const VideoInfo& settledInfo = settled ? settled->info : info;
    const FramePlan& settledPlan = settled ? settled->plan : plan;
    SamplingReport report;
    if (settled) report.scanS = secondsSince(start);
    report.modeUsed = settledPlan.modeUsed;
    {
        SamplingRun run(settledInfo, settledPlan, limits);
        const std::stop_callback onCancel(cancel, [&run] { run.stop(); });
        report.wanted = run.wantedFrames();
        Delivery delivery(onFrame, report);
        while (std::optional<SampledFrame> frame = run.next()) delivery.add(std::move(*frame));
        throwIfCancelled(cancel);
        delivery.makeEven();
        run.account(report);
    }
    report.seconds = secondsSince(start);
    if (report.got == 0) {
        throw Error(ErrorCode::kVideo,
                    "not one of the " + std::to_string(report.wanted) + " frames wanted from " +
                        shownName(info.path) + " could be decoded (" +
                        std::to_string(report.decodeErrors) + " decode errors)",
                    "the file is damaged; copy or download it again");
    }
    return report;
}

}  // namespace reelquery
