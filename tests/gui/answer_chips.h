#pragma once
// Where the time chips of an answer are on screen.

#include <QPoint>
#include <QTextBlock>
#include <optional>

#include "app/gui/conversation/answer_browser.h"

namespace reelquery {

/// The middle of the first chip, in the viewport; nothing without one.
inline std::optional<QPoint> firstChip(AnswerBrowser& text) {
    for (QTextBlock block = text.document()->begin(); block.isValid(); block = block.next()) {
        for (auto part = block.begin(); !part.atEnd(); ++part) {
            if (!part.fragment().charFormat().isAnchor()) continue;
            QTextCursor cursor(text.document());
            cursor.setPosition(part.fragment().position() + 1);
            return text.cursorRect(cursor).center();
        }
    }
    return {};
}

}  // namespace reelquery
