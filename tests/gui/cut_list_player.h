#pragma once
// What mpv shows of a cut list.

#include <mpv/client.h>

#include <QImage>
#include <QString>
#include <clocale>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/gui/patience.h"

namespace reelquery {

/// mpv on a cut list that it has loaded, paused.
class CutListPlayer {
  public:
    explicit CutListPlayer(const QString& list) {
        std::setlocale(LC_NUMERIC, "C");
        player_.reset(mpv_create());
        for (const auto& [name, value] : {std::pair("vo", "null"),
                                          {"ao", "null"},
                                          {"pause", "yes"},
                                          {"hr-seek", "yes"},
                                          {"hr-seek-demuxer-offset", "3"}})
            mpv_set_option_string(player_.get(), name, value);
        isLoaded_ = mpv_initialize(player_.get()) >= 0 &&
                    command({"loadfile", list.toStdString().c_str(), nullptr});
    }

    QString text(const char* property) {
        char* words = mpv_get_property_string(player_.get(), property);
        const QString said = QString::fromUtf8(words ? words : "");
        mpv_free(words);
        return said;
    }

    /// The picture at that time of the list, by way of a file.
    QImage pictureAt(double seconds, const QString& still) {
        const std::string where = std::to_string(seconds), path = still.toStdString();
        if (!isLoaded_ || !comesTrue([&] {
                return command({"seek", where.c_str(), "absolute+exact", nullptr});
            }))
            return {};
        const bool isThere = comesTrue([&] {
            return text("seeking") == QLatin1String("no") &&
                   std::abs(text("time-pos").toDouble() - seconds) < 0.25;
        });
        if (!isThere || !command({"screenshot-to-file", path.c_str(), "video", nullptr})) return {};
        return QImage(still);
    }

  private:
    bool command(std::vector<const char*> words) {
        return mpv_command(player_.get(), words.data()) >= 0;
    }

    std::unique_ptr<mpv_handle, void (*)(mpv_handle*)> player_{nullptr, mpv_terminate_destroy};
    bool isLoaded_ = false;
};

/// How far the sun of the clip has crossed the sky, from 0 to 1; -1 where there is none.
inline double sunAt(const QImage& picture) {
    double sum = 0;
    int count = 0;
    for (int y = 0; y < picture.height(); ++y) {
        for (int x = 0; x < picture.width(); ++x) {
            const QColor colour = picture.pixelColor(x, y);
            if (colour.red() < 235 || colour.green() < 195 || colour.blue() > 140) continue;
            sum += x;
            ++count;
        }
    }
    return count > 0 ? (sum / count - 64) / 512 : -1;
}

}  // namespace reelquery
