#include "app/gui/look/language.h"

#include <QApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QTranslator>

#include "app/gui/look/make.h"

namespace reelquery {

void installLanguage(QApplication& application, const QString& name) {
    const QLocale locale = name.isEmpty() ? QLocale::system() : QLocale(name);
    QLocale::setDefault(locale);
    const auto install = [&application](const QLocale& of, const QString& file,
                                        const QString& folder) {
        auto* translator = make<QTranslator>(&application);
        if (translator->load(of, file, QStringLiteral("_"), folder))
            application.installTranslator(translator);
    };
    const QString ours = QStringLiteral("reelquery"), folder = QStringLiteral(":/i18n");
    // The one installed last is asked first.
    install(QLocale(QLocale::English), ours, folder);
    install(locale, ours, folder);
    install(locale, QStringLiteral("qtbase"), QLibraryInfo::path(QLibraryInfo::TranslationsPath));
}

}  // namespace reelquery
