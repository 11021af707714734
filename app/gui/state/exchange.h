#pragma once
// One question with its answer or its two answers, and a conversation made of them.

#include <QByteArray>
#include <QDateTime>
#include <QJsonObject>
#include <QString>
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

    bool isOver() const { return status >= AnswerStatus::kDone; }
};

/// A question and what came of it: one answer, an answer and a closer look, or a dense and a sparse
/// answer to compare.
struct Exchange {
    QString question;
    std::vector<AnswerRecord> answers;
    /// Once both answers of a comparison are done. Its reports are those of the answers.
    std::optional<ComparisonReport> comparison;

    bool isComparison() const { return answers.size() == 2 && answers.back().within.empty(); }

    bool hasCloserLook() const { return answers.size() == 2 && !answers.back().within.empty(); }

    /// True for an answer that stands alone and has moments, until a closer look is finished.
    bool wantsCloserLook() const;

    /// The answer that later questions build on: the last that was finished. Null without one.
    const AnswerRecord* finished() const;
};

/// Everything that is kept of one conversation about one video.
struct Conversation {
    QString id;
    QString title;
    QString videoPath;
    QByteArray videoHash;  ///< see contentHash; empty while unknown
    QDateTime changed;
    QJsonObject settings;  ///< AskSettings of the last question
    std::vector<Exchange> exchanges;
};

QJsonObject toJson(const Exchange& exchange);

/// An answer that was running when it was written comes back as stopped.
Exchange exchangeFromJson(const QJsonObject& json);

}  // namespace reelquery
