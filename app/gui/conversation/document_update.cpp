#include "app/gui/conversation/document_update.h"

#include <QHash>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextDocument>
#include <QTextFrame>
#include <QTextList>
#include <algorithm>
#include <vector>

namespace reelquery {

namespace {

/// A piece of a block in one format.
struct Run {
    QString text;
    QTextCharFormat format;

    bool operator==(const Run&) const = default;
};

std::vector<Run> runsOf(const QTextBlock& block) {
    std::vector<Run> runs;
    for (auto part = block.begin(); !part.atEnd(); ++part)
        runs.push_back({part.fragment().text(), part.fragment().charFormat()});
    return runs;
}

/// A format without its place in the tables of its document, which differs between documents.
template <class Format>
Format detached(Format format) {
    format.clearProperty(QTextFormat::ObjectIndex);
    return format;
}

/// How many characters from the start are the same in text and format.
int equalLength(const std::vector<Run>& left, const std::vector<Run>& right) {
    qsizetype length = 0;
    for (std::size_t at = 0; at < std::min(left.size(), right.size()); ++at) {
        if (left[at].format != right[at].format) break;
        const QString &here = left[at].text, &there = right[at].text;
        const auto [end, other] =
            std::mismatch(here.begin(), here.end(), there.begin(), there.end());
        length += end - here.begin();
        if (end != here.end() || other != there.end()) break;
    }
    return int(length);
}

/// One pass over the blocks of both documents.
class Update {
  public:
    Update(QTextDocument& shown, const QTextDocument& fresh) : shown_(shown), fresh_(fresh) {}

    void run() {
        // One edit, so that the document is laid out once.
        QTextCursor edit(&shown_);
        edit.beginEditBlock();
        dropSurplus();
        for (QTextBlock from = fresh_.begin(); from.isValid(); from = from.next()) {
            QTextBlock to = shown_.findBlockByNumber(from.blockNumber());
            if (!to.isValid()) {
                QTextCursor end(&shown_);
                end.movePosition(QTextCursor::End);
                end.insertBlock();
                to = shown_.lastBlock();
            }
            updateText(to, from);
            updateFormat(to, from);
        }
        edit.endEditBlock();
    }

  private:
    void dropSurplus() {
        const QTextBlock surplus = shown_.findBlockByNumber(fresh_.blockCount());
        if (!surplus.isValid()) return;
        QTextCursor cursor(&shown_);
        cursor.setPosition(surplus.position() - 1);
        cursor.movePosition(QTextCursor::End, QTextCursor::KeepAnchor);
        cursor.removeSelectedText();
    }

    static void updateText(const QTextBlock& to, const QTextBlock& from) {
        const std::vector<Run> wanted = runsOf(from), present = runsOf(to);
        if (wanted == present) return;
        QTextCursor cursor(to);
        if (from.text() == to.text()) {
            for (const Run& run : wanted) {
                const int end = cursor.position() + int(run.text.size());
                cursor.setPosition(end, QTextCursor::KeepAnchor);
                cursor.setCharFormat(run.format);
                cursor.setPosition(end);
            }
            return;
        }
        int equal = equalLength(wanted, present);
        cursor.setPosition(to.position() + equal);
        cursor.setPosition(to.position() + to.length() - 1, QTextCursor::KeepAnchor);
        cursor.removeSelectedText();
        for (const Run& run : wanted) {
            const int skipped = std::min(equal, int(run.text.size()));
            equal -= skipped;
            cursor.insertText(run.text.mid(skipped), run.format);
        }
    }

    void updateFormat(const QTextBlock& to, const QTextBlock& from) {
        QTextCursor cursor(to);
        if (to.charFormat() != from.charFormat()) cursor.setBlockCharFormat(from.charFormat());
        const QTextBlockFormat format = detached(from.blockFormat());
        if (detached(to.blockFormat()) == format && isInItsList(to, from)) return;
        cursor.setBlockFormat(format);  // takes the block out of its list, too
        if (QTextList* list = from.textList()) putIntoList(cursor, list);
    }

    /// True where the block stands in the list, or in none, where it should. A list that is met for
    /// the first time is taken over if its format is the same.
    bool isInItsList(const QTextBlock& to, const QTextBlock& from) {
        QTextList *wanted = from.textList(), *present = to.textList();
        if (!wanted || !present) return wanted == present;
        if (detached(wanted->format()) != detached(present->format())) return false;
        if (!lists_.contains(wanted) && lists_.key(present) == nullptr)
            lists_.insert(wanted, present);
        return lists_.value(wanted) == present;
    }

    void putIntoList(QTextCursor& cursor, QTextList* wanted) {
        if (QTextList* known = lists_.value(wanted)) {
            known->add(cursor.block());
        } else {
            lists_.insert(wanted, cursor.createList(detached(wanted->format())));
        }
    }

    QTextDocument& shown_;
    const QTextDocument& fresh_;
    QHash<QTextList*, QTextList*> lists_;  ///< of the fresh document to those of the shown one
};

bool hasFrames(const QTextDocument& document) {
    return !document.rootFrame()->childFrames().isEmpty();
}

}  // namespace

bool updateDocument(QTextDocument& shown, const QTextDocument& fresh) {
    if (hasFrames(shown) || hasFrames(fresh)) return false;
    Update(shown, fresh).run();
    return true;
}

}  // namespace reelquery
