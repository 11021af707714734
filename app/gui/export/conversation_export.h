#pragma once
// A conversation as Markdown, HTML or JSON.

#include <QByteArray>
#include <QImage>
#include <QString>
#include <functional>
#include <optional>

#include "app/gui/state/exchange.h"

namespace reelquery {

/// A cited moment with its picture.
struct Still {
    double timeS = 0;
    QImage picture;
};

/// Gives the picture of a time; null where there is none.
using PictureAt = std::function<QImage(double timeS)>;

/// One exchange as Markdown, without pictures: what "copy" copies.
QString exchangeToMarkdown(const Exchange& exchange);

/// The stills of an answer's moments and of the times it names and the model saw, each once.
std::vector<Still> stillsOf(const AnswerRecord& answer, const PictureAt& pictureAt);

/// A title without the letters that file names cannot have.
QString fileNameOf(QString title);

/// Writes a file whole or leaves what is there, also where the disk is full. Returns a line for the
/// user when it fails. Thread: any.
std::optional<QString> writeWhole(const QString& path, const QByteArray& bytes);

/// Writes the file its suffix names: .md with a folder of stills beside it, .html with the stills
/// inside, .json with everything that was measured and the stills. None of them says where on this
/// machine the video lies. Returns a line for the user when it fails. Thread: any; writes files.
std::optional<QString> exportConversation(const Conversation& conversation,
                                          const PictureAt& pictureAt, const QString& path);

}  // namespace reelquery
