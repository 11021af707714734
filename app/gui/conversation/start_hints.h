#pragma once
// What the conversation shows before the first question: what is missing, or what could be asked.

#include <QStringList>
#include <QWidget>

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace reelquery {

/// Confined to the GUI thread.
class StartHints : public QWidget {
    Q_OBJECT

  public:
    explicit StartHints(QWidget* parent = nullptr);

    void show(bool hasModel, bool hasVideo);
    /// Offered once there is a video.
    void setQuestions(const QStringList& questions);

  Q_SIGNALS:
    void modelsRequested();
    void questionPicked(const QString& question);

  private:
    QLabel* title_;
    QLabel* text_;
    QPushButton* models_;
    QWidget* questions_;
    QVBoxLayout* questionColumn_;
};

}  // namespace reelquery
