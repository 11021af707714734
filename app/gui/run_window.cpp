#include <QApplication>
#include <QDir>
#include <QStandardPaths>
#include <QSysInfo>

#include "app/gui/desktop/colour_scheme.h"
#include "app/gui/desktop/crash_watch.h"
#include "app/gui/desktop/quit_signals.h"
#include "app/gui/desktop/run_journal.h"
#include "app/gui/look/format.h"
#include "app/gui/look/language.h"
#include "app/gui/look/theme.h"
#include "app/gui/player/timeline_view.h"
#include "app/gui/window/main_window.h"
#include "app/gui/window/one_program.h"
#include "app/gui/window/plain_key_guard.h"
#include "app/gui/window_setup.h"

namespace reelquery {

namespace {

QString dataFolderOf(const WindowSetup& setup) {
    if (!setup.dataFolder.empty()) return toQString(setup.dataFolder);
    return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation);
}

}  // namespace

int runWindow(int argc, char** argv, WindowSetup setup) {
    QApplication::setHighDpiScaleFactorRoundingPolicy(
        Qt::HighDpiScaleFactorRoundingPolicy::PassThrough);
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("reelquery"));
    QApplication::setApplicationDisplayName(QStringLiteral("Reelquery"));
    QApplication::setApplicationVersion(toQString(setup.version));
    QApplication::setDesktopFileName(QStringLiteral("io.github.reelquery.Reelquery"));
    QApplication::setWindowIcon(QIcon(QStringLiteral(":/icons/reelquery.svg")));
    Theme theme(application);
    PlainKeyGuard guard;
    application.installEventFilter(&guard);
    installTimelineAccessibility();

    const QString dataFolder = dataFolderOf(setup);
    OneProgram one(dataFolder);
    QStringList paths;
    for (const auto& path : setup.paths) paths.append(toQString(path));
    if (one.handOver(paths)) return 0;
    QDir().mkpath(dataFolder);
    const CrashWatch crash(dataFolder);
    setup.hadCrash = crash.hadCrash();
    setup.crash = crash.report().toStdString();
    logQtMessages();
    writeLog(LogLevel::kInfo, "start",
             "window of Reelquery " + setup.version + ", Qt " + qVersion() + ", " +
                 QGuiApplication::platformName().toStdString() + ", " +
                 QSysInfo::prettyProductName().toStdString());
    if (setup.hadCrash) writeLog(LogLevel::kWarning, "start", "the last run did not end by itself");
    const ColourScheme colours;
    theme.setSystemDark(colours.isDark());
    {
        const SettingsModel stored(QDir(dataFolder).filePath(QStringLiteral("reelquery.ini")));
        installLanguage(application, stored.language());
        theme.apply(stored.theme());
    }
    MainWindow window(setup, dataFolder);
    QObject::connect(&window.settings(), &SettingsModel::themeChanged, &application,
                     [&theme](ThemeChoice choice) { theme.apply(choice); });
    QObject::connect(&colours, &ColourScheme::changed, &application,
                     [&theme, &colours] { theme.setSystemDark(colours.isDark()); });
    const QuitSignals quit;
    QObject::connect(&quit, &QuitSignals::asked, &window, &MainWindow::endNow);
    QObject::connect(&one, &OneProgram::started, &window, &MainWindow::takeOver);
    window.fitToScreen();
    window.show();
    window.openInitial();
    const int code = QApplication::exec();
    writeLog(LogLevel::kInfo, "start", "closed");
    return code;
}

}  // namespace reelquery
