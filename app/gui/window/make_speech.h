#pragma once
// Subtitles from speech, and the commands that have to do with subtitles, put into the window.

#include "app/gui/state/speech_maker.h"

class QWidget;

namespace reelquery {

class ModelScanner;
class MpvPlayer;
class NoticeBar;
class SettingsModel;
class VideoState;
class WindowActions;

/// The things that hearing works on; all outlive the dialog.
struct SpeechRoomParts {
    SpeechMaker& maker;
    VideoState& video;
    MpvPlayer& player;
    ModelScanner& models;
    SettingsModel& settings;
    NoticeBar& notices;
};

/// Makes the dialog, hidden, which belongs to `window`, and connects the commands that open it and
/// that let the model read subtitles. Thread: GUI.
QWidget* makeSpeech(const SpeechRoomParts& parts, const WindowActions& actions, QWidget& window);

}  // namespace reelquery
