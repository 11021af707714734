#include "app/gui/library/picture_keeper.h"

#include <QBuffer>
#include <algorithm>
#include <cmath>
#include <utility>

#include "app/gui/conversation/time_mentions.h"
#include "app/gui/look/in_pool.h"
#include "app/gui/state/conversation_store.h"
#include "app/gui/state/question_runner.h"
#include "app/gui/state/seen_frames.h"

namespace reelquery {

namespace {

constexpr int kWidth = 320, kQuality = 82;
constexpr std::size_t kMost = 16;  // of one answer

qint64 millisecondsOf(double timeS) {
    return std::llround(timeS * 1000);
}

QByteArray jpegOf(const QImage& picture) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    const QImage small = picture.width() > kWidth
                             ? picture.scaledToWidth(kWidth, Qt::SmoothTransformation)
                             : picture;
    small.save(&buffer, "JPEG", kQuality);
    return bytes;
}

}  // namespace

PictureKeeper::PictureKeeper(QuestionRunner& runner, ConversationStore& store, QObject* parent)
    : QObject(parent), store_(store) {
    pool_.setMaxThreadCount(1);
    connect(&runner, &QuestionRunner::answered, this,
            [this](const QString& id, int exchange, int which, const SeenFrames& frames) {
                const Conversation* conversation = store_.find(id);
                if (!conversation) return;
                const Exchange& asked = conversation->exchanges[std::size_t(exchange)];
                keep(id, asked.answers[std::size_t(which)], frames);
            });
    connect(&store_, &ConversationStore::becameCopy, this,
            [this](const QString& before, const QString& id) {
                std::replace(making_.begin(), making_.end(), before, id);
            });
}

bool PictureKeeper::isMaking(const QString& id) const {
    return std::find(making_.begin(), making_.end(), id) != making_.end();
}

void PictureKeeper::keep(const QString& id, const AnswerRecord& answer, const SeenFrames& frames) {
    const Pictures& known = store_.find(id)->pictures;
    std::vector<std::pair<qint64, QImage>> wanted;
    for (const double timeS : picturedTimes(answer)) {
        const int row = frames.at(timeS);
        if (row < 0 || known.count(millisecondsOf(timeS)) > 0) continue;
        wanted.emplace_back(millisecondsOf(timeS), frames.picture(row));
    }
    if (wanted.empty()) return;
    const auto entry = making_.insert(making_.end(), id);
    inPool(
        pool_, this,
        [wanted = std::move(wanted)] {
            Pictures pictures;
            for (const auto& [timeMs, picture] : wanted) pictures.emplace(timeMs, jpegOf(picture));
            return pictures;
        },
        [this, entry](const Pictures& pictures) {
            store_.addPictures(*entry, pictures);
            making_.erase(entry);
            Q_EMIT made();
        });
}

std::vector<double> picturedTimes(const AnswerRecord& answer) {
    std::vector<double> times;
    if (!answer.report) return times;
    const auto add = [&times](double timeS) {
        if (times.size() < kMost && std::find(times.begin(), times.end(), timeS) == times.end())
            times.push_back(timeS);
    };
    for (const Moment& moment : answer.report->evidence.moments) add(moment.peakS);
    for (const TimeMention& mention : findTimes(answer.text)) {
        if (const auto frameS = nearestSampled(mention, answer.report->frameTimesS)) add(*frameS);
    }
    return times;
}

QImage keptPicture(const Pictures& pictures, double timeS) {
    const auto kept = pictures.find(millisecondsOf(timeS));
    return kept == pictures.end() ? QImage() : QImage::fromData(kept->second, "JPEG");
}

}  // namespace reelquery
