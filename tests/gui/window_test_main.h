#pragma once
// The application of a window test: as runWindow sets it up, in English, and watched.

#include <QTest>

#include "app/gui/look/language.h"
#include "app/gui/look/theme.h"
#include "app/gui/player/timeline_view.h"
#include "app/gui/window/plain_key_guard.h"
#include "tests/gui/watched_application.h"

namespace reelquery {

class TestApplication : public WatchedApplication {
  public:
    TestApplication(int& argc, char** argv) : WatchedApplication(argc, argv) {
        installLanguage(*this, QStringLiteral("en_US"));
        Theme(*this).apply(ThemeChoice::kLight);
        installEventFilter(&guard_);
        installTimelineAccessibility();
    }

  private:
    PlainKeyGuard guard_;
};

/// The main function of a test program.
template <class Test>
int runTest(int argc, char** argv) {
    TestApplication application(argc, argv);
    Test test;
    return QTest::qExec(&test, argc, argv);
}

}  // namespace reelquery
