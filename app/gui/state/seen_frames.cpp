#include "app/gui/state/seen_frames.h"

#include <algorithm>
#include <cmath>

#include "app/gui/look/format.h"

namespace reelquery {

namespace {

constexpr int kThumbnailWidth = 192;              // twice the widest thumbnail on screen
constexpr std::int64_t kFullBytes = 256LL << 20;  // about 600 frames of 480 x 270

/// Shares the pixels with the event: they never change.
QImage imageOf(const FrameSeen& frame) {
    using Pixels = std::shared_ptr<const std::vector<std::uint8_t>>;
    if (!frame.rgb || frame.rgb->size() < std::size_t(frame.width) * std::size_t(frame.height) * 3)
        return {};
    auto keeper = std::make_unique<Pixels>(frame.rgb);
    return QImage(
        frame.rgb->data(), frame.width, frame.height, qsizetype(frame.width) * 3,
        QImage::Format_RGB888,
        [](void* held) { std::unique_ptr<Pixels>(static_cast<Pixels*>(held)); }, keeper.release());
}

}  // namespace

int SeenFrames::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(frames_.size());
}

QVariant SeenFrames::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= int(frames_.size())) return {};
    const Frame& frame = frames_[std::size_t(index.row())];
    switch (role) {
        case kThumbnailRole:
            return frame.thumbnail;
        case kTimeRole:
            return frame.timeS;
        case Qt::DisplayRole:
            return clockText(frame.timeS);
        case Qt::AccessibleTextRole:
            return tr("Frame %1 of %2 at %3")
                .arg(index.row() + 1)
                .arg(frames_.size())
                .arg(clockText(frame.timeS));
        default:
            return {};
    }
}

void SeenFrames::add(const FrameSeen& event) {
    const auto at =
        std::lower_bound(frames_.begin(), frames_.end(), event.index,
                         [](const Frame& frame, int index) { return frame.index < index; });
    const bool isKnown = at != frames_.end() && at->index == event.index;
    if (event.request != request_) {
        const bool isSame =
            isKnown && at->timeS == event.timeS &&
            (at->full.isNull() || at->full.size() == QSize(event.width, event.height));
        if (!isSame) {
            dropFrom(int(at - frames_.begin()));
            request_ = event.request;
            add(event);
            return;
        }
    }
    if (isKnown) return;
    Frame frame{event.index, event.timeS, {}, imageOf(event)};
    if (frame.full.isNull()) return;
    frame.thumbnail =
        frame.full.scaledToWidth(std::min(kThumbnailWidth, event.width), Qt::SmoothTransformation);
    if (fullBytes_ + frame.full.sizeInBytes() > kFullBytes) {
        frame.full = {};
    } else {
        fullBytes_ += frame.full.sizeInBytes();
    }
    const int row = int(at - frames_.begin());
    beginInsertRows({}, row, row);
    frames_.insert(at, std::move(frame));
    endInsertRows();
}

void SeenFrames::keepOnly(const std::vector<double>& timesS) {
    const auto isWanted = [&timesS](const Frame& frame) {
        return std::any_of(timesS.begin(), timesS.end(),
                           [&](double time) { return std::abs(time - frame.timeS) < 1e-3; });
    };
    if (std::all_of(frames_.begin(), frames_.end(), isWanted)) return;
    beginResetModel();
    std::erase_if(frames_, [&](const Frame& frame) { return !isWanted(frame); });
    endResetModel();
}

void SeenFrames::clear() {
    dropFrom(0);
    request_ = 0;
}

void SeenFrames::takeFrom(const SeenFrames& other) {
    beginResetModel();
    frames_ = other.frames_;
    request_ = other.request_;
    fullBytes_ = other.fullBytes_;
    endResetModel();
}

void SeenFrames::dropFrom(int row) {
    beginResetModel();
    frames_.erase(frames_.begin() + row, frames_.end());
    fullBytes_ = 0;
    for (const Frame& frame : frames_) fullBytes_ += frame.full.sizeInBytes();
    endResetModel();
}

std::vector<double> SeenFrames::timesS() const {
    std::vector<double> times;
    for (const Frame& frame : frames_) times.push_back(frame.timeS);
    return times;
}

int SeenFrames::nearest(double timeS) const {
    if (frames_.empty()) return -1;
    const auto after =
        std::lower_bound(frames_.begin(), frames_.end(), timeS,
                         [](const Frame& frame, double time) { return frame.timeS < time; });
    if (after == frames_.begin()) return 0;
    if (after == frames_.end()) return int(frames_.size()) - 1;
    const auto before = after - 1;
    return int((timeS - before->timeS <= after->timeS - timeS ? before : after) - frames_.begin());
}

int SeenFrames::at(double timeS) const {
    constexpr double kSameFrameS = 0.5;  // a frame of another question
    const int row = nearest(timeS);
    return row >= 0 && std::abs(frames_[std::size_t(row)].timeS - timeS) <= kSameFrameS ? row : -1;
}

QImage SeenFrames::picture(int row) const {
    const Frame& frame = frames_[std::size_t(row)];
    return frame.full.isNull() ? frame.thumbnail : frame.full;
}

}  // namespace reelquery
