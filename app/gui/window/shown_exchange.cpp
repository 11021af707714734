#include "app/gui/window/shown_exchange.h"

#include "app/gui/compare/ledger_view.h"
#include "app/gui/conversation/answer_column.h"
#include "app/gui/conversation/conversation_view.h"
#include "app/gui/conversation/exchange_card.h"
#include "app/gui/state/conversation_store.h"
#include "app/gui/state/question_runner.h"
#include "app/gui/state/video_state.h"

namespace reelquery {

namespace {

/// What an answer's lane under the time line is called where there are two.
QString laneName(const Exchange& exchange, const AnswerRecord& answer) {
    if (!exchange.hasCloserLook()) return answerHeading(exchange, answer);
    const QString closer = ShownExchange::tr("Closer");
    if (!exchange.isComparison())
        return answer.isCloserLook() ? closer : ShownExchange::tr("First");
    const AnswerRecord& side = exchange.answers[std::size_t(answer.looksAt)];
    return answer.isCloserLook()
               ? ShownExchange::tr("%1, closer").arg(answerHeading(exchange, side))
               : answerHeading(exchange, answer);
}

}  // namespace

ShownExchange::ShownExchange(ExchangeParts parts, QObject* parent)
    : QObject(parent), parts_(parts) {
    const ConversationStore& store = parts_.store;
    connect(&parts_.view, &ConversationView::selected, this, [this](int exchange) {
        showFigures(exchange);
        showMarks(exchange);
    });
    connect(&parts_.runner, &QuestionRunner::started, this, &ShownExchange::showFigures);
    connect(&store, &ConversationStore::answerChanged, this, [this](int exchange, int answer) {
        const Exchange& changed = parts_.store.at(exchange);
        if (changed.answers[std::size_t(answer)].isOver()) showFigures(exchange);
    });
    connect(&parts_.runner, &QuestionRunner::finished, this, &ShownExchange::showMarks);
    connect(&store, &ConversationStore::shown, this, &ShownExchange::showLast);
    connect(&store, &ConversationStore::versionsChanged, this, [this](const QString& id) {
        if (parts_.store.isShown(id)) showLast();
    });
    connect(&parts_.video, &VideoState::opened, this, &ShownExchange::showLast);
}

void ShownExchange::showLast() {
    const int last = parts_.store.count() - 1;
    place_ = last;
    if (last >= 0) {
        showFigures(last);
        showMarks(last);
        return;
    }
    parts_.ledger.clear();
    parts_.video.setCited({});
    parts_.video.setSampledTimes({});
    parts_.video.setEvidence({});
}

void ShownExchange::showFigures(int exchange) {
    place_ = exchange;
    parts_.ledger.show(parts_.store.at(exchange));
}

void ShownExchange::showMarks(int exchange) {
    // The moments of one video must not stand under another.
    if (parts_.video.path() != parts_.store.conversation().videoPath) return;
    const Exchange& shown = parts_.store.at(exchange);
    parts_.video.setCited(parts_.view.card(exchange)->cited());
    parts_.video.setSampledTimes({});
    std::vector<EvidenceTrack> tracks;
    for (const AnswerRecord& answer : shown.answers) {
        if (!answer.report) continue;
        parts_.video.setSampledTimes(answer.report->frameTimesS);
        tracks.push_back({laneName(shown, answer), answer.report->evidence});
    }
    parts_.video.setEvidence(std::move(tracks));
}

}  // namespace reelquery
