// What a person hears who sees nothing: labels by their texts, and lines that change by themselves.

#include <QAccessible>
#include <QAction>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QTest>
#include <QTextDocumentFragment>

#include "app/gui/compare/comparison_rows.h"
#include "app/gui/conversation/question_box.h"
#include "app/gui/desktop/announcer.h"
#include "app/gui/desktop/desktop_conduct.h"
#include "app/gui/window/window_actions.h"
#include "tests/gui/clip_test.h"
#include "tests/gui/patience.h"
#include "tests/gui/window_fixture.h"
#include "tests/gui/window_test_main.h"

namespace reelquery {

namespace {

void trigger(WindowFixture& fixture, ActionId id) {
    fixture.window().findChild<WindowActions*>()->at(id)->trigger();
}

/// All that a window says, in its order.
class Ear {
  public:
    explicit Ear(WindowFixture& fixture) {
        fixture.window().conduct().announcer().setVoice(
            [this](const QString& text, Politeness) { said_ += text + QLatin1Char('\n'); });
    }

    bool hasHeard(const QString& text) const { return said_.contains(text); }

    int times(const QString& text) const { return int(said_.count(text)); }

    void forget() { said_.clear(); }

  private:
    QString said_;
};

QString plain(const QLabel& label) {
    const bool isRich = label.textFormat() == Qt::RichText ||
                        (label.textFormat() == Qt::AutoText && Qt::mightBeRichText(label.text()));
    const QString text =
        isRich ? QTextDocumentFragment::fromHtml(label.text()).toPlainText() : label.text();
    return QString(text).remove(QLatin1Char('&'));
}

}  // namespace

class HeardTest : public ClipTest {
    Q_OBJECT

  private Q_SLOTS:

    void noNameHidesTheTextOfALabel() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("What is shown?"));
        fixture.finish();
        fixture.ask(QStringLiteral("And then?"));  // the line of progress is there
        trigger(fixture, ActionId::kSettings);
        trigger(fixture, ActionId::kVideoInfo);
        auto* pages = fixture.child<QListWidget>("settingsPages");
        int labels = 0;
        for (int page = 0; page < pages->count(); ++page) {
            pages->setCurrentRow(page);
            for (const QWidget* top : QApplication::topLevelWidgets()) {
                for (auto* label : top->findChildren<QLabel*>()) {
                    if (!label->isVisible() || label->text().isEmpty()) continue;
                    ++labels;
                    const QString heard = QAccessible::queryAccessibleInterface(label)
                                              ->text(QAccessible::Name)
                                              .remove(QLatin1Char('&'));
                    QVERIFY2(
                        heard.contains(plain(*label)),
                        qPrintable(
                            QStringLiteral("“%1” is heard as “%2”").arg(plain(*label), heard)));
                }
            }
        }
        QVERIFY(labels > 40);
        fixture.finish();
    }

    void whatASearchFindsIsSaid() {
        FakeScript script;
        script.hasSubtitles = true;
        script.lines = {{10, 12, "The door code is 4711."}, {20, 22, "Nobody opens the door."}};
        WindowFixture fixture(script);
        Ear ear(fixture);
        fixture.openVideo(clip_);
        EVENTUALLY(fixture.window().player().isLoaded());
        trigger(fixture, ActionId::kFind);
        auto* words = fixture.child<QLineEdit>("findWords");
        QTest::keyClicks(words, QStringLiteral("door"));
        EVENTUALLY(ear.hasHeard(QStringLiteral("2 places")));
        QCOMPARE(ear.times(QStringLiteral("2 places")), 1);  // not once for each letter
        trigger(fixture, ActionId::kFindNext);
        EVENTUALLY(ear.hasHeard(QStringLiteral("1 of 2, 0:10  The door code is 4711.")));
        trigger(fixture, ActionId::kFindNext);
        EVENTUALLY(ear.hasHeard(QStringLiteral("2 of 2, 0:20  Nobody opens the door.")));
        words->setText(QStringLiteral("hatch"));
        EVENTUALLY(ear.hasHeard(QStringLiteral("Nothing found")));
    }

    void aQuestionThatMustWaitIsSaid() {
        WindowFixture fixture;
        Ear ear(fixture);
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("What is shown?"));
        fixture.ask(QStringLiteral("And then?"));
        EVENTUALLY(ear.hasHeard(QStringLiteral("The answer before is still on its way")));
        fixture.finish();
    }

    void theVerdictOfAComparisonIsSaid() {
        WindowFixture fixture;
        Ear ear(fixture);
        fixture.openVideo(clip_);
        fixture.child<QuestionBox>("questionBox")->setPlainText(QStringLiteral("What is shown?"));
        fixture.child<QPushButton>("compareButton")->click();
        fixture.finish();
        const Exchange& exchange = fixture.window().store().at(0);
        QVERIFY(exchange.comparison);
        EVENTUALLY(ear.hasHeard(comparisonVerdict(*exchange.comparison)));
    }

    void whatAPageOfTheSettingsFindsOutIsSaid() {
        WindowFixture fixture;
        Ear ear(fixture);
        trigger(fixture, ActionId::kDevices);
        fixture.child<QPushButton>("deviceTestButton")->click();
        EVENTUALLY(ear.hasHeard(QStringLiteral("Loading the model…")));
        for (int turn = 0; turn < 10; ++turn) {
            fixture.fake().finish();
            QTest::qWait(20);
        }
        const QString result = fixture.lastText("deviceTestResult");
        QVERIFY(result.contains(QStringLiteral("Works:")));
        EVENTUALLY(ear.hasHeard(result));
        QCOMPARE(ear.times(result), 1);
    }
};

}  // namespace reelquery

int main(int argc, char** argv) {
    return reelquery::runTest<reelquery::HeardTest>(argc, argv);
}

#include "heard_test.moc"
