#pragma once
// What tests of a window with a video share.

#include <QObject>
#include <QTemporaryDir>
#include <QTest>

#include "tests/gui/clip.h"

namespace reelquery {

/// A test with a clip of a minute.
class ClipTest : public QObject {
    Q_OBJECT

  protected:
    explicit ClipTest(int seconds = 60) : seconds_(seconds) {}

    /// Of a file beside the clip.
    QString pathOf(const QString& name) const { return folder_.filePath(name); }

    QString clip_;

  private Q_SLOTS:

    void initTestCase() {
        clip_ = pathOf(QStringLiteral("clip.mp4"));
        QVERIFY(makeClip(clip_, seconds_));
    }

  private:
    QTemporaryDir folder_;
    int seconds_;
};

}  // namespace reelquery
