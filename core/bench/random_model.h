#pragma once
// Writes random checkpoints in the hub's format, to measure speed and memory at real sizes.

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/base/cancel.h"
#include "core/spec/weight_shapes.h"
#include "core/weights/checkpoint.h"

namespace reelquery {

/// A checkpoint before its numbers: text files by name, and tensors.
struct CheckpointShape {
    std::vector<std::pair<std::string, std::string>> files;
    std::vector<WeightShape> tensors;
};

/// Writes the files, and bf16 shards of random numbers, as writeRandomModel does.
void writeRandomTensors(const CheckpointShape& shape, const std::filesystem::path& folder,
                        std::uint64_t seed, const ByteProgress& progress,
                        const CancelToken& cancel);

/// "tiny", "tiny-qwen3-vl", and the published checkpoints of every family: "qwen2-vl-2b", ...
std::vector<std::string> randomModelKinds();

/// Bytes the weights of a kind take on disk. Errors: kUsage for an unknown kind.
std::int64_t randomModelBytes(const std::string& kind);

/// Writes config, tokenizer, processor and generation files and bf16 shards of at most 4 GiB,
/// streaming: a few MiB of memory whatever the size. The folder must be absent or empty; on an
/// error or a stop what was written is removed again.
/// Its words are noise. Same kind and seed: same bytes.
/// Errors: kUsage (unknown kind, folder in use), kModel (disk full, no permission), kCancelled.
void writeRandomModel(const std::string& kind, const std::filesystem::path& folder,
                      std::uint64_t seed, const ByteProgress& progress, const CancelToken& cancel);

}  // namespace reelquery
