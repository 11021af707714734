#pragma once
// A page of settings as a form.

#include <QWidget>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

class QDoubleSpinBox;
class QFormLayout;
class QSpinBox;

namespace reelquery {

struct AskSettings;
class SettingsModel;

/// A form whose fields are bound to the settings both ways. Confined to the GUI thread.
class BoundForm : public QWidget {
    Q_OBJECT

  public:
    BoundForm(SettingsModel& settings, const QString& title, QWidget* parent = nullptr);

    void addHeading(const QString& text);
    void addNote(const QString& text);
    /// lowText: shown in place of the lowest number, where that means none; may be empty.
    void addCount(const QString& label, int low, int high, const QString& tip,
                  std::function<int&(AskSettings&)> field, const QString& lowText = {});
    /// The same of many: the higher the number, the larger the steps.
    void addAmount(const QString& label, int low, int high, const QString& tip,
                   std::function<std::int64_t&(AskSettings&)> field);
    void addNumber(const QString& label, double low, double high, double step, const QString& tip,
                   std::function<double&(AskSettings&)> field);
    /// A number from step to high that may be left unset; unsetText stands in its place then.
    void addOptionalNumber(const QString& label, double high, double step, const QString& tip,
                           const QString& unsetText,
                           std::function<std::optional<double>&(AskSettings&)> field);
    /// label: of the row; text: beside the box.
    void addSwitch(const QString& label, const QString& text, const QString& tip,
                   std::function<bool&(AskSettings&)> field);
    /// A choice among values that are ints or enums. onlyRead: a value that cannot be chosen; it is
    /// in the list while it is the one in use.
    void addChoice(const QString& label, const std::vector<std::pair<QString, int>>& choices,
                   const QString& tip, std::function<int(const AskSettings&)> read,
                   std::function<void(AskSettings&, int)> write,
                   std::optional<std::pair<QString, int>> onlyRead = {});
    void addFile(const QString& label, const QString& tip,
                 std::function<std::string&(AskSettings&)> field);
    void addText(const QString& label, const QString& placeholder,
                 std::function<std::string&(AskSettings&)> field);
    /// Call once after the last field.
    void finish();

  private:
    void addRow(const QString& label, QWidget* field, const QString& tip);
    QSpinBox* addCountBox(const QString& label, int low, int high, const QString& tip,
                          std::function<int(AskSettings&)> read,
                          std::function<void(AskSettings&, int)> write);
    /// A box that shows what `read` says of the settings and changes them by `write`.
    QDoubleSpinBox* addNumberBox(const QString& label, double low, double high, double step,
                                 const QString& tip, std::function<double(AskSettings&)> read,
                                 std::function<void(AskSettings&, double)> write);
    void change(const std::function<void(AskSettings&)>& apply);

    SettingsModel& settings_;
    QFormLayout* form_;
    std::vector<std::function<void(const AskSettings&)>> show_;
};

}  // namespace reelquery
