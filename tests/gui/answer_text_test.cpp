// The text of an answer: what becomes a chip, and that growing word by word ends as at once.

#include <QTest>
#include <QTextBlock>
#include <QTextCursor>

#include "app/gui/conversation/answer_browser.h"
#include "tests/gui/window_test_main.h"

namespace reelquery {

namespace {

const std::vector<double> kTimesS{0, 5, 10};

/// Everything about a document that a person could see or copy.
QString contents(const AnswerBrowser& text) {
    return text.document()->toHtml() + text.document()->toMarkdown() +
           QString::number(text.document()->blockCount());
}

/// Shows a text as it comes from a model, a few letters at a time.
void grow(AnswerBrowser& text, const QString& markdown, int letters) {
    for (int length = letters; length < markdown.size(); length += letters)
        text.setAnswer(markdown.left(length), {});
    text.setAnswer(markdown, {});
}

}  // namespace

class AnswerTextTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:

    void timesWithoutAFrameAreStruckThrough() {
        AnswerBrowser text;
        text.setAnswer(QStringLiteral("At 0:05 and at 9:59."), kTimesS);
        QStringList struck;
        for (auto part = text.document()->begin().begin(); !part.atEnd(); ++part) {
            if (part.fragment().charFormat().fontStrikeOut()) struck.append(part.fragment().text());
        }
        QCOMPARE(struck, QStringList{QStringLiteral("9:59")});
        QCOMPARE(text.unknownTimes(), 1);
        QCOMPARE(text.cited().size(), 1U);
    }

    void timesOfDayBehindTheEndAreLeftAlone() {
        AnswerBrowser text;
        text.setAnswer(QStringLiteral("Um 0:05 Uhr steht auf der Uhr 14:30, um 14:31 Uhr nichts."),
                       kTimesS);
        QCOMPARE(text.unknownTimes(), 0);
        QCOMPARE(text.cited().size(), 1U);
    }

    void qwensSecondsBecomeChips() {
        AnswerBrowser text;
        text.setAnswer(QStringLiteral("<5.0 seconds> a card, at 10s another, for 3 seconds."),
                       kTimesS);
        QCOMPARE(text.cited().size(), 2U);
        QCOMPARE(text.unknownTimes(), 0);
        QVERIFY(text.toPlainText().contains(QLatin1String("<5.0 seconds>")));
    }

    void anAnswerCannotBringHtml() {
        AnswerBrowser text;
        text.setAnswer(
            QStringLiteral("<a href=\"file:///etc/passwd\">x</a> ![p](file:///etc/passwd)"), {});
        QVERIFY(text.toPlainText().contains(QLatin1String("<a href")));
    }

    void aGrownAnswerIsTheSameAsOneShownAtOnce_data() {
        QTest::addColumn<QString>("markdown");
        const auto row = [](const char* name, const char* markdown) {
            QTest::newRow(name) << QString::fromUtf8(markdown);
        };
        row("paragraphs", "At 0:05 a red card.\n\nAt 0:10 a blue one,\nand at 9:59 none.\n\nEnd.");
        row("marks", "A **bold** and *slanted* word, `code`, ~~gone~~, a [link](x) at **0:05**.");
        row("list", "Seen:\n\n* 0:05 red\n* 0:10 blue\n\nThat is all.");
        row("loose list", "Seen:\n\n* 0:05 red\n\n* 0:10 blue\n\n  still blue\n\n* none");
        row("nested lists", "- one\n  - two 0:05\n    1. three\n    2. four\n  - five\n- six");
        row("two lists", "1. one\n2. two\n\nBetween.\n\n1. three 0:05\n2. four\n\n- five\n- six");
        row("ten numbers", "1. a\n2. b\n3. c\n4. d\n5. e\n6. f\n7. g\n8. h\n9. i\n10. j at 0:10");
        row("tasks", "- [ ] open\n- [x] done at 0:05");
        row("headings", "# One\n\nText at 0:05\n\nTwo\n===\n\n### Three\nmore");
        row("code", "Before\n\n```cpp\nint a = 0:05;\n\n\nint b;\n```\n\nafter 0:05");
        row("quote", "> said at 0:05\n> twice\n\nnot said\n\n> again");
        row("rule", "above\n\n---\n\nbelow 0:05\n\n***");
        row("table", "Before 0:05\n\n| when | what |\n|---|---|\n| 0:05 | red |\n\nAfter 0:10");
        row("picture", "See ![p](file:///x.png) at 0:05\n\n![q](y)");
        row("other scripts",
            "Bei 0:05 \xc3\xa4\xc3\xb6\xc3\xbc\n\n\xe5\x9c\xa8 0:10 \xf0\x9f\x8e\xac.");
        row("html", "<b>no</b>\n\n<div>\n0:05\n</div>\n\nend");
    }

    void aGrownAnswerIsTheSameAsOneShownAtOnce() {
        QFETCH(QString, markdown);
        AnswerBrowser atOnce;
        atOnce.setAnswer(markdown, {});
        const QString plain = contents(atOnce);
        AnswerBrowser fresh;
        fresh.setAnswer(markdown, kTimesS);
        const QString withChips = contents(fresh);
        for (const int letters : {1, 2, 3, 7, 20}) {
            AnswerBrowser text;
            grow(text, markdown, letters);
            QCOMPARE(contents(text), plain);
            text.setAnswer(markdown, kTimesS);
            QCOMPARE(contents(text), withChips);
            QCOMPARE(text.cited(), fresh.cited());
            QCOMPARE(text.unknownTimes(), fresh.unknownTimes());
            QCOMPARE(text.height(), fresh.height());
        }
    }

    /// As the cards of a conversation do when another one is shown.
    void anyAnswerCanFollowAnyOther() {
        const QStringList answers{
            QStringLiteral("* 0:05 red\n* blue"),
            QStringLiteral("1. 0:05 red\n2. blue\n3. green"),
            QStringLiteral("| a | b |\n|---|---|\n| 0:05 | d |"),
            QStringLiteral("# Title\n\nText with `code` at 0:10"),
            QStringLiteral("one"),
            QString(),
        };
        AnswerBrowser text;
        for (const QString& before : answers) {
            for (const QString& after : answers) {
                text.setAnswer(before, kTimesS);
                text.setAnswer(after, kTimesS);
                AnswerBrowser fresh;
                fresh.setAnswer(after, kTimesS);
                QCOMPARE(contents(text), contents(fresh));
            }
        }
    }

    void differingWordsAreMarkedAndUnmarked() {
        AnswerBrowser text, plain;
        plain.setAnswer(QStringLiteral("At 0:05 a red card"), kTimesS);
        text.setAnswer(QStringLiteral("At 0:05 a red card"), kTimesS, {3});
        QTextCursor cursor(text.document());
        cursor.setPosition(11);
        QVERIFY(cursor.charFormat().fontUnderline());
        text.setAnswer(QStringLiteral("At 0:05 a red card"), kTimesS);
        QCOMPARE(contents(text), contents(plain));
    }

    /// What makes the cost of a word independent of the length of the answer before it.
    void aGrowingAnswerChangesOnlyItsEnd() {
        QString markdown;
        AnswerBrowser text;
        int firstTouched = -1;
        connect(text.document(), &QTextDocument::contentsChange, this,
                [&firstTouched](int from, int, int) { firstTouched = from; });
        for (int word = 0; word < 400; ++word) {
            const int lastButOne = text.document()->lastBlock().previous().position();
            firstTouched = -1;
            markdown += word % 20 == 19 ? QStringLiteral("\n\nAt %1:05 ").arg(word)
                                        : QStringLiteral("something ");
            text.setAnswer(markdown, {});
            QVERIFY2(firstTouched < 0 || firstTouched >= lastButOne, qPrintable(markdown));
        }
        QCOMPARE(text.document()->blockCount(), 21);
    }

    void aSelectionStaysWhileTheAnswerGrows() {
        AnswerBrowser text;
        text.setAnswer(QStringLiteral("At 0:05 a red card.\n\nThen"), {});
        QTextCursor cursor = text.textCursor();
        cursor.setPosition(10);
        cursor.setPosition(13, QTextCursor::KeepAnchor);
        text.setTextCursor(cursor);
        QCOMPARE(text.textCursor().selectedText(), QStringLiteral("red"));
        text.setAnswer(QStringLiteral("At 0:05 a red card.\n\nThen a blue one.\n\n* And"), {});
        text.setAnswer(QStringLiteral("At 0:05 a red card.\n\nThen a blue one.\n\n* And"), kTimesS);
        QCOMPARE(text.textCursor().selectedText(), QStringLiteral("red"));
    }
};

}  // namespace reelquery

int main(int argc, char** argv) {
    return reelquery::runTest<reelquery::AnswerTextTest>(argc, argv);
}

#include "answer_text_test.moc"
