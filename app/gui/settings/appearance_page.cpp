#include "app/gui/settings/appearance_page.h"

#include <QCheckBox>
#include <QComboBox>
#include <QVBoxLayout>

#include "app/gui/desktop/done_notice.h"
#include "app/gui/look/form_row.h"
#include "app/gui/look/make.h"
#include "app/gui/state/settings_model.h"

namespace reelquery {

AppearancePage::AppearancePage(SettingsModel& settings, QWidget* parent) : QWidget(parent) {
    auto* column = columnLayout(this, 12);
    column->setContentsMargins(20, 18, 20, 18);
    auto* title = make<QLabel>(tr("Appearance"), this);
    title->setProperty("role", QStringLiteral("title"));
    column->addWidget(title);
    auto* form = make<QFormLayout>();
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(9);
    auto* theme = make<QComboBox>(this);
    theme->addItem(tr("As the system"), int(ThemeChoice::kSystem));
    theme->addItem(tr("Light"), int(ThemeChoice::kLight));
    theme->addItem(tr("Dark"), int(ThemeChoice::kDark));
    theme->setCurrentIndex(theme->findData(int(settings.theme())));
    auto* language = make<QComboBox>(this);
    language->addItem(tr("As the system"), QString());
    language->addItem(QStringLiteral("English"), QStringLiteral("en"));
    language->addItem(QStringLiteral("Deutsch"), QStringLiteral("de"));
    language->setCurrentIndex(std::max(0, language->findData(settings.language())));
    addFormRow(*form, tr("&Theme"), theme);
    addFormRow(*form, tr("&Language"), language);
    column->addLayout(form);
    auto* note = make<QLabel>(tr("The language changes when Reelquery is started again."), this);
    note->setProperty("role", QStringLiteral("muted"));
    note->setWordWrap(true);
    column->addWidget(note);
    auto* notify = make<QCheckBox>(
        tr("&Notify when a long answer is done and another window is in front"), this);
    notify->setObjectName(QStringLiteral("notifyBox"));
    notify->setChecked(settings.value(kNotifyKey, true).toBool());
    connect(notify, &QCheckBox::toggled, this,
            [&settings](bool isOn) { settings.setValue(kNotifyKey, isOn); });
    column->addWidget(notify);
    column->addStretch(1);
    connect(theme, &QComboBox::activated, this,
            [theme, &settings] { settings.setTheme(ThemeChoice(theme->currentData().toInt())); });
    connect(language, &QComboBox::activated, this,
            [language, &settings] { settings.setLanguage(language->currentData().toString()); });
}

}  // namespace reelquery
