#include "core/speech/transcriber.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "core/base/error.h"
#include "core/speech/speech_model.h"
#include "core/speech/token_text.h"
#include "core/speech/window_segments.h"
#include "core/speech/word_alignment.h"
#include "core/speech/word_placement.h"

namespace reelquery {

namespace {

constexpr double kHotterThan = 0.5;  // such a window's text is no prompt for the next
constexpr std::size_t kMostPrevious = 223;
constexpr std::uint64_t kWindowsPerStretch = 1 << 10;  // in the numbers that draws are made from
constexpr double kFramesPerSecond = 100;

/// A stretch of speech and how far it was heard.
struct Chain {
    FrameRange stretch;
    std::int64_t seek = 0;
    std::uint64_t number = 0;  // of its next window
    double lastSpeechS = 0;
    std::vector<SpokenSegment> segments;
};

/// The next window of a chain.
struct Job {
    Chain* chain = nullptr;
    std::int64_t size = 0;
    std::vector<TokenId> previous;
};

class Transcription {
  public:
    Transcription(const SpeechModel& model, SoundView sound, const SpeechOptions& options,
                  const TranscribeListener& listener, const CancelToken& cancel)
        : model_(model), sound_(sound), options_(options), listener_(listener), cancel_(cancel) {}

    Transcript run(const std::vector<FrameRange>& stretches) {
        Transcript transcript;
        if (stretches.empty()) return transcript;
        maximum_ = model_.mel().maximum(sound_, cancel_);
        chooseLanguage(stretches.front(), transcript);
        if (!options_.hint.empty()) {
            std::string text = " ";
            text += stripped(options_.hint);
            hint_ = model_.tokenizer().encode(text);
        }
        said_ = hint_;
        std::vector<Chain> chains;
        for (const FrameRange& stretch : stretches) {
            allFrames_ += stretch.to - stretch.from;
            chains.push_back({stretch, stretch.from, chains.size() * kWindowsPerStretch, 0, {}});
        }
        report(0);
        const std::size_t sideBySide =
            options_.conditionOnPrevious ? 1 : static_cast<std::size_t>(options_.windowsAtOnce);
        std::size_t nextChain = 0;
        std::vector<Chain*> open;
        for (;;) {
            std::erase_if(open,
                          [](const Chain* chain) { return chain->seek >= chain->stretch.to; });
            while (open.size() < sideBySide && nextChain < chains.size()) {
                open.push_back(&chains[nextChain++]);
            }
            if (open.empty()) break;
            hearWindows(open);
        }
        for (Chain& chain : chains) {
            std::move(chain.segments.begin(), chain.segments.end(),
                      std::back_inserter(transcript.segments));
        }
        return transcript;
    }

  private:
    void chooseLanguage(const FrameRange& first, Transcript& transcript) {
        transcript.language = options_.language.empty() ? "en" : options_.language;
        transcript.languageProbability = 1;
        if (model_.config().isMultilingual && options_.language.empty()) {
            const HeardLanguage heard = hearLanguage(model_, sound_, first.from, maximum_, cancel_);
            transcript.language = heard.code;
            transcript.languageProbability = heard.probability;
        }
        language_ = transcript.language;
    }

    void report(std::int64_t frames) {
        doneFrames_ += frames;
        if (listener_.onProgress) listener_.onProgress(doneFrames_, allFrames_);
    }

    /// One more window of each open chain.
    void hearWindows(const std::vector<Chain*>& open) {
        std::map<std::size_t, std::vector<Job>> byPrompt;  // of one length, to go side by side
        for (Chain* chain : open) {
            Job job{chain, std::min(kWindowFrames, chain->stretch.to - chain->seek), {}};
            if (options_.conditionOnPrevious) {
                job.previous.assign(said_.begin() + static_cast<std::ptrdiff_t>(since_),
                                    said_.end());
            } else if (chain->seek == chain->stretch.from) {
                job.previous = hint_;
            }
            if (job.previous.size() > kMostPrevious) {
                job.previous.erase(job.previous.begin(),
                                   job.previous.end() - static_cast<std::ptrdiff_t>(kMostPrevious));
            }
            byPrompt[job.previous.size()].push_back(std::move(job));
        }
        for (auto& [length, jobs] : byPrompt) hearTogether(jobs);
    }

    void hearTogether(const std::vector<Job>& jobs) {
        WindowBatch batch;
        batch.heard = listen(jobs);
        for (const Job& job : jobs) {
            batch.heads.push_back(promptTokens(model_.config(), {.language = language_,
                                                                 .translate = options_.translate,
                                                                 .previous = job.previous}));
            batch.numbers.push_back(job.chain->number++);
        }
        std::vector<DecodedWindow> decoded =
            decodeWindows(model_, batch, options_.fallback, cancel_);
        for (std::size_t i = 0; i < jobs.size(); ++i) {
            const std::int64_t before = jobs[i].chain->seek;
            take(jobs[i], std::move(decoded[i]), {batch.heard, static_cast<std::int64_t>(i)});
            report(std::min(jobs[i].chain->seek, jobs[i].chain->stretch.to) - before);
        }
    }

    SpeechCache listen(const std::vector<Job>& jobs) const {
        const c10::InferenceMode inference;
        std::vector<at::Tensor> mels, states;
        for (const Job& job : jobs) {
            mels.push_back(
                model_.mel().window(sound_, job.chain->seek, job.size, maximum_).unsqueeze(0));
        }
        if (mels.front().is_cuda()) {
            states.push_back(model_.encoder().run(at::cat(mels), cancel_));
        } else {  // a processor has enough to do with one, and a stop is seen sooner
            for (const at::Tensor& mel : mels) states.push_back(model_.encoder().run(mel, cancel_));
        }
        return model_.decoder().hear(at::cat(states), cancel_);
    }

    void take(const Job& job, DecodedWindow decoded, const HeardWindow& heard) {
        Chain& chain = *job.chain;
        WindowTrace trace{chain.seek, job.size, job.previous, std::move(decoded), false, 0};
        trace.isSilence = trace.decoded.isSilence(options_.fallback);
        trace.nextSeek = trace.isSilence ? chain.seek + job.size
                                         : takeSegments(job, trace.decoded.result(), heard);
        // A model that says "0.00, 0.00" must not keep the rest of the sound from being heard.
        if (trace.nextSeek <= chain.seek) trace.nextSeek = chain.seek + job.size;
        chain.seek = trace.nextSeek;
        if (listener_.onWindow) listener_.onWindow(trace);
    }

    /// Adds the window's segments to its chain; returns where the next window begins.
    std::int64_t takeSegments(const Job& job, const WindowAttempt& result,
                              const HeardWindow& heard) {
        Chain& chain = *job.chain;
        const SpeechIds& ids = model_.config().ids;
        const CutWindow cut = cutWindow(result.tokens, chain.seek, job.size, ids.timesBegin);
        std::int64_t next = cut.nextSeek;
        std::vector<SpokenSegment> segments;
        std::vector<TokenId> text;
        for (const TokenSegment& piece : cut.segments) {
            segments.push_back({piece.fromS,
                                piece.toS,
                                textBelow(model_.tokenizer(), piece.tokens, ids.endOfText),
                                piece.tokens,
                                chain.seek,
                                result.temperature,
                                result.avgLogProb,
                                result.compressionRatio,
                                result.noSpeechProb,
                                {}});
            std::copy_if(piece.tokens.begin(), piece.tokens.end(), std::back_inserter(text),
                         [&](TokenId id) { return id < ids.endOfText; });
        }
        if (options_.wordTimes) {
            placeWords(segments, alignWords(model_, heard, text, job.size, language_, cancel_),
                       chain.seek, ids.endOfText, chain.lastSpeechS);
            const double startS =
                static_cast<double>(chain.seek * kFrameSamples) / static_cast<double>(kSpeechRate);
            if (chain.lastSpeechS > startS && !cut.endsWithOneTime) {
                next = std::llrint(chain.lastSpeechS * kFramesPerSecond);
            }
        }
        for (SpokenSegment& segment : segments) {
            if (segment.fromS == segment.toS || stripped(segment.text).empty()) {
                segment.text.clear();
                segment.tokens.clear();
                segment.words.clear();
            }
            said_.insert(said_.end(), segment.tokens.begin(), segment.tokens.end());
            chain.segments.push_back(std::move(segment));
        }
        if (!options_.conditionOnPrevious || result.temperature > kHotterThan) {
            since_ = said_.size();
        }
        return next;
    }

    const SpeechModel& model_;
    const SoundView sound_;
    const SpeechOptions& options_;
    const TranscribeListener& listener_;
    const CancelToken& cancel_;
    std::string language_;
    double maximum_ = 0;         // of the whole sound's spectrum
    std::vector<TokenId> hint_;  // before a stretch's first window
    std::vector<TokenId> said_;  // so far
    std::size_t since_ = 0;      // what lies before is no prompt any more
    std::int64_t doneFrames_ = 0, allFrames_ = 0;
};

}  // namespace

void checkOptions(const SpeechModel& model, const SpeechOptions& options) {
    const SpeechConfig& config = model.config();
    if (!config.isMultilingual && options.translate) {
        throw Error(ErrorCode::kUsage, "this speech model knows English only and cannot translate",
                    "take a multilingual one");
    }
    const bool isKnown = options.language.empty() || config.language(options.language) ||
                         (!config.isMultilingual && options.language == "en");
    if (!isKnown) {
        std::string message = "this speech model does not know the language '";
        message += options.language + "'";
        throw Error(ErrorCode::kUsage, std::move(message),
                    config.isMultilingual ? "give a code such as en, de or ja"
                                          : "it knows English only; take a multilingual one");
    }
}

Transcript transcribeSound(const SpeechModel& model, SoundView sound,
                           const std::vector<FrameRange>& stretches, const SpeechOptions& options,
                           const TranscribeListener& listener, const CancelToken& cancel) {
    checkOptions(model, options);
    const FrameRange all{0, LogMel::frames(sound)};
    std::vector<FrameRange> where = stretches;
    if (where.empty() && all.to > 0) where.push_back(all);
    for (const FrameRange& stretch : where) {
        ENSURE(0 <= stretch.from && stretch.from < stretch.to && stretch.to <= all.to,
               "a stretch of the sound");
    }
    return Transcription(model, sound, options, listener, cancel).run(where);
}

HeardLanguage hearLanguage(const SpeechModel& model, SoundView sound, std::int64_t first,
                           double maximum, const CancelToken& cancel) {
    const std::int64_t count = std::min(kWindowFrames, LogMel::frames(sound) - first);
    const at::Tensor mel = model.mel().window(sound, first, count, maximum).unsqueeze(0);
    const SpeechCache heard = model.decoder().hear(model.encoder().run(mel, cancel), cancel);
    const std::vector<double> probabilities = languageProbabilities(model, heard, cancel);
    if (probabilities.empty()) return {"en", 1};
    const auto best = std::max_element(probabilities.begin(), probabilities.end());
    return {
        model.config().ids.languages[static_cast<std::size_t>(best - probabilities.begin())].code,
        *best};
}

}  // namespace reelquery
