#pragma once
// The conversation on screen. Views listen, the runner writes.

#include <QObject>

#include "app/gui/state/exchange.h"

namespace reelquery {

/// Owns the current conversation. Confined to the GUI thread.
class ConversationStore : public QObject {
    Q_OBJECT

  public:
    explicit ConversationStore(QObject* parent = nullptr);

    const Conversation& conversation() const { return conversation_; }

    int count() const { return int(conversation_.exchanges.size()); }

    const Exchange& at(int exchange) const {
        return conversation_.exchanges[std::size_t(exchange)];
    }

    /// Shows another conversation.
    void show(Conversation conversation);

    /// Starts an empty conversation about a video.
    void startNew(const QString& videoPath);

    void setTitle(const QString& title);
    void setVideo(const QString& path, const QByteArray& hash);
    void setSettings(const QJsonObject& settings);

    /// Returns the place of the new exchange.
    int append(Exchange exchange);

    /// Drops the exchanges from this place on.
    void truncate(int count);

    /// Adds a closer look, in place of one at the same answer. Returns its place in the exchange.
    int setCloserLook(int exchange, AnswerRecord answer);

    /// The figures of a comparison; told with the answers that come after.
    void setComparison(int exchange, const ComparisonReport& report);

    /// Changes one answer through a function, then tells the views.
    template <class Change>
    void change(int exchange, int answer, Change&& apply) {
        apply(conversation_.exchanges[std::size_t(exchange)].answers[std::size_t(answer)]);
        touch();
        Q_EMIT answerChanged(exchange, answer);
    }

  Q_SIGNALS:
    /// The conversation is about to be replaced.
    void aboutToShow();
    void shown();
    void appended(int exchange);
    void truncated(int count);
    void answerChanged(int exchange, int answer);
    void detailsChanged();

  private:
    void touch();

    Conversation conversation_;
};

}  // namespace reelquery
