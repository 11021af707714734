#pragma once
// How to get a model: a list to choose from, what the hub says of one, and its way here.

#include <QFrame>

#include "app/gui/models/model_fetcher.h"

class QGridLayout;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;

namespace reelquery {

class ToldLabel;

/// Asks the network only after a button was pressed. Confined to the GUI thread.
class DownloadsCard : public QFrame {
    Q_OBJECT

  public:
    explicit DownloadsCard(ModelHub hub, QWidget* parent = nullptr);

  Q_SIGNALS:
    /// A model came; the search has to run again.
    void fetched();

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    void makeList(QGridLayout* grid);
    void makeOther(QBoxLayout* column);
    void makeState(QBoxLayout* column);
    void findNeeds();
    void ask(const QString& wish);
    void showOffer(const FetchOffer& offer);
    void showProgress(qint64 doneBytes, qint64 totalBytes);
    /// Whether something is under way, and what is said below the list.
    void show(bool isBusy, const QString& text);

    ModelFetcher fetcher_;
    FetchOffer offer_;  ///< the last
    bool askedNeeds_ = false;
    std::vector<QPushButton*> starts_;  ///< those that ask the hub
    std::vector<QLabel*> facts_;        ///< of each known model
    QLineEdit* other_ = nullptr;
    ToldLabel* state_ = nullptr;
    QProgressBar* bar_ = nullptr;
    QPushButton* go_ = nullptr;
    QPushButton* stop_ = nullptr;
};

}  // namespace reelquery
