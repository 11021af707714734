#pragma once
// One question with its answer or its two answers, and a conversation made of them.

#include <QByteArray>
#include <QDateTime>
#include <QJsonObject>
#include <QString>
#include <map>
#include <optional>
#include <vector>

#include "core/session/events.h"

namespace reelquery {

enum class AnswerStatus { kWaiting, kRunning, kDone, kStopped, kFailed };

/// An answer as far as it has come.
struct AnswerRecord {
    AnswerStatus status = AnswerStatus::kWaiting;
    AttentionKind attention = AttentionKind::kAuto;  ///< as asked for
    QString text;                                    ///< Markdown, as the model wrote it
    QString errorMessage, errorHint;
    std::optional<AnswerReport> report;  ///< once done
    std::vector<TimeRange> within;       ///< the moments a closer look was taken at; else empty
    int looksAt = 0;                     ///< of a closer look: which answer's moments these are

    bool isOver() const { return status >= AnswerStatus::kDone; }

    bool isCloserLook() const { return !within.empty(); }
};

/// A question and what came of it: one answer, or a dense and a sparse one to compare, and after
/// them at most one closer look at each.
struct Exchange {
    QString question;
    std::vector<AnswerRecord> answers;
    /// Once both answers of a comparison are done. Its reports are those of the answers.
    std::optional<ComparisonReport> comparison;

    bool isComparison() const { return answers.size() >= 2 && !answers[1].isCloserLook(); }

    bool hasCloserLook() const { return answers.back().isCloserLook(); }

    /// Where the closer look at this answer is; nothing when there is none.
    std::optional<int> closerLookAt(int answer) const;

    /// True for an answer that has moments and is no closer look itself, until one is finished.
    bool wantsCloserLook(int answer) const;

    /// The answer that later questions build on: the last that was finished. Null without one.
    const AnswerRecord* finished() const;
};

struct Fork;

/// What was asked from some place of a conversation on, in a version that is not on screen.
struct Tail {
    std::vector<Exchange> exchanges;
    std::vector<Fork> forks;  ///< of these exchanges, by place in the conversation
};

/// A place of a conversation from which on there is more than one version (see versions.h).
struct Fork {
    int at = 0;               ///< the first exchange that differs
    int shown = 0;            ///< the version that the conversation itself holds
    std::vector<Tail> tails;  ///< in the order they were asked; the shown one is empty
};

/// Small pictures of moments, as JPEG, by time in milliseconds.
using Pictures = std::map<qint64, QByteArray>;

/// Everything that is kept of one conversation about one video.
struct Conversation {
    QString id;
    QString title;
    QString videoPath;
    QByteArray videoHash;  ///< see contentId; empty while unknown
    QDateTime changed;
    QJsonObject settings;  ///< AskSettings of the last question
    std::vector<Exchange> exchanges;
    std::vector<Fork> forks;    ///< by place
    Pictures pictures;          ///< of the moments that answers rest on
    std::int64_t revision = 0;  ///< of the library's row this goes on from; 0: it has none yet
};

/// A window that was only opened, or a video that was only looked at, leaves no trace.
inline bool isWorthKeeping(const Conversation& conversation) {
    return !conversation.exchanges.empty() || !conversation.forks.empty() ||
           conversation.revision > 0;
}

QJsonObject toJson(const Exchange& exchange);

/// An answer that was running when it was written comes back as stopped.
Exchange exchangeFromJson(const QJsonObject& json);

}  // namespace reelquery
