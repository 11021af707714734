#pragma once
// A row that breaks into as many lines as it needs.

#include <QLayout>
#include <memory>
#include <vector>

namespace reelquery {

/// Items at their own size, one behind the other; as narrow as the widest of them. Confined to the
/// GUI thread.
class FlowLayout : public QLayout {
    Q_OBJECT

  public:
    FlowLayout(QWidget* parent, int gap);
    ~FlowLayout() override;

    void addItem(QLayoutItem* item) override;
    int count() const override;
    QLayoutItem* itemAt(int index) const override;
    QLayoutItem* takeAt(int index) override;

    Qt::Orientations expandingDirections() const override { return {}; }

    bool hasHeightForWidth() const override { return true; }

    int heightForWidth(int width) const override;
    QSize minimumSize() const override;
    QSize sizeHint() const override;
    void setGeometry(const QRect& room) override;

  private:
    /// Lays the items out in this width; returns the height. move: whether to move them, too.
    int layOut(const QRect& room, bool move) const;

    const int gap_;
    std::vector<std::unique_ptr<QLayoutItem>> items_;
};

}  // namespace reelquery
