#pragma once
// A column that remembers how high it is.

#include <QVBoxLayout>
#include <utility>
#include <vector>

namespace reelquery {

/// A scroll area asks at two widths, with and without its bar, whenever anything in it changes, and
/// Qt's own layouts know the height of one. What is inside a column that has not changed is then
/// laid out twice each time: with a hundred cards, a stall.
class RememberingColumn : public QVBoxLayout {
  public:
    using QVBoxLayout::QVBoxLayout;

    int heightForWidth(int width) const override {
        return remembered(heights_, width, [&] { return QVBoxLayout::heightForWidth(width); });
    }

    int minimumHeightForWidth(int width) const override {
        return remembered(least_, width, [&] { return QVBoxLayout::minimumHeightForWidth(width); });
    }

    void invalidate() override {
        heights_.clear();
        least_.clear();
        QVBoxLayout::invalidate();
    }

  private:
    using Heights = std::vector<std::pair<int, int>>;  ///< by width

    template <class Work>
    static int remembered(Heights& known, int width, Work work) {
        constexpr std::size_t kMost = 4;
        for (const auto& [at, height] : known) {
            if (at == width) return height;
        }
        const int height = work();
        if (known.size() == kMost) known.erase(known.begin());
        known.emplace_back(width, height);
        return height;
    }

    mutable Heights heights_, least_;
};

}  // namespace reelquery
