#pragma once
// Words looked for in what is said in the open film and in what was answered about it.

#include <QObject>
#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "app/gui/state/exchange.h"
#include "core/session/watch/video_lines.h"

namespace reelquery {

class ConversationStore;
class SessionLibrary;
class SettingsModel;
class VideoState;

/// An answer, by its place.
struct AnswerPlace {
    QString conversation;
    int exchange = 0;

    bool operator==(const AnswerPlace&) const = default;
};

/// A place of the film where the words occur; or an answer that names no time for them.
struct FilmHit {
    std::optional<double> timeS;
    QString text;                      ///< the line, or the answer's sentence with its question
    std::optional<AnswerPlace> place;  ///< an answer's; none for a line of the subtitles

    bool operator==(const FilmHit&) const = default;
};

/// Reads the lines of a source of subtitles on a worker thread; see videoLines.
using ReadLines = std::function<std::vector<VideoLine>(const std::filesystem::path& video,
                                                       const SubtitleSource&, const CancelToken&)>;

/// What is searched; all outlive it.
struct FilmSearchParts {
    ConversationStore& store;
    VideoState& video;
    SettingsModel& settings;
    SessionLibrary& library;
    ReadLines readLines;  ///< empty: only answers are searched
};

/// Nothing is asked of a model. Reads nothing before the first words. Confined to the GUI thread.
class FilmSearch : public QObject {
    Q_OBJECT

  public:
    explicit FilmSearch(FilmSearchParts parts, QObject* parent = nullptr);

    /// All words must occur in a hit, in any order and case. Empty: nothing is looked for. Ends
    /// with changed, again once more of the film was read.
    void find(const QString& words);

    /// In order of time; behind them the answers that have none.
    const std::vector<FilmHit>& hits() const { return hits_; }

    bool isReading() const { return reading_ > 0; }

    /// Whether there is anything said in the film that could be searched.
    bool hasLines() const { return !said_.empty(); }

    /// What was wrong with the subtitles, a sentence; empty where nothing was.
    const QString& problem() const { return problem_; }

  Q_SIGNALS:
    void changed();

  private:
    /// What is on screen was answered, or is another conversation.
    void takeShown();
    /// Another film, or other subtitles of it: what was read is let go.
    void reset();
    void read();
    void readLines();
    void readAnswers();
    void search();
    std::optional<SubtitleSource> source() const;

    FilmSearchParts parts_;
    QString words_;
    std::vector<FilmHit> said_, shownAnswers_, keptAnswers_;  ///< all that can be found
    std::vector<FilmHit> hits_;
    QString problem_;
    std::optional<SubtitleSource> read_;  ///< whose lines said_ are
    QByteArray hashRead_;                 ///< of the film that keptAnswers_ are about
    std::stop_source wish_;               ///< of what is being read
    int reading_ = 0;
    bool hasRead_ = false;
};

}  // namespace reelquery
