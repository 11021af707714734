#pragma once
// Subtitles from speech: which model and language, how far it is, and what was heard.

#include <QDialog>

#include "app/gui/state/speech_maker.h"

class QComboBox;
class QLabel;
class QListWidget;
class QProgressBar;
class QPushButton;

namespace reelquery {

class ModelScanner;
class NoticeBar;
class SettingsModel;
class ToldLabel;
class VideoState;

/// What the dialog works on; all outlive it.
struct SpeechParts {
    SpeechMaker& maker;
    VideoState& video;
    ModelScanner& models;
    SettingsModel& settings;
    NoticeBar& notices;
};

/// Not modal: the work goes on when it is closed. Confined to the GUI thread.
class SpeechDialog : public QDialog {
    Q_OBJECT

  public:
    explicit SpeechDialog(SpeechParts parts, QWidget* parent = nullptr);

  Q_SIGNALS:
    /// A line was picked.
    void seekRequested(double seconds);

  private:
    void makeChoices();
    void makeResult();
    void fillModels();
    void takeVideo();
    void showState();
    void showProgress(const SpeechProgress& progress);
    void showLines(const SpeechJob& job, const SpokenText& spoken);
    void toggle();
    void askForFile();
    /// stays: until another video is open or it is made again.
    void say(const QString& text, bool stays);

    SpeechParts parts_;
    SpokenText spoken_;   ///< what the list shows
    QString heardIn_;     ///< the video that it was said in
    bool stays_ = false;  ///< what is said below the button
    QLabel* film_;
    QComboBox* model_;
    QComboBox* language_;
    QPushButton* make_;
    QProgressBar* bar_;
    ToldLabel* state_;
    QListWidget* lines_;
    QPushButton* export_;
};

/// What a doubtful line ends with, here as in the files.
inline constexpr const char* kDoubtMark = " (?)";

}  // namespace reelquery
