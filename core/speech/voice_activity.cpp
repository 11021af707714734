#include "core/speech/voice_activity.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numeric>

#include "core/base/error.h"
#include "core/speech/high_pass.h"

namespace reelquery {

namespace {

constexpr std::int64_t kBlockFrames = 10;  // 100 ms
constexpr std::int64_t kBlock = kBlockFrames * kFrameSamples;
constexpr int kQuietPeak = 33;        // -60 dBFS
constexpr double kSteadyDb = 2.5;     // range of a steady sound's levels
constexpr std::int64_t kAround = 10;  // blocks on each side that are looked at for it
/// Around what is heard. Anything from 0.2 to 1.6 s makes as many wrong words, but for chance.
constexpr std::int64_t kMarginBlocks = 4;
constexpr std::int64_t kShortestGapBlocks = 50;
constexpr int kPauseBlocks = 5;
// Music with a beat: its level over some strokes, and how long that keeps within what.
constexpr std::int64_t kBeatBlocks = 20, kLeastBeatBlocks = 100;
constexpr double kBeatDb = 2;
/// Where in a beat it is cut, from its end: words may reach into it.
constexpr std::int64_t kBeatCutFrames = 20, kBeatCutRange = 100;

struct Block {
    int peak = 0;
    double levelDb = 0;  // of what a voice leaves
};

std::vector<Block> blocksOf(SoundView sound, const CancelToken& cancel) {
    std::vector<Block> blocks;
    HighPass pass;
    for (std::size_t at = 0; at < sound.size(); at += kBlock) {
        throwIfCancelled(cancel);
        const SoundView part = sound.subspan(at, std::min<std::size_t>(kBlock, sound.size() - at));
        Block block;
        double energy = 1;  // a floor, so that digital silence has a level, too
        for (const std::int16_t sample : part) {
            block.peak = std::max(block.peak, std::abs(static_cast<int>(sample)));
            const double passed = pass(sample);
            energy += passed * passed / static_cast<double>(part.size());
        }
        block.levelDb = 10 * std::log10(energy);
        blocks.push_back(block);
    }
    return blocks;
}

/// Marks every block of a run of steady ones.
std::vector<bool> steadyBlocks(const std::vector<Block>& blocks) {
    const auto n = static_cast<std::int64_t>(blocks.size());
    std::vector<bool> steady(blocks.size(), false);
    for (std::int64_t first = 0; first + 2 * kAround < n; ++first) {
        const auto begin = blocks.begin() + first, end = begin + 2 * kAround + 1;
        const auto [low, high] = std::minmax_element(
            begin, end, [](const Block& a, const Block& b) { return a.levelDb < b.levelDb; });
        if (high->levelDb - low->levelDb > kSteadyDb) continue;
        for (std::int64_t i = first; i <= first + 2 * kAround; ++i) {
            steady[static_cast<std::size_t>(i)] = true;
        }
    }
    return steady;
}

/// The middle of the half second with the least energy.
std::int64_t quietestFrame(SoundView sound, const FrameRange& range) {
    std::vector<double> energies;  // of blocks
    for (std::int64_t frame = range.from; frame + kBlockFrames <= range.to; frame += kBlockFrames) {
        double energy = 0;
        for (const std::int16_t sample :
             sound.subspan(static_cast<std::size_t>(frame * kFrameSamples), kBlock)) {
            energy += static_cast<double>(sample) * sample;
        }
        energies.push_back(energy);
    }
    std::size_t best = 0;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t first = 0; first + kPauseBlocks <= energies.size(); ++first) {
        const auto begin = energies.begin() + static_cast<std::ptrdiff_t>(first);
        const double sum = std::accumulate(begin, begin + kPauseBlocks, 0.0);
        if (sum < least) {
            least = sum;
            best = first;
        }
    }
    return range.from + static_cast<std::int64_t>(best) * kBlockFrames +
           kPauseBlocks * kBlockFrames / 2;
}

/// The runs of blocks within [from, to) whose level over kBeatBlocks is steady.
std::vector<FrameRange> steadyBeats(const std::vector<Block>& blocks, std::int64_t from,
                                    std::int64_t to) {
    std::vector<double> sums = {0};
    for (std::int64_t i = from; i < to; ++i) {
        sums.push_back(sums.back() +
                       std::pow(10, blocks[static_cast<std::size_t>(i)].levelDb / 10));
    }
    std::vector<double> levels;  // of the blocks from i on
    for (std::size_t i = kBeatBlocks; i < sums.size(); ++i) {
        levels.push_back(10 * std::log10(sums[i] - sums[i - kBeatBlocks]));
    }
    constexpr std::int64_t together = kLeastBeatBlocks - kBeatBlocks + 1;
    std::vector<FrameRange> runs;
    for (std::int64_t i = 0; i + together <= static_cast<std::int64_t>(levels.size()); ++i) {
        const auto begin = levels.begin() + i;
        const auto [low, high] = std::minmax_element(begin, begin + together);
        if (*high - *low > kBeatDb) continue;
        const FrameRange run{from + i, from + i + kLeastBeatBlocks};
        if (!runs.empty() && run.from <= runs.back().to) {
            runs.back().to = run.to;
        } else {
            runs.push_back(run);
        }
    }
    return runs;
}

}  // namespace

std::vector<FrameRange> apartFromBeats(SoundView sound, const std::vector<FrameRange>& stretches,
                                       const CancelToken& cancel) {
    const std::vector<Block> blocks = blocksOf(sound, cancel);
    std::vector<FrameRange> parts;
    for (FrameRange rest : stretches) {
        for (const FrameRange& beat :
             steadyBeats(blocks, rest.from / kBlockFrames, rest.to / kBlockFrames)) {
            const std::int64_t begins = beat.from * kBlockFrames + kBeatCutFrames;
            const std::int64_t ends = beat.to * kBlockFrames - kBeatCutFrames;
            for (const std::int64_t cut : {quietestFrame(sound, {begins, begins + kBeatCutRange}),
                                           quietestFrame(sound, {ends - kBeatCutRange, ends})}) {
                const bool isAtAnEnd =
                    cut - rest.from < 2 * kBeatCutRange || rest.to - cut < 2 * kBeatCutRange;
                if (isAtAnEnd) continue;
                parts.push_back({rest.from, cut});
                rest.from = cut;
            }
        }
        parts.push_back(rest);
    }
    return parts;
}

std::vector<FrameRange> audibleStretches(SoundView sound, const CancelToken& cancel) {
    const std::vector<Block> blocks = blocksOf(sound, cancel);
    const std::vector<bool> steady = steadyBlocks(blocks);
    const auto n = static_cast<std::int64_t>(blocks.size());
    std::vector<FrameRange> stretches;  // in blocks
    for (std::int64_t i = 0; i < n; ++i) {
        const auto at = static_cast<std::size_t>(i);
        if (blocks[at].peak < kQuietPeak || steady[at]) continue;
        const FrameRange one{std::max<std::int64_t>(i - kMarginBlocks, 0),
                             std::min(i + 1 + kMarginBlocks, n)};
        if (!stretches.empty() && one.from - stretches.back().to < kShortestGapBlocks) {
            stretches.back().to = one.to;
        } else {
            stretches.push_back(one);
        }
    }
    const std::int64_t frames = LogMel::frames(sound);
    for (FrameRange& stretch : stretches) {
        stretch = {stretch.from * kBlockFrames, std::min(stretch.to * kBlockFrames, frames)};
    }
    std::erase_if(stretches, [](const FrameRange& stretch) { return stretch.from >= stretch.to; });
    return stretches;
}

std::vector<FrameRange> shorterStretches(SoundView sound, const std::vector<FrameRange>& stretches,
                                         std::int64_t longest) {
    ENSURE(longest >= 40 * kBlockFrames, "room for a pause");
    std::vector<FrameRange> shorter;
    for (FrameRange rest : stretches) {
        while (rest.to - rest.from > longest) {
            const std::int64_t cut =
                quietestFrame(sound, {rest.from + longest * 3 / 4, rest.from + longest});
            shorter.push_back({rest.from, cut});
            rest.from = cut;
        }
        shorter.push_back(rest);
    }
    return shorter;
}

}  // namespace reelquery
