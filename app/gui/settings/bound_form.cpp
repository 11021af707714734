#include "app/gui/settings/bound_form.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/gui/look/form_row.h"
#include "app/gui/look/make.h"
#include "app/gui/look/palette_icon.h"
#include "app/gui/state/settings_model.h"

namespace reelquery {

namespace {

constexpr int kTextInset = 6;  // of the text in a field of several lines

}  // namespace

BoundForm::BoundForm(SettingsModel& settings, const QString& title, QWidget* parent)
    : QWidget(parent), settings_(settings) {
    auto* column = columnLayout(this, 12);
    column->setContentsMargins(20, 18, 20, 18);
    auto* head = make<QLabel>(title, this);
    head->setProperty("role", QStringLiteral("title"));
    column->addWidget(head);
    form_ = make<QFormLayout>();
    form_->setHorizontalSpacing(16);
    form_->setVerticalSpacing(9);
    form_->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form_->setRowWrapPolicy(QFormLayout::WrapLongRows);
    column->addLayout(form_);
    column->addStretch(1);
}

void BoundForm::finish() {
    const auto showAll = [this] {
        for (const auto& show : show_) show(settings_.ask());
    };
    connect(&settings_, &SettingsModel::askChanged, this, showAll);
    showAll();
}

void BoundForm::addRow(const QString& label, QWidget* field, const QString& tip) {
    field->setToolTip(tip);
    field->setAccessibleName(QString(label).remove(QLatin1Char('&')));
    field->setAccessibleDescription(tip);
    QLabel* name = addFormRow(*form_, label, field);
    if (!qobject_cast<QPlainTextEdit*>(field)) return;
    name->setMinimumHeight(0);  // beside the first of several lines
    name->setContentsMargins(0, kTextInset, 0, 0);
}

void BoundForm::change(const std::function<void(AskSettings&)>& apply) {
    AskSettings changed = settings_.ask();
    apply(changed);
    settings_.setAsk(changed);
}

void BoundForm::addHeading(const QString& text) {
    auto* label = make<QLabel>(text, this);
    label->setProperty("role", QStringLiteral("heading"));
    label->setContentsMargins(0, 8, 0, 0);
    form_->addRow(label);
}

void BoundForm::addNote(const QString& text) {
    auto* label = make<QLabel>(text, this);
    label->setProperty("role", QStringLiteral("muted"));
    label->setWordWrap(true);
    form_->addRow(label);
}

void BoundForm::addCount(const QString& label, int low, int high, const QString& tip,
                         std::function<int&(AskSettings&)> field, const QString& lowText) {
    QSpinBox* box = addCountBox(
        label, low, high, tip, [field](AskSettings& settings) { return field(settings); },
        [field](AskSettings& settings, int value) { field(settings) = value; });
    box->setSpecialValueText(lowText);
}

void BoundForm::addAmount(const QString& label, int low, int high, const QString& tip,
                          std::function<std::int64_t&(AskSettings&)> field) {
    QSpinBox* box = addCountBox(
        label, low, high, tip,
        [field, low, high](AskSettings& settings) {
            return int(std::clamp<std::int64_t>(field(settings), low, high));
        },
        [field](AskSettings& settings, int value) { field(settings) = value; });
    box->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
}

QSpinBox* BoundForm::addCountBox(const QString& label, int low, int high, const QString& tip,
                                 std::function<int(AskSettings&)> read,
                                 std::function<void(AskSettings&, int)> write) {
    auto* box = make<QSpinBox>(this);
    box->setRange(low, high);
    box->setGroupSeparatorShown(true);
    box->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    box->setMinimumWidth(120);
    addRow(label, box, tip);
    connect(box, &QSpinBox::valueChanged, this, [this, write](int value) {
        change([&](AskSettings& settings) { write(settings, value); });
    });
    show_.push_back([box, read](const AskSettings& settings) {
        AskSettings copy = settings;
        const QSignalBlocker quiet(box);
        box->setValue(read(copy));
    });
    return box;
}

void BoundForm::addNumber(const QString& label, double low, double high, double step,
                          const QString& tip, std::function<double&(AskSettings&)> field) {
    addNumberBox(
        label, low, high, step, tip, [field](AskSettings& settings) { return field(settings); },
        [field](AskSettings& settings, double value) { field(settings) = value; });
}

void BoundForm::addOptionalNumber(const QString& label, double high, double step,
                                  const QString& tip, const QString& unsetText,
                                  std::function<std::optional<double>&(AskSettings&)> field) {
    QDoubleSpinBox* box = addNumberBox(
        label, 0, high, step, tip,
        [field](AskSettings& settings) { return field(settings).value_or(0); },
        [field](AskSettings& settings, double value) {
            field(settings) = value > 0 ? std::optional(value) : std::nullopt;
        });
    box->setSpecialValueText(unsetText);  // in place of 0
    box->setMinimumWidth(150);
}

QDoubleSpinBox* BoundForm::addNumberBox(const QString& label, double low, double high, double step,
                                        const QString& tip,
                                        std::function<double(AskSettings&)> read,
                                        std::function<void(AskSettings&, double)> write) {
    auto* box = make<QDoubleSpinBox>(this);
    box->setRange(low, high);
    box->setSingleStep(step);
    box->setDecimals(2);
    box->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    box->setMinimumWidth(120);
    addRow(label, box, tip);
    connect(box, &QDoubleSpinBox::valueChanged, this, [this, write](double value) {
        change([&](AskSettings& settings) { write(settings, value); });
    });
    show_.push_back([box, read](const AskSettings& settings) {
        AskSettings copy = settings;
        const QSignalBlocker quiet(box);
        box->setValue(read(copy));
    });
    return box;
}

void BoundForm::addSwitch(const QString& label, const QString& text, const QString& tip,
                          std::function<bool&(AskSettings&)> field) {
    auto* box = make<QCheckBox>(text, this);
    addRow(label, box, tip);
    box->setAccessibleName(text);
    connect(box, &QCheckBox::clicked, this, [this, field](bool isOn) {
        change([&](AskSettings& settings) { field(settings) = isOn; });
    });
    show_.push_back([box, field](const AskSettings& settings) {
        AskSettings copy = settings;
        box->setChecked(field(copy));
    });
}

void BoundForm::addChoice(const QString& label, const std::vector<std::pair<QString, int>>& choices,
                          const QString& tip, std::function<int(const AskSettings&)> read,
                          std::function<void(AskSettings&, int)> write,
                          std::optional<std::pair<QString, int>> onlyRead) {
    auto* box = make<QComboBox>(this);
    for (const auto& [text, value] : choices) box->addItem(text, value);
    addRow(label, box, tip);
    connect(box, &QComboBox::activated, this, [this, box, write](int at) {
        change([&](AskSettings& settings) { write(settings, box->itemData(at).toInt()); });
    });
    show_.push_back([box, read, onlyRead](const AskSettings& settings) {
        const QSignalBlocker quiet(box);
        const int value = read(settings);
        if (onlyRead) {
            const int at = box->findData(onlyRead->second);
            if (value == onlyRead->second && at < 0) box->addItem(onlyRead->first, value);
            if (value != onlyRead->second && at >= 0) box->removeItem(at);
        }
        box->setCurrentIndex(box->findData(value));
    });
}

void BoundForm::addFile(const QString& label, const QString& tip,
                        std::function<std::string&(AskSettings&)> field) {
    auto* row = make<QWidget>(this);
    auto* layout = rowLayout(row, 4);
    auto* line = make<QLineEdit>(row);
    line->setPlaceholderText(tr("none"));
    line->setClearButtonEnabled(true);
    auto* pick = make<QToolButton>(row);
    pick->setIcon(paletteIcon(QStringLiteral("folder")));
    pick->setAccessibleName(tr("Choose a file"));
    layout->addWidget(line, 1);
    layout->addWidget(pick);
    addRow(label, row, tip);
    line->setAccessibleName(QString(label).remove(QLatin1Char('&')));
    row->setFocusProxy(line);
    const auto write = [this, field](const QString& text) {
        change([&](AskSettings& settings) { field(settings) = text.toStdString(); });
    };
    connect(line, &QLineEdit::editingFinished, this,
            [line, write] { write(line->text().trimmed()); });
    connect(pick, &QToolButton::clicked, this, [this, write] {
        auto* dialog =
            make<QFileDialog>(this, tr("Thresholds"), QString(), tr("JSON files (*.json)"));
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(QFileDialog::ExistingFile);
        connect(dialog, &QFileDialog::fileSelected, this, write);
        dialog->open();
    });
    show_.push_back([line, field](const AskSettings& settings) {
        AskSettings copy = settings;
        line->setText(QString::fromStdString(field(copy)));
    });
}

void BoundForm::addText(const QString& label, const QString& placeholder,
                        std::function<std::string&(AskSettings&)> field) {
    auto* box = make<QPlainTextEdit>(this);
    box->setPlaceholderText(placeholder);
    box->setTabChangesFocus(true);
    box->setFixedHeight(4 * fontMetrics().lineSpacing() + 2 * kTextInset + 4);
    addRow(label, box, {});
    connect(box, &QPlainTextEdit::textChanged, this, [this, box, field] {
        change([&](AskSettings& settings) { field(settings) = box->toPlainText().toStdString(); });
    });
    show_.push_back([box, field](const AskSettings& settings) {
        AskSettings copy = settings;
        const QString text = QString::fromStdString(field(copy));
        if (text == box->toPlainText()) return;
        const QSignalBlocker quiet(box);
        box->setPlainText(text);
    });
}

}  // namespace reelquery
