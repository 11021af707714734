#include "core/session/hear/hearing.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/format_text.h"
#include "core/base/media_time.h"
#include "core/device/cuda_memory.h"
#include "core/device/device.h"
#include "core/device/host_memory.h"
#include "core/session/plan/model_catalog.h"
#include "core/speech/inventions.h"
#include "core/speech/speech_model.h"
#include "core/speech/token_text.h"
#include "core/speech/transcriber.h"
#include "core/speech/voice_activity.h"
#include "core/speech/word_sound.h"
#include "vision/sound/sound_info.h"
#include "vision/sound/sound_reader.h"
#include "vision/video/video_probe.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;
using Samples = std::vector<std::int16_t>;

constexpr int kWindowsAtOnceCard = 16;
/// A decoder step reads all weights once, however many windows go side by side; more than these
/// only take memory.
constexpr int kWindowsAtOnceProcessor = 4;
constexpr std::int64_t kShortestCutFrames = 4 * kWindowFrames;

/// Weights in float32 pass through a processor at half the speed of bf16 where that is real, but
/// what is heard gets worse; so bf16 has to be asked for there.
ResolvedDevice speechDevice(const ModelChoice& model) {
    ResolvedDevice device = resolveDevice(model.device, model.dtype);
    const bool onProcessor = device.target.cudaDevice < 0;
    return onProcessor && model.dtype == DtypeChoice::kAuto
               ? resolveDevice(DeviceKind::kCpu, DtypeChoice::kFloat32)
               : device;
}

Samples readSound(const SoundRequest& request, SpokenText& spoken, const HearProgress& progress,
                  const CancelToken& cancel) {
    SoundReader reader(request, cancel);
    const double expectedS = reader.expectedS();
    const auto needed = static_cast<std::int64_t>(expectedS * kSoundRate) * 2;
    if (needed > availableMemoryBytes() && availableMemoryBytes() > 0) {
        throw Error(ErrorCode::kMemory,
                    "the sound takes " + gibText(needed) + " of memory and " +
                        gibText(availableMemoryBytes()) + " are free",
                    "take a part of it with --from and --to");
    }
    Samples samples;
    samples.reserve(static_cast<std::size_t>(expectedS * kSoundRate) + kSoundRate);
    while (reader.read(samples)) {
        if (progress) {
            progress(HearPhase::kSound, static_cast<double>(samples.size()) / kSoundRate,
                     expectedS);
        }
    }
    spoken.soundS = static_cast<double>(samples.size()) / kSoundRate;
    spoken.notes = reader.report().notes();
    return samples;
}

HeardLine lineOf(const SpokenSegment& segment, double offsetS) {
    HeardLine line{stripped(segment.text),       segment.fromS + offsetS, segment.toS + offsetS,
                   std::exp(segment.avgLogProb), isDoubtful(segment),     {}};
    for (const SpokenWord& word : segment.words) {
        line.words.push_back(
            {stripped(word.text), word.fromS + offsetS, word.toS + offsetS, word.probability});
    }
    return line;
}

std::string trackText(const SoundInfo& info, int streamIndex) {
    for (const SoundTrack& track : info.tracks) {
        if (track.streamIndex != streamIndex) continue;
        return track.codec + (track.language.empty() ? "" : " " + track.language);
    }
    return {};
}

SpeechOptions optionsOf(const HearRequest& request, const ResolvedDevice& device) {
    SpeechOptions options;
    options.language = request.language;
    options.translate = request.translate;
    options.wordTimes = request.wantsWords;
    options.conditionOnPrevious = request.conditionOnPrevious;
    options.hint = request.hint;
    options.windowsAtOnce =
        device.target.cudaDevice >= 0 ? kWindowsAtOnceCard : kWindowsAtOnceProcessor;
    return options;
}

/// Short enough that none is left over when the others are done, long enough that windows which
/// end early at a stretch's end are few.
std::int64_t longestStretch(const std::vector<FrameRange>& stretches, int windowsAtOnce) {
    std::int64_t all = 0;
    for (const FrameRange& stretch : stretches) all += stretch.to - stretch.from;
    return std::max<std::int64_t>(kShortestCutFrames, all / windowsAtOnce / 2);
}

void checkRange(const HearRequest& request) {
    if (request.fromS.value_or(0) < 0 ||
        (request.toS && *request.toS <= request.fromS.value_or(0))) {
        throw Error(ErrorCode::kUsage, "--from must lie before --to");
    }
}

}  // namespace

SpokenText hearFile(const HearRequest& request, const HearProgress& progress,
                    const CancelToken& cancel) {
    static std::once_flag once;
    std::call_once(once, initVideoLibrary);
    const auto start = Clock::now();
    checkRange(request);
    SpokenText spoken;
    spoken.file = request.file;
    const SoundInfo info = probeSound(request.file, cancel);
    const double fromS = request.fromS.value_or(0);
    const SoundRequest sound{request.file, chooseTrack(info, request.track), fromS, request.toS};
    spoken.track = trackText(info, sound.streamIndex);

    if (progress) progress(HearPhase::kModel, 0, 0);
    const ResolvedDevice device = speechDevice(request.model);
    std::error_code unresolved;
    spoken.model = fs::weakly_canonical(request.model.folder, unresolved).filename().string();
    spoken.device = device.name + " " + device.dtype;
    try {
        const SpeechModel model(request.model.folder, device.target, cancel);
        const SpeechOptions options = optionsOf(request, device);
        checkOptions(model, options);
        const Samples samples = readSound(sound, spoken, progress, cancel);
        if (samples.empty() && fromS > 0) {
            throw Error(ErrorCode::kUsage, "the range begins behind the end of the sound",
                        "the file is " + formatClock(info.durationS) + " long");
        }
        std::vector<FrameRange> stretches;
        if (request.everywhere) {
            if (LogMel::frames(samples) > 0) stretches.push_back({0, LogMel::frames(samples)});
        } else {
            stretches = audibleStretches(samples, cancel);
        }
        if (!options.conditionOnPrevious) {
            stretches = apartFromBeats(samples, stretches, cancel);
            stretches = shorterStretches(samples, stretches,
                                         longestStretch(stretches, options.windowsAtOnce));
        }
        for (const FrameRange& stretch : stretches) {
            spoken.spokenS += static_cast<double>(stretch.to - stretch.from) / 100;
        }
        TranscribeListener listener;
        listener.onProgress = [&](std::int64_t done, std::int64_t all) {
            if (progress) {
                progress(HearPhase::kSpeech, static_cast<double>(done) / 100,
                         static_cast<double>(all) / 100);
            }
        };
        Transcript transcript;
        if (!stretches.empty()) {
            transcript = transcribeSound(model, samples, stretches, options, listener, cancel);
        }
        const int dropped = dropInventions(transcript.segments);
        if (dropped > 0) {
            spoken.notes.push_back(std::to_string(dropped) +
                                   " lines were left out: the model stuttered there");
        }
        placeInSound(transcript.segments, samples, cancel);
        spoken.language = transcript.language;
        spoken.languageProbability = transcript.languageProbability;
        for (const SpokenSegment& segment : transcript.segments) {
            if (!stripped(segment.text).empty()) spoken.lines.push_back(lineOf(segment, fromS));
        }
        if (spoken.lines.empty()) spoken.notes.emplace_back("nobody speaks in it");
        if (request.wantsWords && model.config().guessedHeads) {
            spoken.notes.emplace_back(
                "the model does not say which heads follow the sound; times of words are rough");
        }
    } catch (const c10::OutOfMemoryError&) {
        throw cudaOutOfMemory(device.target.cudaDevice, "listening");
    }
    spoken.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return spoken;
}

fs::path findSpeechModel() {
    std::vector<fs::path> found;
    for (const ModelEntry& entry : findModels(modelRoots({}))) {
        if (entry.hears) found.push_back(entry.folder);
    }
    std::sort(found.begin(), found.end());
    return found.empty() ? fs::path() : found.front();
}

}  // namespace reelquery
