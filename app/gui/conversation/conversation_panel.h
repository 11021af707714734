#pragma once
// The right half of the window: the conversation, the progress of a question, the question box.

#include <QWidget>

#include "core/session/events.h"

class QCheckBox;
class QComboBox;
class QHBoxLayout;
class QLabel;
class QPushButton;
class QScrollArea;
class QStackedWidget;

namespace reelquery {

class BudgetCombo;
class ConversationStore;
class ConversationView;
class PlanLine;
class PlanWatcher;
class ProgressStrip;
class QuestionBox;
class QuestionRunner;
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

  public Q_SLOTS:
    void ask();
    void compare();
    void editExchange(int exchange);

  Q_SIGNALS:
    void modelsRequested();
    void openRequested(const QString& path);

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    QWidget* makeBox();
    /// Drops words from the row below the question where they do not fit.
    void fitRow();
    void connectRunner();
    void connectPlans();
    void updateState();
    void updateSubtitles();
    /// Changes the settings to a way in which the question fits.
    void takeChoice(const PlanChoice& choice);
    void take(bool isComparison);

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
    QLabel* range_;
    QCheckBox* subtitles_;
    int editing_ = -1;  ///< the exchange whose question is being edited
};

}  // namespace reelquery
