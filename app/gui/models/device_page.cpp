#include "app/gui/models/device_page.h"

#include <QComboBox>
#include <QPushButton>
#include <QSignalBlocker>
#include <QThreadPool>
#include <QVBoxLayout>

#include "app/gui/desktop/told_label.h"
#include "app/gui/look/form_row.h"
#include "app/gui/look/format.h"
#include "app/gui/look/icon_label.h"
#include "app/gui/look/in_pool.h"
#include "app/gui/look/make.h"
#include "app/gui/look/palette_icon.h"
#include "app/gui/models/gpu_half_card.h"
#include "app/gui/models/self_test.h"
#include "app/gui/state/settings_model.h"

namespace reelquery {

DevicePage::DevicePage(EngineBridge& bridge, SettingsModel& settings,
                       std::function<std::vector<FoundDevice>()> findDevices,
                       const GpuHalf& gpuHalf, QWidget* parent)
    : QWidget(parent), settings_(settings), findDevices_(std::move(findDevices)) {
    auto* column = columnLayout(this, 10);
    column->setContentsMargins(20, 18, 20, 18);
    auto* title = make<QLabel>(tr("Devices"), this);
    title->setProperty("role", QStringLiteral("title"));
    column->addWidget(title);
    devices_ = make<QVBoxLayout>();
    devices_->setSpacing(8);
    column->addLayout(devices_);
    gpuHalf_ = make<GpuHalfCard>(gpuHalf, this);
    column->addWidget(gpuHalf_);
    auto* form = make<QFormLayout>();
    device_ = make<QComboBox>(this);
    device_->setObjectName(QStringLiteral("deviceCombo"));
    device_->addItem(tr("Automatic: a GPU where one is usable"), int(DeviceKind::kAuto));
    device_->addItem(tr("Processor"), int(DeviceKind::kCpu));
    device_->addItem(tr("NVIDIA GPU"), int(DeviceKind::kCuda));
    dtype_ = make<QComboBox>(this);
    dtype_->addItem(tr("Automatic: what the device is fast at"), int(DtypeChoice::kAuto));
    dtype_->addItem(tr("float32"), int(DtypeChoice::kFloat32));
    dtype_->addItem(tr("bfloat16"), int(DtypeChoice::kBfloat16));
    weights_ = make<QComboBox>(this);
    weights_->setObjectName(QStringLiteral("weightsCombo"));
    weights_->addItem(tr("As in the model's files"), int(WeightChoice::kStored));
    weights_->addItem(tr("8 bits: nearly as exact"), int(WeightChoice::kInt8));
    weights_->addItem(tr("FP8: for cards that multiply it"), int(WeightChoice::kFp8));
    weights_->addItem(tr("4 bits: smallest, less exact"), int(WeightChoice::kInt4));
    weights_->setToolTip(
        tr("Packed while the model is loaded; its files stay as they are. Packed "
           "files are taken as they are."));
    kv_ = make<QComboBox>(this);
    kv_->setObjectName(QStringLiteral("kvCombo"));
    kv_->addItem(tr("As the number type"), int(KvChoice::kRun));
    kv_->addItem(tr("8 bits: half the size, nearly as exact"), int(KvChoice::kInt8));
    kv_->setToolTip(tr("Keys and values, which grow with the tokens of the video"));
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(9);
    addFormRow(*form, tr("&Use"), device_);
    addFormRow(*form, tr("&Number type"), dtype_);
    addFormRow(*form, tr("&Weights"), weights_);
    addFormRow(*form, tr("&Memory of the video"), kv_);
    column->addLayout(form);
    auto* row = make<QHBoxLayout>();
    selfTest_ = make<SelfTest>(bridge, this);
    test_ = make<QPushButton>(this);
    test_->setObjectName(QStringLiteral("deviceTestButton"));
    row->addWidget(test_);
    row->addStretch(1);
    column->addLayout(row);
    result_ = make<ToldLabel>(this);
    result_->setObjectName(QStringLiteral("deviceTestResult"));
    result_->setWordWrap(true);
    column->addWidget(result_);
    column->addStretch(1);

    const auto show = [this] {
        const QSignalBlocker quietDevice(device_), quietDtype(dtype_), quietWeights(weights_),
            quietKv(kv_);
        device_->setCurrentIndex(device_->findData(int(settings_.ask().model.device)));
        dtype_->setCurrentIndex(dtype_->findData(int(settings_.ask().model.dtype)));
        weights_->setCurrentIndex(weights_->findData(int(settings_.ask().model.weights)));
        kv_->setCurrentIndex(kv_->findData(int(settings_.ask().model.kv)));
        showTestButton();
        if (!selfTest_->isRunning()) {
            result_->setText(settings_.ask().model.folder.empty()
                                 ? tr("Choose a model first; the test loads it.")
                                 : tr("The test loads the model and asks about a small drawn "
                                      "picture, dense and sparse."));
        }
        fill();
    };
    const auto take = [this] {
        AskSettings changed = settings_.ask();
        changed.model.device = DeviceKind(device_->currentData().toInt());
        changed.model.dtype = DtypeChoice(dtype_->currentData().toInt());
        changed.model.weights = WeightChoice(weights_->currentData().toInt());
        changed.model.kv = KvChoice(kv_->currentData().toInt());
        settings_.setAsk(changed);
    };
    for (QComboBox* combo : {device_, dtype_, weights_, kv_})
        connect(combo, &QComboBox::activated, this, take);
    connect(test_, &QPushButton::clicked, this, [this] {
        selfTest_->isRunning() ? selfTest_->stop() : selfTest_->start(settings_.ask().model);
        showTestButton();
    });
    connect(&settings, &SettingsModel::askChanged, this, show);
    for (const auto signal : {&SelfTest::progressed, &SelfTest::passed, &SelfTest::failed}) {
        connect(selfTest_, signal, this, [this](const QString& text) {
            result_->tell(text);
            showTestButton();
        });
    }
    show();
}

void DevicePage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (!isFound_) find();
    isFound_ = true;
    gpuHalf_->look();
}

void DevicePage::find() {
    if (!findDevices_) return;
    inPool(*QThreadPool::globalInstance(), this, findDevices_, [this](const auto& devices) {
        found_ = devices;
        fill();
    });
}

int DevicePage::inUse() const {
    const DeviceKind wanted = settings_.ask().model.device;
    int fallback = -1;
    for (int at = 0; at < int(found_.size()); ++at) {
        const FoundDevice& device = found_[std::size_t(at)];
        if (!device.usable) continue;
        if (device.kind == wanted) return at;
        if (wanted == DeviceKind::kAuto && device.kind == DeviceKind::kCuda) return at;
        if (wanted == DeviceKind::kAuto && fallback < 0) fallback = at;
    }
    return fallback;
}

void DevicePage::fill() {
    while (QLayoutItem* item = devices_->takeAt(0)) {
        const std::unique_ptr<QLayoutItem> taken(item);
        if (item->widget()) item->widget()->deleteLater();
    }
    const int used = inUse();
    for (int at = 0; at < int(found_.size()); ++at) {
        const FoundDevice& device = found_[std::size_t(at)];
        auto* card = make<QFrame>(this);
        card->setProperty("role", QStringLiteral("card"));
        auto* row = rowLayout(card, 12);
        row->setContentsMargins(14, 10, 14, 10);
        const QString icon = device.usable ? QStringLiteral("check") : QStringLiteral("close");
        row->addWidget(make<IconLabel>(paletteIcon(icon), 18, card));
        auto* texts = make<QVBoxLayout>();
        texts->setSpacing(3);
        QString head = toQString(device.name);
        if (device.memoryBytes > 0) head += QStringLiteral(" · ") + bytesText(device.memoryBytes);
        auto* name = make<QLabel>(at == used ? tr("%1 · in use").arg(head) : head, card);
        name->setProperty("role", QStringLiteral("heading"));
        const QString pattern = device.usable ? tr("Usable. %1") : tr("Not usable: %1");
        auto* note = make<QLabel>(pattern.arg(toQString(device.note)), card);
        note->setProperty("role", QStringLiteral("muted"));
        note->setWordWrap(true);
        texts->addWidget(name);
        texts->addWidget(note);
        row->addLayout(texts, 1);
        devices_->addWidget(card);
    }
}

void DevicePage::showTestButton() {
    test_->setText(selfTest_->isRunning() ? tr("Stop the test") : tr("Test"));
    test_->setEnabled(!settings_.ask().model.folder.empty());
}

}  // namespace reelquery
