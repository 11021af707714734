#pragma once
// The lines around the question box that say what there is to know before asking. Each shows itself
// where there is something to say. Confined to the GUI thread.

#include <QWidget>
#include <optional>

class QLabel;

namespace reelquery {

class ToldLabel;

/// What the demo model knows, and how to get another.
class LimitsLine : public QWidget {
    Q_OBJECT

  public:
    explicit LimitsLine(QWidget* parent = nullptr);

  Q_SIGNALS:
    void modelsRequested();
};

/// Which question is being edited, and what becomes of those after it.
class EditBanner : public QWidget {
    Q_OBJECT

  public:
    explicit EditBanner(QWidget* parent = nullptr);

    /// exchange: its place among `count`; less than 0: none is.
    void present(int exchange, int count);

  Q_SIGNALS:
    void cancelled();

  private:
    ToldLabel* text_;
};

/// Which part of the video the question is about.
class RangeLine : public QWidget {
    Q_OBJECT

  public:
    explicit RangeLine(QWidget* parent = nullptr);

    /// Both empty: all of it. In seconds.
    void present(std::optional<double> fromS, std::optional<double> toS, double durationS);

  Q_SIGNALS:
    void cleared();

  private:
    QLabel* text_;
};

}  // namespace reelquery
