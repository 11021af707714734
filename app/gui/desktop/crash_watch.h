#pragma once
// Whether the program ended as it should the last time, and what is known where it did not.

#include <QLockFile>
#include <QString>

namespace reelquery {

/// Leaves a mark in the folder while the program runs and takes it away at the end. From here on a
/// crash writes its signal and the functions it happened in beside the mark. Thread: main.
class CrashWatch {
  public:
    /// folder: where the mark lies; is there already.
    explicit CrashWatch(const QString& folder);
    ~CrashWatch();
    CrashWatch(const CrashWatch&) = delete;
    CrashWatch& operator=(const CrashWatch&) = delete;

    /// The program before did not end by itself, and the machine was not switched off meanwhile.
    bool hadCrash() const { return hadCrash_; }

    /// What that crash left: its signal and functions; empty where it left nothing, as a program
    /// that was killed.
    const QString& report() const { return report_; }

  private:
    const QString reportFile_;
    QLockFile mark_;
    bool hadCrash_ = false, isOurs_ = false;
    QString report_;
};

}  // namespace reelquery
