#pragma once
// Tells weights of one shape from others.

#include <filesystem>
#include <string>

#include "core/base/cancel.h"
#include "core/weights/tensor_file.h"

namespace reelquery {

/// An id of what is in the tensors, wherever the file lies: names, shapes, places, all of each
/// tensor up to 64 KiB (norms, biases) and eight pieces of 4 KiB of a larger one. Training changes
/// all of a tensor, so a change of one block shows.
std::string tensorsId(const TensorFile& file, const CancelToken& cancel = {});

/// An id of one file of tensors. Up to 64 MiB: of all of it, wherever it lies. Above: its
/// tensorsId and its stamp, so that a change of any byte shows (Note [Content ids]) and a change of
/// any block even where a file system keeps no good stamps. A file that is none has
/// its exactContentId. Empty where it cannot be read. Thread: any.
/// Errors: kCancelled, polled per tensor.
std::string weightsId(const std::filesystem::path& file, const CancelToken& cancel = {});

}  // namespace reelquery
