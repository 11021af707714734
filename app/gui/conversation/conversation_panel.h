#pragma once
// The right half of the window: the conversation, the progress of a question, the question box.

#include <QTimer>
#include <QWidget>
#include <optional>

#include "app/gui/state/ask_settings.h"
#include "app/gui/state/drafts.h"
#include "core/session/events.h"

class QCheckBox;
class QComboBox;
class QHBoxLayout;
class QPushButton;
class QScrollArea;
class QStackedWidget;

namespace reelquery {

class BudgetCombo;
class ConversationStore;
class ConversationView;
class EditBanner;
class LimitsLine;
class PlanLine;
class PlanWatcher;
class ProgressStrip;
class QuestionBox;
class QuestionRunner;
class RangeLine;
class SettingsModel;
class StartHints;
class VideoState;

/// Wires box, runner and view. Confined to the GUI thread.
class ConversationPanel : public QWidget {
    Q_OBJECT

  public:
    ConversationPanel(ConversationStore& store, QuestionRunner& runner, SettingsModel& settings,
                      VideoState& video, PlanWatcher& plans, QWidget* parent = nullptr);

    ConversationView& view() { return *view_; }

    QuestionBox& box() { return *box_; }

    void setSuggestions(const QStringList& questions);

    /// Says above the box that the demo model answers, and how to get another.
    void showLimits(bool isShown);

    bool isEditing() const { return editing_ >= 0; }

    /// Keeps what is in the box, as it otherwise does a moment after it changed.
    void keepDraft();

  public Q_SLOTS:
    void ask();
    void compare();
    /// Puts a question into the box to be asked anew; see stopEditing.
    void editExchange(int exchange);
    /// Leaves editing as if it had not begun: the box has what was in it before.
    void stopEditing();
    /// Shows another version of what was asked from this exchange on; a question that runs is
    /// stopped first.
    void showVersion(int exchange, int which);

  Q_SIGNALS:
    void modelsRequested();
    void openRequested(const QString& path);
    /// An exchange was asked anew; `before` is the version that was shown until then.
    void editedAnew(int exchange, int before);

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    /// A version to be shown once the question that runs in its conversation is stopped.
    struct WantedVersion {
        QString conversation;
        int exchange = 0, which = 0;
    };

    QWidget* makeBox();
    /// Drops words from the row below the question where they do not fit.
    void fitRow();
    void connectRunner();
    void connectPlans();
    bool hasVideo() const;
    bool hasModel() const;
    /// What depends on the words in the box.
    void updateButtons();
    /// All that depends on anything else, and so what a question would cost.
    void updateState();
    void updateSubtitles();
    /// Changes the settings to a way in which the question fits.
    void takeChoice(const PlanChoice& choice);
    void takeBudget(BudgetPreset preset);
    void take(bool isComparison);
    void showEditing();
    void showDraft();

    ConversationStore& store_;
    QuestionRunner& runner_;
    SettingsModel& settings_;
    VideoState& video_;
    PlanWatcher& plans_;
    QStackedWidget* pages_;
    ConversationView* view_;
    QScrollArea* hintsArea_;
    StartHints* hints_;
    ProgressStrip* progress_;
    QuestionBox* box_;
    BudgetCombo* budget_;
    QHBoxLayout* row_;  ///< of choices and buttons below the question
    QComboBox* attention_;
    QPushButton* compareButton_;
    QPushButton* askButton_;
    PlanLine* plan_;
    LimitsLine* limits_;
    EditBanner* banner_;
    RangeLine* range_;
    QCheckBox* subtitles_;
    int editing_ = -1;       ///< the exchange whose question is being edited
    QString beforeEditing_;  ///< what was in the box then
    QString draftOf_;        ///< the conversation whose words are in the box
    Drafts drafts_;
    QTimer draftSoon_;
    std::optional<WantedVersion> wantedVersion_;
};

}  // namespace reelquery
