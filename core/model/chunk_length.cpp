#include "core/model/chunk_length.h"

#include <algorithm>

#include "core/attention/attention_block.h"

namespace reelquery {

namespace {

// On the CPU 1024 rows reach the full matrix rate and 2048 lose some of it again (bf16, Zen 5); a
// GPU wants more rows at a time, and with 8192 the 2B shape was slower again (H200).
constexpr std::int64_t kLongestChunkCpu = 1024;
constexpr std::int64_t kLongestChunkCuda = 4096;
// Work of one matrix product between two looks at the stop flag: about a quarter of a second on
// two cores.
constexpr double kFlopBetweenPolls32 = 40e9;
constexpr double kFlopBetweenPolls16 = 100e9;

}  // namespace

std::int64_t longestChunk(const ComputeTarget& target) {
    return target.cudaDevice >= 0 ? kLongestChunkCuda : kLongestChunkCpu;
}

std::int64_t chunkLength(const TextConfig& config, const ComputeTarget& target) {
    const std::int64_t longest = longestChunk(target);
    if (target.cudaDevice >= 0) return longest;
    const double flop = target.bfloat16 ? kFlopBetweenPolls16 : kFlopBetweenPolls32;
    const double perToken = 2.0 * static_cast<double>(config.intermediateSize * config.hiddenSize);
    const auto fitting =
        static_cast<std::int64_t>(flop / perToken) / kAttentionBlock * kAttentionBlock;
    return std::clamp(fitting, kAttentionBlock, longest);
}

}  // namespace reelquery
