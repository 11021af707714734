#pragma once
// The frames the model saw, as a list for the filmstrip and as pictures for stills.

#include <QAbstractListModel>
#include <QImage>
#include <vector>

#include "core/session/events.h"

namespace reelquery {

/// Sorted by frame index. Keeps a thumbnail of every frame and the full pixels of as many as fit
/// into a fixed memory. Confined to the GUI thread.
class SeenFrames : public QAbstractListModel {
    Q_OBJECT

  public:
    static constexpr int kThumbnailRole = Qt::DecorationRole;
    static constexpr int kTimeRole = Qt::UserRole;  ///< double, seconds

    using QAbstractListModel::QAbstractListModel;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

    /// Frames of a later request replace those of an earlier one where they differ; the same
    /// frames shown again leave the list alone.
    void add(const FrameSeen& frame);

    /// Drops frames that are not among these times.
    void keepOnly(const std::vector<double>& timesS);

    void clear();

    /// Holds what `other` holds; pictures are shared.
    void takeFrom(const SeenFrames& other);

    std::vector<double> timesS() const;

    /// The row of the frame nearest to a time; -1 when there are none.
    int nearest(double timeS) const;

    /// The row of the frame at a time, where one is in memory that is as good; else -1: never
    /// another moment's picture.
    int at(double timeS) const;

    double timeS(int row) const { return frames_[std::size_t(row)].timeS; }

    /// The frame as the model saw it, or its thumbnail where the pixels were let go.
    QImage picture(int row) const;

    QImage thumbnail(int row) const { return frames_[std::size_t(row)].thumbnail; }

  private:
    void dropFrom(int row);

    struct Frame {
        int index = 0;
        double timeS = 0;
        QImage thumbnail;
        QImage full;  ///< null where the pixels were let go
    };

    std::vector<Frame> frames_;
    RequestId request_ = 0;
    std::int64_t fullBytes_ = 0;
};

}  // namespace reelquery
