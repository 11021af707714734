#pragma once
// One reader per public set. Each takes a user's own copy as its authors lay it out; nothing of the
// sets is shipped. Fields, prompts and scoring follow the published evaluation scripts.

#include <filesystem>
#include <string>
#include <vector>

#include "core/eval/eval_suite.h"

namespace reelquery {

/// VNBench (joez17/VideoNIAH): VNBench-*-4try.json; video, question, options, gt, type, try.
EvalSuite readVnBench(const std::filesystem::path& folder);

/// Video-MME as exported from its parquet file (one question an entry) or as published (videos with
/// their questions); videos by videoID below data/ or videos/.
EvalSuite readVideoMme(const std::filesystem::path& folder);

/// LongVideoBench: lvb_val.json; videos below videos/.
EvalSuite readLongVideoBench(const std::filesystem::path& folder);

/// MLVU: json/*.json, videos below video/<name of the file>/. Its generation tasks have no options
/// and are left out.
EvalSuite readMlvu(const std::filesystem::path& folder);

/// RULER: .../LENGTH/TASK/validation.jsonl of tests/ruler_synth/make_ruler.py or of its own
/// scripts.
EvalSuite readRuler(const std::filesystem::path& folder);

/// LongBench and LongBench-E: NAME.jsonl and NAME_e.jsonl, right in the folder or below data/; the
/// published prompts from config/dataset2prompt.json of the same copy. Sets in Chinese are left
/// out.
EvalSuite readLongBench(const std::filesystem::path& folder);

/// JSON and JSON-lines files right inside a folder, sorted. Errors: Error{kUsage} where there are
/// none; `example` says what was looked for.
std::vector<std::filesystem::path> annotationFiles(const std::filesystem::path& folder,
                                                   const std::string& example);

/// The first of these that exists: folder/sub/name for each sub, with each suffix in place of none.
/// Where none does, the first of them, so that it can be named as missing.
std::filesystem::path findVideo(const std::filesystem::path& folder,
                                const std::vector<std::string>& subfolders, const std::string& name,
                                const std::vector<std::string>& suffixes = {""});

/// 0 -> "A".
std::string letterOf(std::size_t option);

/// Says in the notes how many entries were left out.
void noteLeftOut(EvalSuite& suite, int entries, const std::string& why);

}  // namespace reelquery
