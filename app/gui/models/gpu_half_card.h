#pragma once
// Offers what a card needs beside the program, where it is missing.

#include <QFrame>

#include "app/gui/models/gpu_half.h"
#include "app/gui/models/model_fetcher.h"

class QProgressBar;
class QPushButton;

namespace reelquery {

class ToldLabel;

/// Not there unless a card is here whose libraries are missing. Asks the network only after its
/// button was pressed. Confined to the GUI thread.
class GpuHalfCard : public QFrame {
    Q_OBJECT

  public:
    explicit GpuHalfCard(const GpuHalf& half, QWidget* parent = nullptr);

    /// Looks for such a card, once. Called when the page is shown.
    void look();

  private:
    void offer(const FetchOffer& offer);
    void say(const QString& text, bool isBusy);

    const GpuHalf half_;
    ModelFetcher fetcher_;
    FetchOffer offer_;
    bool hasLooked_ = false;
    ToldLabel* text_;
    QProgressBar* bar_;
    QPushButton* go_;
    QPushButton* stop_;
};

}  // namespace reelquery
