#include "vision/video/picture_list.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <optional>
#include <utility>

#include "core/base/content_id.h"
#include "core/base/error.h"
#include "core/base/picture_folder.h"
#include "core/base/picture_header.h"
#include "core/base/picture_pack.h"
#include "vision/video/file_checks.h"
#include "vision/video/listed_picture.h"

namespace reelquery {

namespace {

constexpr double kTickS = 1e-6;
constexpr std::size_t kLooks = 5;  // pictures decoded to learn the shape of most
constexpr std::size_t kMostNamed = 5;

void addPair(PictureList& list, ListedFrame first, ListedFrame second) {
    list.frames.push_back(std::move(first));
    list.frames.push_back(std::move(second));
}

PictureList listOfPack(const PicturePack& pack, const std::filesystem::path& file) {
    PictureList list;
    std::optional<ListedFrame> open;  // the first frame of a pair that is not closed
    const auto close = [&](const ListedFrame& second) {
        addPair(list, *open, second);
        open.reset();
    };
    for (std::size_t i = 0; i < pack.pictures.size(); ++i) {
        const PackedPicture& packed = pack.pictures[i];
        const ListedFrame frame{file, packed.at, packed.bytes, packed.timeS,
                                "picture " + std::to_string(i + 1)};
        if (open) {
            close(packed.isAlone ? ListedFrame(*open) : frame);
            if (!packed.isAlone) continue;
        }
        if (packed.isAlone) {
            addPair(list, frame, frame);
        } else {
            open = frame;
        }
    }
    if (open) close(ListedFrame(*open));
    return list;
}

/// Whether FFmpeg makes a picture of a file that is none of the usual three.
bool isOtherPicture(const ListedFrame& frame, const CancelToken& cancel) {
    try {
        shapeOfListed(frame, cancel);
        return true;
    } catch (const Error& error) {
        if (error.code() == ErrorCode::kCancelled) throw;
        return false;
    }
}

PictureList listOfFolder(const std::filesystem::path& folder, const CancelToken& cancel) {
    PictureList list;
    double timeS = 0;
    for (const std::filesystem::path& file : picturesIn(folder)) {
        throwIfCancelled(cancel);
        const ListedFrame frame{file, 0, -1, timeS, shownName(file)};
        if (!readPictureHeader(file) && !isOtherPicture(frame, cancel)) {
            list.leftOut.push_back(frame.name);
            continue;
        }
        addPair(list, frame, frame);
        timeS += 1;
    }
    if (!list.frames.empty()) return list;
    const std::string name = shownName(folder);
    if (list.leftOut.empty()) {
        throw Error(ErrorCode::kVideo, name + " is a folder without pictures",
                    "choose a video, a picture or a folder with pictures (JPEG, PNG, WebP) in it");
    }
    throw Error(ErrorCode::kVideo,
                "no picture in the folder " + name + " can be read: " + leftOutText(list.leftOut),
                "copy or download them again");
}

/// In time order, pairs kept whole.
void sortPairs(PictureList& list) {
    std::vector<std::pair<ListedFrame, ListedFrame>> pairs;
    for (std::size_t i = 0; i + 1 < list.frames.size(); i += 2)
        pairs.emplace_back(std::move(list.frames[i]), std::move(list.frames[i + 1]));
    std::stable_sort(pairs.begin(), pairs.end(), [](const auto& one, const auto& other) {
        return one.first.timeS < other.first.timeS;
    });
    list.frames.clear();
    for (auto& [first, second] : pairs) addPair(list, std::move(first), std::move(second));
}

/// The shape that most of a few pictures have, those that cannot be decoded left aside.
ListedShape commonShape(const PictureList& list, const CancelToken& cancel) {
    std::vector<ListedShape> shapes;
    const std::size_t pairs = list.frames.size() / 2, looks = std::min(pairs, kLooks);
    std::optional<Error> failure;
    for (std::size_t look = 0; look < looks; ++look) {
        const std::size_t pair = looks == 1 ? 0 : look * (pairs - 1) / (looks - 1);
        try {
            shapes.push_back(shapeOfListed(list.frames[2 * pair], cancel));
        } catch (const Error& error) {
            if (error.code() == ErrorCode::kCancelled) throw;
            failure = error;
        }
    }
    if (shapes.empty()) throw *failure;
    const auto votes = [&](const ListedShape& shape) {
        return std::count_if(shapes.begin(), shapes.end(), [&](const ListedShape& other) {
            return isSameShape(shape.shown, other.shown);
        });
    };
    return *std::max_element(shapes.begin(), shapes.end(),
                             [&](const ListedShape& one, const ListedShape& other) {
                                 return votes(one) < votes(other);
                             });
}

std::shared_ptr<const FrameIndex> indexOf(const PictureList& list) {
    auto index = std::make_shared<FrameIndex>();
    index->tickS = kTickS;
    index->frames.resize(list.frames.size());
    for (std::size_t i = 0; i < list.frames.size(); ++i) {
        IndexedFrame& frame = index->frames[i];
        frame.ptsTicks = std::llround(list.frames[i].timeS / kTickS);
        frame.decodeOrder = static_cast<std::uint32_t>(i);
        frame.isKey = i % 2 == 0;  // so that a pair is one job
    }
    return index;
}

VideoInfo infoOf(const std::filesystem::path& path, PictureList list, double fps,
                 const CancelToken& cancel) {
    VideoInfo info;
    info.path = path;
    info.container = "pictures";
    info.frameCount = std::ssize(list.frames);
    info.isFrameCountExact = true;
    info.durationOrigin = ValueOrigin::kContent;
    info.averageFps = 2;
    info.keptPictures = 1;
    info.bitsPerPixel = 32;
    if (!list.frames.empty()) {
        sortPairs(list);
        const ListedShape shape = commonShape(list, cancel);
        info.codec = shape.codec;
        info.codedWidth = info.displayWidth = shape.shown.width;
        info.codedHeight = info.displayHeight = shape.shown.height;
        const double firstS = list.frames.front().timeS;
        const double spanS = list.frames[list.frames.size() - 2].timeS - firstS;
        const auto steps = static_cast<double>(list.frames.size() / 2 - 1);
        if (spanS > 0) info.averageFps = 2 * steps / spanS;
        if (fps > 0) info.averageFps = fps;
        info.firstFrameS = firstS;
        const double lastS = std::max(list.frames.back().timeS, firstS + spanS);
        info.pictureEndS = info.durationS = lastS + 2 / info.averageFps;
    }
    info.index = indexOf(list);
    info.pictures = std::make_shared<const PictureList>(std::move(list));
    return info;
}

/// The list that was looked at last: it is asked for when it is opened, planned and answered.
class LastList {
  public:
    std::optional<VideoInfo> find(const std::string& id) {
        std::lock_guard lock(mutex_);
        if (id.empty() || id != id_) return std::nullopt;
        return info_;
    }

    void keep(const std::string& id, const VideoInfo& info) {
        std::lock_guard lock(mutex_);
        id_ = id;
        info_ = info;
    }

  private:
    std::mutex mutex_;
    std::string id_;
    VideoInfo info_;
};

}  // namespace

bool isPictureList(const std::filesystem::path& path) {
    std::error_code ignored;
    const auto kind = std::filesystem::status(path, ignored).type();
    if (kind == std::filesystem::file_type::directory) return true;
    return kind == std::filesystem::file_type::regular && readPicturePack(path).has_value();
}

VideoInfo probePictures(const std::filesystem::path& path, const CancelToken& cancel) {
    if (const auto pack = readPicturePack(path)) {
        return infoOf(path, listOfPack(*pack, path), pack->fps, cancel);
    }
    static LastList last;
    const std::string id = path.string() + exactContentId(path, cancel);
    if (auto known = last.find(id)) return *std::move(known);
    VideoInfo info = infoOf(path, listOfFolder(path, cancel), 0, cancel);
    last.keep(id, info);
    return info;
}

std::string leftOutText(const std::vector<std::string>& names) {
    if (names.empty()) return {};
    std::string text = names.size() == 1 ? "1 picture was left out, it cannot be read: "
                                         : std::to_string(names.size()) +
                                               " pictures were left out, they cannot be read: ";
    for (std::size_t i = 0; i < std::min(names.size(), kMostNamed); ++i)
        text += (i == 0 ? "" : ", ") + names[i];
    return names.size() > kMostNamed ? text + ", ..." : text;
}

}  // namespace reelquery
