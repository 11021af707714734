#pragma once
// The devices of this computer, the one that is used, and a self-test.

#include <QWidget>
#include <functional>
#include <vector>

#include "app/gui/window_setup.h"

class QComboBox;
class QPushButton;
class QVBoxLayout;

namespace reelquery {

class EngineBridge;
class GpuHalfCard;
class SelfTest;
class SettingsModel;
class ToldLabel;

/// Confined to the GUI thread.
class DevicePage : public QWidget {
    Q_OBJECT

  public:
    DevicePage(EngineBridge& bridge, SettingsModel& settings,
               std::function<std::vector<FoundDevice>()> findDevices, const GpuHalf& gpuHalf = {},
               QWidget* parent = nullptr);

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    void find();
    void fill();
    /// The place of the device that the settings lead to; -1 when there is none.
    int inUse() const;
    void showTestButton();

    SettingsModel& settings_;
    std::function<std::vector<FoundDevice>()> findDevices_;
    QVBoxLayout* devices_;
    QComboBox* device_;
    QComboBox* dtype_;
    QComboBox* weights_;
    QComboBox* kv_;
    GpuHalfCard* gpuHalf_;
    SelfTest* selfTest_;
    QPushButton* test_;
    ToldLabel* result_;
    std::vector<FoundDevice> found_;
    bool isFound_ = false;
};

}  // namespace reelquery
