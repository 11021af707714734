#include "app/serve/shown_media.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "app/serve/refusal.h"
#include "core/base/picture_header.h"
#include "core/base/picture_pack.h"

namespace reelquery {

namespace {

constexpr std::size_t kMostShownPictures = 768;
constexpr std::size_t kMostTogether = std::size_t{256} << 20;  // those of files, too
constexpr std::int64_t kMostSide = 8192, kMostPixelsEach = 64'000'000;
constexpr std::string_view kListStart = "data:video/jpeg;base64,";

/// Digits alone, read as a number.
std::optional<double> plainNumber(std::string_view text, bool mayHavePoint) {
    const char* allowed = mayHavePoint ? "0123456789." : "0123456789";
    if (text.empty() || text.size() > 12) return std::nullopt;
    if (text.find_first_not_of(allowed) != std::string_view::npos) return std::nullopt;
    double value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string contentOf(const OpenMedia& media) {
    struct stat status = {};
    if (::fstat(media.descriptor(), &status) != 0 || status.st_size <= 0) {
        throw Refusal(400, "a picture is empty");
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size > kMostCarriedBytes) {
        throw Refusal(
            413, "a picture is larger than " + std::to_string(kMostCarriedBytes >> 20) + " MiB");
    }
    std::string bytes(size, '\0');
    std::size_t done = 0;
    while (done < size) {
        const ssize_t got =
            ::pread(media.descriptor(), bytes.data() + done, size - done, static_cast<off_t>(done));
        if (got <= 0) throw Refusal(400, "a picture cannot be read");
        done += static_cast<std::size_t>(got);
    }
    return bytes;
}

/// Pictures on their way into one file without a name.
class PictureRoll {
  public:
    explicit PictureRoll(const Shown& shown)
        : timesS_(shown.timesS),
          media_(::memfd_create("carried", MFD_CLOEXEC)),
          writer_(media_.descriptor(), shown.fps) {}

    /// `stamp`: when it is shown, where that was told. `words` stand before it.
    void add(const std::string& picture, bool isAlone, std::optional<double> stamp,
             const std::string& words) {
        const std::string name = "picture " + std::to_string(++count_);
        if (count_ > kMostShownPictures) {
            throw Refusal(413, "more than " + std::to_string(kMostShownPictures) + " pictures");
        }
        const auto header = readPictureHeader(std::string_view(picture));
        if (!header) throw Refusal(400, name + " is no JPEG, PNG or WebP");
        if (header->width > kMostSide || header->height > kMostSide ||
            header->width * header->height > kMostPixelsEach) {
            throw Refusal(413, name + " is larger than 8192 pixels a side or 64 megapixels");
        }
        if (!timesS_.empty()) {
            if (count_ > timesS_.size()) refuseTimes();
            stamp = timesS_[count_ - 1];
        }
        bytes_ += picture.size();
        if (bytes_ > kMostTogether) {
            throw Refusal(413, "the pictures are larger than " +
                                   std::to_string(kMostTogether >> 20) + " MiB together");
        }
        lastS_ = stamp.value_or(count_ == 1 ? 0 : lastS_ + 1);
        writer_.add(lastS_, isAlone, picture, words);
    }

    OpenMedia finish() {
        if (!timesS_.empty() && count_ != timesS_.size()) refuseTimes();
        if (!writer_.isWhole()) throw Refusal(503, "there is no memory for what was carried");
        return std::move(media_);
    }

  private:
    [[noreturn]] static void refuseTimes() {
        throw Refusal(400, "frame_times_s must have one time for each picture", "reelquery");
    }

    const std::vector<double> timesS_;
    OpenMedia media_;
    PicturePackWriter writer_;
    std::size_t count_ = 0, bytes_ = 0;
    double lastS_ = 0;
};

/// Frames of one list; an odd last one is a pair by itself, as video libraries make it.
void addFrames(const ShownMedia& list, PictureRoll& roll) {
    std::string_view rest = std::string_view(list.url).substr(kListStart.size());
    const auto frames = static_cast<std::size_t>(std::count(rest.begin(), rest.end(), ',')) + 1;
    if (frames > kMostShownPictures) throw Refusal(413, "a list has too many frames");
    std::size_t carried = 0;
    for (std::size_t frame = 0; frame < frames; ++frame) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        const std::string bytes = decodedBase64(rest.substr(0, comma), kMostCarriedBytes);
        rest.remove_prefix(std::min(comma + 1, rest.size()));
        carried += bytes.size();
        if (carried > kMostCarriedBytes) throw Refusal(413, "a list of frames carries too much");
        std::optional<double> stamp = list.timeS;
        // A stamp is that of the whole where it is one pair; longer lists go on by the second.
        if (stamp && frames > 2) *stamp += static_cast<double>(frame);
        roll.add(bytes, frames % 2 == 1 && frame + 1 == frames, stamp,
                 frame == 0 ? list.before : std::string());
    }
}

}  // namespace

bool ShownMedia::isFrameList() const {
    return !isPicture && std::string_view(url).substr(0, kListStart.size()) == kListStart;
}

std::optional<double> timeOfStamp(std::string_view text) {
    const std::size_t from = text.find_first_not_of(" \t\r\n");
    if (from == std::string_view::npos || text.size() - from > 64) return std::nullopt;
    text = text.substr(from, text.find_last_not_of(" \t\r\n") + 1 - from);
    constexpr std::string_view kSeconds = " seconds>";
    if (text.front() == '<' && text.ends_with(kSeconds)) {
        return plainNumber(text.substr(1, text.size() - 1 - kSeconds.size()), true);
    }
    if (text.size() < 6 || text.front() != '[' || text.back() != ']') return std::nullopt;
    text = text.substr(1, text.size() - 2);
    double seconds = 0;
    int fields = 0;
    for (bool isLast = false; !isLast; ++fields) {
        const std::size_t colon = text.find(':');
        isLast = colon == std::string_view::npos;
        const std::string_view field = text.substr(0, colon);
        const auto value = plainNumber(field, isLast);
        const bool isWide = fields > 0 && field.substr(0, field.find('.')).size() == 2;
        if (!value || fields == 3 || (fields > 0 && (!isWide || *value >= 60))) return std::nullopt;
        seconds = seconds * 60 + *value;
        if (!isLast) text.remove_prefix(colon + 1);
    }
    return fields >= 2 ? std::optional(seconds) : std::nullopt;
}

OpenMedia openShown(const MediaDoor& door, Shown shown) {
    std::vector<ShownMedia>& media = shown.media;
    const bool isOne =
        media.size() == 1 && shown.timesS.empty() && !media[0].isFrameList() && !media[0].timeS;
    if (isOne || (media.size() == 1 && !media[0].isPicture && !media[0].isFrameList())) {
        return door.open(media[0].url);
    }
    PictureRoll roll(shown);
    for (ShownMedia& one : media) {
        if (!one.isPicture && !one.isFrameList()) {
            throw Refusal(400,
                          "only one video can be asked about at a time, and no pictures beside it",
                          "messages");
        }
        if (one.isFrameList()) {
            addFrames(one, roll);
        } else {
            const OpenMedia picture = door.open(one.url);
            one.url = {};
            roll.add(contentOf(picture), true, one.timeS, one.before);
        }
        one.url = {};
    }
    return roll.finish();
}

}  // namespace reelquery
