#pragma once
// An answer as a document: Markdown, with its times as links that seek.

#include <QSet>
#include <QTextBrowser>
#include <vector>

#include "app/gui/state/video_state.h"

namespace reelquery {

/// As high as its text. Times become chips once the frames are known; times without a frame near
/// them are struck through. Confined to the GUI thread.
class AnswerBrowser : public QTextBrowser {
    Q_OBJECT

  public:
    explicit AnswerBrowser(QWidget* parent = nullptr);

    /// markdown: the answer so far. timesS: the frames the model saw, ascending; empty while the
    /// answer is on its way. differing: places of words to mark (see differingWords).
    void setAnswer(const QString& markdown, const std::vector<double>& timesS,
                   const std::vector<int>& differing = {});

    /// The moments that became chips.
    const std::vector<CitedMoment>& cited() const { return cited_; }

    int unknownTimes() const { return unknownTimes_; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

    /// Nothing: an answer must not make the window read files.
    QVariant loadResource(int, const QUrl&) override { return {}; }

  Q_SIGNALS:
    void seekRequested(double seconds);

  protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;

  private:
    void render();
    void write(QTextDocument& document);
    void spaceBlocks(QTextDocument& document) const;
    void markTimes(QTextDocument& document);
    void markWords(QTextDocument& document) const;
    void fitHeight();

    QString markdown_;
    std::vector<double> timesS_;
    std::vector<int> differing_;
    std::vector<CitedMoment> cited_;
    int unknownTimes_ = 0;
};

}  // namespace reelquery
