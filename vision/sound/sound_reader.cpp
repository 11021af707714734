#include "vision/sound/sound_reader.h"

#include <algorithm>
#include <cmath>
#include <new>

#include "core/base/error.h"
#include "vision/sound/sound_clock.h"
#include "vision/sound/sound_input.h"
#include "vision/sound/sound_resampler.h"
#include "vision/video/file_checks.h"

namespace reelquery {

namespace {

constexpr double kPrerollS = 1;  // codecs need a little sound before they are right
constexpr std::size_t kBlock = kSoundRate;

std::int64_t sampleAt(double seconds) {
    return std::llround(seconds * kSoundRate);
}

av::Codec openCodec(const AVStream& stream, const std::string& name) {
    const AVCodecParameters& parameters = *stream.codecpar;
    const AVCodec* decoder = avcodec_find_decoder(parameters.codec_id);
    av::Codec codec(decoder ? avcodec_alloc_context3(decoder) : nullptr);
    if (codec) codec->pkt_timebase = stream.time_base;
    const bool isOpen = codec && avcodec_parameters_to_context(codec.get(), &parameters) >= 0 &&
                        avcodec_open2(codec.get(), decoder, nullptr) >= 0;
    if (!isOpen) {
        const std::string kind = parameters.codec_id == AV_CODEC_ID_NONE
                                     ? "of an unknown kind"
                                     : avcodec_get_name(parameters.codec_id);
        throw Error(ErrorCode::kVideo,
                    "the sound of " + name + " (" + kind + ") cannot be decoded here",
                    "convert it to AAC first");
    }
    return codec;
}

}  // namespace

std::vector<std::string> SoundReport::notes() const {
    std::vector<std::string> notes;
    if (decodeErrors > 0) {
        notes.push_back(decodeErrors == 1
                            ? "the sound is damaged in one place, which is silent"
                            : "the sound is damaged in " + std::to_string(decodeErrors) +
                                  " places; they are silent");
    }
    if (disbelievedTimes > 0) {
        notes.push_back(std::to_string(disbelievedTimes) +
                        " time stamps of the sound make no sense and were not used");
    }
    if (endedEarly) notes.emplace_back("the file ends before its sound does");
    return notes;
}

class SoundReader::Decoding {
  public:
    Decoding(const SoundRequest& request, const CancelToken& cancel)
        : name_(shownName(request.path)),
          input_(request.path, cancel),
          info_(input_.info()),
          clock_(info_.durationS),
          fromS_(request.fromS) {
        if (request.toS && *request.toS <= request.fromS) {
            throw Error(ErrorCode::kUsage, "the range of sound is empty", "end it after its start");
        }
        const int stream = request.streamIndex >= 0 ? request.streamIndex : chooseTrack(info_, "");
        input_.use(stream);
        codec_ = openCodec(input_.stream(), name_);
        if (request.toS) wanted_ = sampleAt(*request.toS - fromS_);
        if (fromS_ > kPrerollS) input_.seek(fromS_ - kPrerollS);
        expectedS_ = (request.toS ? *request.toS : info_.durationS) - fromS_;
        if (info_.durationS > 0) expectedS_ = std::min(expectedS_, info_.durationS - fromS_);
    }

    bool read(std::vector<std::int16_t>& samples) {
        for (;;) {
            if (zeros_ > 0) {
                const auto count = std::min(zeros_, static_cast<std::int64_t>(kBlock));
                zeros_ -= count;
                const std::vector<std::int16_t> silence(static_cast<std::size_t>(count));
                return give(silence, silence.size(), samples);
            }
            if (!fresh_.empty() && ready_.empty()) settle();
            const std::size_t count = std::min(kBlock, ready_.size());
            const bool isLast = isAtEnd_ || !fresh_.empty();  // before a gap, or at the end
            if (zeros_ == 0 && (count == kBlock || (isLast && count > 0))) {
                const bool isInside = give(ready_, count, samples);
                ready_.erase(ready_.begin(), ready_.begin() + static_cast<std::ptrdiff_t>(count));
                return isInside;
            }
            if (zeros_ == 0 && isAtEnd_) return false;
            if (zeros_ == 0) decodeMore();
        }
    }

    const SoundReport& report() const { return report_; }

    double expectedS() const { return std::max(expectedS_, 0.0); }

  private:
    /// Hands out the first `count` samples of `from`, up to the range's end.
    bool give(const std::vector<std::int16_t>& from, std::size_t count,
              std::vector<std::int16_t>& samples) {
        const std::int64_t left = wanted_ ? *wanted_ - given_ : static_cast<std::int64_t>(count);
        const auto taken = static_cast<std::size_t>(
            std::clamp<std::int64_t>(left, 0, static_cast<std::int64_t>(count)));
        samples.insert(samples.end(), from.begin(),
                       from.begin() + static_cast<std::ptrdiff_t>(taken));
        given_ += static_cast<std::int64_t>(taken);
        return taken > 0;
    }

    void decodeMore() {
        const av::Packet packet = av::makePacket();
        if (wanted_ && given_ >= *wanted_) {
            isAtEnd_ = true;
            return;
        }
        const bool hasPacket = input_.read(*packet);
        const int status = avcodec_send_packet(codec_.get(), hasPacket ? packet.get() : nullptr);
        if (status == AVERROR(ENOMEM)) throw std::bad_alloc();
        if (status < 0 && status != AVERROR_EOF) ++report_.decodeErrors;
        receive();
        if (hasPacket) return;
        endRun();
        isAtEnd_ = true;
        report_.endedEarly = input_.readFailed();
        const bool mayBeBehindTheEnd = fromS_ > 0 && report_.decodeErrors == 0;
        if (!hasSound_ && !mayBeBehindTheEnd) {
            throw Error(ErrorCode::kVideo, "nothing of the sound of " + name_ + " can be decoded",
                        "copy or download it again");
        }
    }

    void receive() {
        const av::Frame frame = av::makeFrame();
        for (;;) {
            const int status = avcodec_receive_frame(codec_.get(), frame.get());
            if (status == AVERROR(EAGAIN) || status == AVERROR_EOF) return;
            if (status == AVERROR(ENOMEM)) throw std::bad_alloc();
            if (status < 0 || frame->sample_rate <= 0 || frame->ch_layout.nb_channels <= 0) {
                ++report_.decodeErrors;
                if (status < 0) continue;
            } else {
                if (frame->decode_error_flags || (frame->flags & AV_FRAME_FLAG_CORRUPT)) {
                    ++report_.decodeErrors;
                }
                place(*frame);
            }
            av_frame_unref(frame.get());
        }
    }

    void place(const AVFrame& frame) {
        const std::int64_t stamp = frame.best_effort_timestamp;
        std::optional<double> stampS;
        if (stamp != AV_NOPTS_VALUE) {
            stampS =
                static_cast<double>(stamp) * av_q2d(input_.stream().time_base) - input_.startS();
        }
        const double lengthS = static_cast<double>(frame.nb_samples) / frame.sample_rate;
        const SoundPlace where = clock_.place(stampS, lengthS, !resampler_.takes(frame));
        report_.disbelievedTimes = clock_.disbelieved();
        if (where.isNewRun) {
            endRun();
            beginRun(where.atS);
        }
        if (!resampler_.convert(frame, fresh_)) {
            throw Error(ErrorCode::kVideo,
                        "the sound of " + name_ + " (" +
                            std::to_string(frame.ch_layout.nb_channels) +
                            " channels) cannot be converted",
                        "convert it to stereo first");
        }
        hasSound_ = true;
        takeFresh();
    }

    void endRun() {
        resampler_.finish(fresh_);
        takeFresh();
    }

    /// The run's samples belong behind those made so far, with zeros between or an overlap dropped.
    void beginRun(double atS) {
        if (!fresh_.empty()) settle();
        const std::int64_t distance = sampleAt(atS - fromS_) - made_;
        zerosBehind_ = std::max<std::int64_t>(distance, 0);
        drop_ = std::max<std::int64_t>(-distance, 0);
    }

    /// Moves what is fresh behind what is ready; before a gap it waits until that was handed out,
    /// so that a gap of an hour takes no memory.
    void takeFresh() {
        const std::int64_t dropped = std::min(drop_, static_cast<std::int64_t>(fresh_.size()));
        drop_ -= dropped;
        fresh_.erase(fresh_.begin(), fresh_.begin() + static_cast<std::ptrdiff_t>(dropped));
        if (!fresh_.empty() && (zerosBehind_ == 0 || ready_.empty())) settle();
    }

    void settle() {
        made_ += zerosBehind_ + static_cast<std::int64_t>(fresh_.size());
        report_.silentS += static_cast<double>(zerosBehind_) / kSoundRate;
        if (ready_.empty()) {
            zeros_ += zerosBehind_;
        } else {
            ready_.resize(ready_.size() + static_cast<std::size_t>(zerosBehind_));
        }
        zerosBehind_ = 0;
        ready_.insert(ready_.end(), fresh_.begin(), fresh_.end());
        fresh_.clear();
    }

    const std::string name_;
    SoundInput input_;
    const SoundInfo info_;
    SoundClock clock_;
    SoundResampler resampler_;
    av::Codec codec_;
    const double fromS_;
    double expectedS_ = 0;
    std::optional<std::int64_t> wanted_;  // samples
    SoundReport report_;
    std::vector<std::int16_t> fresh_;  // of the run, before its start is cut off
    std::vector<std::int16_t> ready_;
    std::int64_t zeros_ = 0;        // that come before ready_
    std::int64_t zerosBehind_ = 0;  // that come before the run
    std::int64_t drop_ = 0;         // of the run
    std::int64_t made_ = 0;         // samples since the range's start, zeros included
    std::int64_t given_ = 0;
    bool isAtEnd_ = false, hasSound_ = false;
};

SoundReader::SoundReader(const SoundRequest& request, const CancelToken& cancel)
    : decoding_(std::make_unique<Decoding>(request, cancel)) {}

SoundReader::~SoundReader() = default;

bool SoundReader::read(std::vector<std::int16_t>& samples) {
    return decoding_->read(samples);
}

const SoundReport& SoundReader::report() const {
    return decoding_->report();
}

double SoundReader::expectedS() const {
    return decoding_->expectedS();
}

}  // namespace reelquery
