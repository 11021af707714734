#include "app/gui/find/film_search.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <limits>
#include <utility>

#include "app/gui/export/named_moments.h"
#include "app/gui/library/session_library.h"
#include "app/gui/look/format.h"
#include "app/gui/look/in_pool.h"
#include "app/gui/state/conversation_store.h"
#include "app/gui/state/settings_model.h"
#include "app/gui/state/video_state.h"
#include "core/base/error.h"

namespace reelquery {

namespace {

/// What the answers of a conversation can be found by: their moments, with their questions.
std::vector<FilmHit> answersOf(const Conversation& conversation) {
    std::vector<FilmHit> hits;
    AnswerPlace place{conversation.id, 0};
    for (const Exchange& exchange : conversation.exchanges) {
        const QString question = oneLine(exchange.question);
        for (const NamedMoment& moment : namedMoments(exchange)) {
            const bool isWhole = moment.title.contains(question);
            hits.push_back(
                {moment.fromS,
                 isWhole ? moment.title : moment.title + QStringLiteral(" · ") + question, place});
        }
        for (const AnswerRecord& answer : exchange.answers) {
            QString text = answer.text.simplified();
            text.remove(QLatin1String("**"));  // what is bold is read like the rest
            if (!text.isEmpty())
                hits.push_back({{}, text + QStringLiteral(" · ") + question, place});
        }
        ++place.exchange;
    }
    return hits;
}

std::vector<FilmHit> hitsOf(const std::vector<VideoLine>& lines) {
    std::vector<FilmHit> hits;
    for (const VideoLine& line : lines)
        hits.push_back({line.fromS, toQString(line.text).simplified(), {}});
    return hits;
}

/// What is to be read of a long answer: from a little before the word.
QString around(const QString& text, const QString& word) {
    constexpr qsizetype kBefore = 24;
    const qsizetype at = text.indexOf(word, 0, Qt::CaseInsensitive);
    if (at <= kBefore) return text;
    const qsizetype space = text.indexOf(QLatin1Char(' '), at - kBefore);
    return QStringLiteral("…") + text.mid(space >= 0 && space < at ? space + 1 : at);
}

/// In order of time, each once, and an answer itself only where none of its moments is there.
void putInOrder(std::vector<FilmHit>& hits) {
    const auto timeOf = [](const FilmHit& hit) {
        return hit.timeS.value_or(std::numeric_limits<double>::infinity());
    };
    std::stable_sort(hits.begin(), hits.end(),
                     [&](const FilmHit& a, const FilmHit& b) { return timeOf(a) < timeOf(b); });
    std::vector<FilmHit> kept;
    for (FilmHit& hit : hits) {
        const auto isThere = [&](const FilmHit& other) {
            return hit.timeS ? other.timeS == hit.timeS && other.text == hit.text
                             : other.place == hit.place;
        };
        if (std::none_of(kept.begin(), kept.end(), isThere)) kept.push_back(std::move(hit));
    }
    hits = std::move(kept);
}

}  // namespace

FilmSearch::FilmSearch(FilmSearchParts parts, QObject* parent)
    : QObject(parent), parts_(std::move(parts)) {
    connect(&parts_.video, &VideoState::opened, this, &FilmSearch::reset);
    connect(&parts_.video, &VideoState::closed, this, &FilmSearch::reset);
    connect(&parts_.video, &VideoState::subtitlesChanged, this, &FilmSearch::reset);
    connect(&parts_.store, &ConversationStore::answerChanged, this,
            [this](int exchange, int answer) {
                const Exchange& changed = parts_.store.at(exchange);
                if (changed.answers[std::size_t(answer)].isOver()) takeShown();
            });
    // What was on screen is one of the kept ones now.
    connect(&parts_.store, &ConversationStore::shown, this, &FilmSearch::reset);
    // A new conversation hears of its film when it is shown already.
    connect(&parts_.store, &ConversationStore::detailsChanged, this, [this] {
        if (hasRead_ && hashRead_ != parts_.store.conversation().videoHash) readAnswers();
    });
    connect(&parts_.settings, &SettingsModel::askChanged, this, [this] {
        const auto wanted = source();
        const auto place = [](const auto& of) {
            return of ? std::pair(of->file, of->stream) : std::pair(std::filesystem::path(), -2);
        };
        if (hasRead_ && place(wanted) != place(read_)) reset();
    });
}

void FilmSearch::reset() {
    wish_.request_stop();
    wish_ = std::stop_source();
    said_.clear();
    keptAnswers_.clear();
    hashRead_.clear();
    problem_.clear();
    reading_ = 0;
    hasRead_ = false;
    find(words_);
}

void FilmSearch::takeShown() {
    const bool isFound = !words_.isEmpty();
    shownAnswers_.clear();
    if (!isFound) return;  // nobody looks for anything
    const Conversation& shown = parts_.store.conversation();
    if (shown.videoPath == parts_.video.path()) shownAnswers_ = answersOf(shown);
    search();
}

void FilmSearch::find(const QString& words) {
    // A letter and its mark may come as one sign or as two.
    words_ = words.simplified().normalized(QString::NormalizationForm_C);
    if (words_.isEmpty()) return search();
    if (!hasRead_) read();
    takeShown();
}

void FilmSearch::read() {
    if (parts_.video.path().isEmpty()) return;
    hasRead_ = true;
    readLines();
    readAnswers();
}

std::optional<SubtitleSource> FilmSearch::source() const {
    const auto& file = parts_.settings.ask().subtitles.file;
    if (!file.empty()) return SubtitleSource{file, -1, {}, false};
    const auto& summary = parts_.video.summary();
    if (!summary || summary->subtitles.empty()) return {};
    return summary->subtitles.front();
}

void FilmSearch::readLines() {
    const auto wanted = source();
    read_ = wanted;
    if (!wanted || !parts_.readLines) return;
    ++reading_;

    struct Read {
        std::vector<FilmHit> said;
        QString problem;
    };

    const CancelToken wish = wish_.get_token();
    inPool(
        filePool(), this,
        [wanted = *wanted, read = parts_.readLines, video = toPath(parts_.video.path()), wish] {
            Read done;
            try {
                done.said = hitsOf(read(video, wanted, wish));
            } catch (const Error& error) {
                done.problem = sentenceText(toQString(error.message()));
            } catch (const std::exception& error) {
                done.problem = sentenceText(QString::fromLocal8Bit(error.what()));
            }
            return done;
        },
        [this, wish](Read done) {
            if (wish.stop_requested()) return;
            --reading_;
            said_ = std::move(done.said);
            problem_ = done.problem;
            search();
        });
}

void FilmSearch::readAnswers() {
    const Conversation& shown = parts_.store.conversation();
    if (shown.videoHash.isEmpty() || shown.videoPath != parts_.video.path()) return;
    hashRead_ = shown.videoHash;
    ++reading_;
    const CancelToken wish = wish_.get_token();
    parts_.library.about(
        shown.videoHash, wish, [this, wish, own = shown.id](std::vector<Conversation> kept) {
            std::erase_if(kept, [&own](const Conversation& each) { return each.id == own; });
            inPool(
                filePool(), this,
                [kept = std::move(kept)] {
                    std::vector<FilmHit> hits;
                    for (const Conversation& each : kept) {
                        for (FilmHit& hit : answersOf(each)) hits.push_back(std::move(hit));
                    }
                    return hits;
                },
                [this, wish](std::vector<FilmHit> hits) {
                    if (wish.stop_requested()) return;
                    --reading_;
                    keptAnswers_ = std::move(hits);
                    search();
                });
        });
}

void FilmSearch::search() {
    hits_.clear();
    const QStringList words = words_.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    const auto holds = [&words](const QString& text) {
        return std::all_of(words.begin(), words.end(), [&text](const QString& word) {
            return text.normalized(QString::NormalizationForm_C)
                .contains(word, Qt::CaseInsensitive);
        });
    };
    if (!words.isEmpty()) {
        for (const auto* all : {&said_, &shownAnswers_, &keptAnswers_}) {
            std::copy_if(all->begin(), all->end(), std::back_inserter(hits_),
                         [&holds](const FilmHit& hit) { return holds(hit.text); });
        }
    }
    putInOrder(hits_);
    for (FilmHit& hit : hits_) {
        if (!hit.timeS) hit.text = around(hit.text, words.front());
    }
    Q_EMIT changed();
}

}  // namespace reelquery
