#pragma once
// Tells files apart by what is in them.
//
// Note [Content ids]
// contentId is a file's own, wherever it lies and whenever it was written: for what must be found
// again after it was moved. Of a file above 64 MiB it sees pieces, so a change between two of them
// leaves it as it was. exactContentId sees every change: it adds to a long file's pieces which file
// it is and when it was touched last, so that a copy of a long file, or a renamed one, has another
// id. It is for what must never be taken for something else: stored features, keys and values.
// A folder's pictures have ids, too: contentId of their names and sizes, exactContentId of
// their stamps as well.
// A file that is written while it is read has no defined id.

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/base/cancel.h"

namespace reelquery {

/// Files up to this size are read whole; the video library reads through files of this size when it
/// opens them, so this costs little beside it.
inline constexpr std::int64_t kWholeContentBytes = std::int64_t{64} << 20;

/// "2-" and 32 hexadecimal digits; see Note [Content ids]. Above 64 MiB: of the size, a MiB at
/// either end and 62 pieces of 64 KiB between. Ids of a program before this form have no "2-".
/// What was read once is remembered for as long as the file's stamp stays (see isSettled).
/// Empty where the file cannot be read. Thread: any. Errors: kCancelled, polled per piece.
std::string contentId(const std::filesystem::path& file, const CancelToken& cancel = {});

/// Changes with every change of the file; see Note [Content ids]. Empty as contentId. Thread: any.
/// Errors: kCancelled.
std::string exactContentId(const std::filesystem::path& file, const CancelToken& cancel = {});

}  // namespace reelquery
