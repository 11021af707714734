#pragma once
// What a question becomes on its way through the model, written down, to hold it against another
// program's values.

#include <filesystem>

#include "core/answer/ask_request.h"
#include "core/base/cancel.h"

namespace reelquery {

/// Reads the question densely, answers it greedily and writes `file`, a safetensors file of:
/// in.frames u8 [T, height, width, 3] as the model saw them; in.frame_times_s f64 [T];
/// in.seconds_per_pair f64 [1]; in.grid i64 [3]; in.ids i64 [L]; in.positions i64 [3, L];
/// in.pixel_rows f32 [P, values]; vision.output and vision.deepstack_j f32 [N, H], as streaming
/// made them; lm.layer_k and, where deep features follow it, lm.layer_k.deepstack f32 [L, H];
/// lm.logits f32 [V] of the last token; out.ids i64 [tokens], the end of the answer left out. L
/// prompt tokens, T frames, N vision tokens, P patches. Reuses nothing and keeps nothing. Errors:
/// as a question's; kUsage where the file cannot be written.
void dumpStages(AskRequest request, const std::filesystem::path& file, const CancelToken& cancel);

}  // namespace reelquery
