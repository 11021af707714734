#pragma once
// All pages of the settings, in their order, put into one dialog.

class QMenuBar;
class QWidget;

namespace reelquery {

class AnsweringModel;
class DevicePage;
class DoorKeeper;
class EngineBridge;
class ModelsPage;
class ResumePlayback;
class ServerKeys;
class SessionKeeper;
class SessionLibrary;
class SettingsDialog;
class SettingsModel;
class WindowActions;
struct WindowSetup;

/// What the pages show and change; all outlive the dialog.
struct SettingsParts {
    const WindowSetup& setup;
    SettingsModel& settings;
    AnsweringModel& model;
    EngineBridge& bridge;
    ServerKeys& keys;
    SessionLibrary& library;
    SessionKeeper& keeper;
    DoorKeeper& door;
    WindowActions& actions;
    ResumePlayback& resume;
    QMenuBar& menuBar;  ///< carries the sign that other programs may ask
};

/// The dialog belongs to `parent`, which is also where it opens, and its pages to it.
struct MadeSettings {
    SettingsDialog* dialog = nullptr;
    ModelsPage* models = nullptr;
};

/// Makes the dialog and connects the commands that open it. Thread: GUI.
MadeSettings makeSettings(const SettingsParts& parts, QWidget* parent);

}  // namespace reelquery
