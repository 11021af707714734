#include "app/gui/export/moment_formats.h"

#include <QXmlStreamWriter>
#include <algorithm>
#include <cmath>
#include <limits>

#include "app/gui/look/format.h"

namespace reelquery {

namespace {

using Moments = std::vector<NamedMoment>;

qint64 wholeMs(double seconds) {
    return std::llround(seconds * 1000);
}

/// "01:02:03" and the milliseconds behind `mark`.
QString clockOf(double seconds, QChar mark) {
    const qint64 all = wholeMs(seconds);
    const auto part = [](qint64 number, int digits) {
        return QStringLiteral("%1").arg(number, digits, 10, QLatin1Char('0'));
    };
    return part(all / 3600000, 2) + QLatin1Char(':') + part(all / 60000 % 60, 2) +
           QLatin1Char(':') + part(all / 1000 % 60, 2) + mark + part(all % 1000, 3);
}

/// A name as it is, but on one line: editors find the film by it.
QString nameOnOneLine(const QString& name) {
    QString line = name;
    line.removeIf([](QChar letter) { return letter.category() == QChar::Other_Control; });
    return line;
}

/// A chapter for each time: what begins together has one name, and each lasts up to the next.
Moments chaptersOf(const Moments& moments, double durationS) {
    Moments chapters;
    for (const NamedMoment& moment : moments) {
        if (durationS > 0 && moment.fromS >= durationS) continue;
        const bool isTogether =
            !chapters.empty() && wholeMs(chapters.back().fromS) == wholeMs(moment.fromS);
        if (!isTogether) {
            chapters.push_back(moment);
        } else if (chapters.back().title != moment.title) {
            chapters.back().title += QStringLiteral(" · ") + moment.title;
        }
    }
    for (std::size_t at = 0; at < chapters.size(); ++at) {
        const double lastS = durationS > 0 ? durationS : chapters[at].fromS + 1;
        chapters[at].toS = at + 1 < chapters.size() ? chapters[at + 1].fromS : lastS;
    }
    return chapters;
}

QByteArray ffmetadata(const Moments& chapters) {
    QString text = QStringLiteral(";FFMETADATA1\n");
    for (const NamedMoment& chapter : chapters) {
        QString title;
        for (const QChar letter : chapter.title) {
            if (QStringLiteral("=;#\\").contains(letter)) title += QLatin1Char('\\');
            title += letter;
        }
        text += QStringLiteral("\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=%1\nEND=%2\ntitle=")
                    .arg(wholeMs(chapter.fromS))
                    .arg(wholeMs(chapter.toS)) +
                title + QLatin1Char('\n');
    }
    return text.toUtf8();
}

QByteArray matroskaXml(const Moments& chapters) {
    QByteArray bytes;
    QXmlStreamWriter xml(&bytes);
    xml.setAutoFormatting(true);
    xml.setAutoFormattingIndent(2);
    xml.writeStartDocument();
    xml.writeDTD(QStringLiteral("<!DOCTYPE Chapters SYSTEM \"matroskachapters.dtd\">"));
    xml.writeStartElement(QStringLiteral("Chapters"));
    xml.writeStartElement(QStringLiteral("EditionEntry"));
    for (const NamedMoment& chapter : chapters) {
        xml.writeStartElement(QStringLiteral("ChapterAtom"));
        const QString nanoseconds = QStringLiteral("000000");
        xml.writeTextElement(QStringLiteral("ChapterTimeStart"),
                             clockOf(chapter.fromS, QLatin1Char('.')) + nanoseconds);
        xml.writeTextElement(QStringLiteral("ChapterTimeEnd"),
                             clockOf(chapter.toS, QLatin1Char('.')) + nanoseconds);
        xml.writeStartElement(QStringLiteral("ChapterDisplay"));
        xml.writeTextElement(QStringLiteral("ChapterString"), chapter.title);
        xml.writeTextElement(QStringLiteral("ChapterLanguage"), QStringLiteral("und"));
        xml.writeEndElement();
        xml.writeEndElement();
    }
    xml.writeEndDocument();
    return bytes;
}

QByteArray ogmText(const Moments& chapters) {
    QString text;
    int number = 0;
    for (const NamedMoment& chapter : chapters) {
        const QString key = QStringLiteral("CHAPTER%1").arg(++number, 2, 10, QLatin1Char('0'));
        text += key + QLatin1Char('=') + clockOf(chapter.fromS, QLatin1Char('.')) +
                QLatin1Char('\n') + key + QStringLiteral("NAME=") + chapter.title +
                QLatin1Char('\n');
    }
    return text.toUtf8();
}

QByteArray webVtt(const Moments& moments) {
    QString text = QStringLiteral("WEBVTT\n");
    for (const NamedMoment& moment : moments) {
        text += QLatin1Char('\n') + clockOf(moment.fromS, QLatin1Char('.')) +
                QStringLiteral(" --> ") + clockOf(moment.toS, QLatin1Char('.')) +
                QLatin1Char('\n') +
                moment.title.toHtmlEscaped().replace(QLatin1String("&quot;"), QLatin1String("\"")) +
                QLatin1Char('\n');
    }
    return text.toUtf8();
}

QByteArray subRip(const Moments& moments) {
    QString text;
    int number = 0;
    for (const NamedMoment& moment : moments) {
        QString title = moment.title;
        // Players take pairs of angles for marks; SubRip has no way to say one.
        title.replace(QLatin1Char('<'), QStringLiteral("‹"))
            .replace(QLatin1Char('>'), QStringLiteral("›"));
        text += QString::number(++number) + QLatin1Char('\n') +
                clockOf(moment.fromS, QLatin1Char(',')) + QStringLiteral(" --> ") +
                clockOf(moment.toS, QLatin1Char(',')) + QLatin1Char('\n') + title +
                QStringLiteral("\n\n");
    }
    return text.toUtf8();
}

QByteArray cmx3600(const Moments& moments, const MomentFilm& film) {
    constexpr int kMostEvents = 999;  // numbers of three digits
    const double rate = countedRate(film.fps);
    QString text = QStringLiteral("TITLE: %1\nFCM: NON-DROP FRAME\n").arg(nameOnOneLine(film.name));
    const QString channels = film.hasAudio ? QStringLiteral("B    ") : QStringLiteral("V    ");
    qint64 recorded = 0;
    int number = 0;
    for (const NamedMoment& moment : moments) {
        if (++number > kMostEvents) break;
        const qint64 in = std::llround(moment.fromS * rate);
        const qint64 out = std::max(in + 1, qint64(std::llround(moment.toS * rate)));
        text += QStringLiteral("\n%1  AX       %2 C        %3 %4 %5 %6\n")
                    .arg(number, 3, 10, QLatin1Char('0'))
                    .arg(channels, timecode(in, rate), timecode(out, rate),
                         timecode(recorded, rate), timecode(recorded + out - in, rate)) +
                QStringLiteral("* FROM CLIP NAME: ") + nameOnOneLine(film.name) +
                QStringLiteral("\n* COMMENT: ") + moment.title + QLatin1Char('\n');
        recorded += out - in;
    }
    return text.toUtf8();
}

/// The film as a file in `folder` finds it, with the bytes of its name.
std::string placeFrom(const QString& folder, const MomentFilm& film) {
    const std::filesystem::path path = toPath(film.path), from = toPath(folder);
    const std::filesystem::path near = path.lexically_relative(from);
    const bool isBelow = !near.empty() && *near.begin() != "..";
    return (isBelow ? near : path).string();
}

/// The parts of a film that mpv plays as several; else the film, without an end.
std::vector<PlayedPart> partsOf(const MomentFilm& film, const QString& folder) {
    if (!film.parts.empty()) return film.parts;
    return {{placeFrom(folder, film), film.ownStartS, std::numeric_limits<double>::infinity()}};
}

QByteArray mpvEdl(const Moments& moments, const MomentFilm& film, const QString& folder) {
    const std::vector<PlayedPart> parts = partsOf(film, folder);
    QByteArray text = "# mpv EDL v0\n";
    for (const NamedMoment& moment : moments) {
        const QByteArray title = QByteArray::fromStdString(countedText(moment.title.toStdString()));
        double partS = 0;  // where the part begins in the film
        for (const PlayedPart& part : parts) {
            const double fromS = std::max(moment.fromS - partS, 0.0);
            const double lengthS = std::min(moment.toS - partS, part.lengthS) - fromS;
            partS += part.lengthS;
            if (lengthS <= 0) continue;
            text += QByteArray::fromStdString(countedText(part.place)) +
                    ",start=" + QByteArray::number(part.ownStartS + fromS, 'f', 3) +
                    ",length=" + QByteArray::number(lengthS, 'f', 3) + ",title=" + title + '\n';
        }
    }
    return text;
}

/// "file:///..." or, below the playlist's folder, what follows it.
QString locationFrom(const QString& folder, const MomentFilm& film) {
    const QByteArray place = QByteArray::fromStdString(placeFrom(folder, film));
    const QString encoded = QString::fromLatin1(place.toPercentEncoding("/"));
    return place.startsWith('/') ? QStringLiteral("file://") + encoded : encoded;
}

QByteArray xspf(const Moments& moments, const MomentFilm& film, const QString& folder) {
    const QString vlc = QStringLiteral("http://www.videolan.org/vlc/playlist/ns/0/");
    QByteArray bytes;
    QXmlStreamWriter xml(&bytes);
    xml.setAutoFormatting(true);
    xml.setAutoFormattingIndent(2);
    xml.writeStartDocument();
    xml.writeStartElement(QStringLiteral("playlist"));
    xml.writeDefaultNamespace(QStringLiteral("http://xspf.org/ns/0/"));
    xml.writeNamespace(vlc, QStringLiteral("vlc"));
    xml.writeAttribute(QStringLiteral("version"), QStringLiteral("1"));
    xml.writeTextElement(QStringLiteral("title"), oneLine(film.name));
    xml.writeStartElement(QStringLiteral("trackList"));
    for (const NamedMoment& moment : moments) {
        xml.writeStartElement(QStringLiteral("track"));
        xml.writeTextElement(QStringLiteral("location"), locationFrom(folder, film));
        xml.writeTextElement(QStringLiteral("title"), moment.title);
        xml.writeStartElement(QStringLiteral("extension"));
        xml.writeAttribute(QStringLiteral("application"),
                           QStringLiteral("http://www.videolan.org/vlc/playlist/0"));
        xml.writeTextElement(vlc, QStringLiteral("option"),
                             QStringLiteral("start-time=%1").arg(moment.fromS, 0, 'f', 3));
        xml.writeTextElement(vlc, QStringLiteral("option"),
                             QStringLiteral("stop-time=%1").arg(moment.toS, 0, 'f', 3));
        xml.writeEndElement();
        xml.writeEndElement();
    }
    xml.writeEndDocument();
    return bytes;
}

}  // namespace

QString suffixOf(MomentFormat format) {
    switch (format) {
        case MomentFormat::kFfmetadata:
            return QStringLiteral("ffmeta");
        case MomentFormat::kMatroskaXml:
            return QStringLiteral("xml");
        case MomentFormat::kOgmText:
            return QStringLiteral("txt");
        case MomentFormat::kWebVtt:
            return QStringLiteral("vtt");
        case MomentFormat::kSubRip:
            return QStringLiteral("srt");
        case MomentFormat::kCmx3600:
            return QStringLiteral("edl");
        case MomentFormat::kMpvEdl:
            return QStringLiteral("mpv.edl");
        case MomentFormat::kXspf:
        case MomentFormat::kCount:
            break;
    }
    return QStringLiteral("xspf");
}

bool namesPath(MomentFormat format) {
    return format == MomentFormat::kMpvEdl || format == MomentFormat::kXspf;
}

double countedRate(double fps) {
    constexpr double kNtsc = 1000.0 / 1001;
    if (!(fps > 0)) return 25;
    for (const double usual :
         {24 * kNtsc, 24.0, 25.0, 30 * kNtsc, 30.0, 48.0, 50.0, 60 * kNtsc, 60.0}) {
        // Nearer than the two rates of a pair are to each other.
        if (std::abs(fps / usual - 1) < 0.0005) return usual;
    }
    return std::clamp(std::round(fps), 1.0, 60.0);
}

QString timecode(qint64 frame, double rate) {
    const auto base = qint64(std::ceil(rate - 1e-6));
    const qint64 seconds = frame / base;
    const auto part = [](qint64 number) {
        return QStringLiteral("%1").arg(number, 2, 10, QLatin1Char('0'));
    };
    return QStringLiteral("%1:%2:%3:%4")
        .arg(part(seconds / 3600 % 24), part(seconds / 60 % 60), part(seconds % 60),
             part(frame % base));
}

QByteArray momentsAs(MomentFormat format, const std::vector<NamedMoment>& moments,
                     const MomentFilm& film, const QString& folder) {
    const Moments chapters = chaptersOf(moments, film.durationS);
    const Moments stretches = withEnds(moments, film.durationS);
    switch (format) {
        case MomentFormat::kFfmetadata:
            return ffmetadata(chapters);
        case MomentFormat::kMatroskaXml:
            return matroskaXml(chapters);
        case MomentFormat::kOgmText:
            return ogmText(chapters);
        case MomentFormat::kWebVtt:
            return webVtt(stretches);
        case MomentFormat::kSubRip:
            return subRip(stretches);
        case MomentFormat::kCmx3600:
            return cmx3600(stretches, film);
        case MomentFormat::kMpvEdl:
            return mpvEdl(stretches, film, folder);
        case MomentFormat::kXspf:
        case MomentFormat::kCount:
            break;
    }
    return xspf(stretches, film, folder);
}

}  // namespace reelquery
