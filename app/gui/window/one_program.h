#pragma once
// One running program for a user's data: a second start hands its files over to it.

#include <QLocalServer>
#include <QObject>
#include <QStringList>

namespace reelquery {

/// Listens on a local socket in the user's runtime folder, which nobody else can reach; nothing
/// goes over a network. Confined to the GUI thread.
class OneProgram : public QObject {
    Q_OBJECT

  public:
    /// dataFolder: programs with different ones, or on different screens, do not know each other.
    explicit OneProgram(const QString& dataFolder, QObject* parent = nullptr);

    /// True when another program has this data and has taken the paths over: this one may end. Else
    /// this is the one from now on. A program that does not answer within two seconds is left
    /// alone; the library copes with two.
    bool handOver(const QStringList& paths);

  Q_SIGNALS:
    /// Another start was given these paths (none: it was a start without any).
    void started(const QStringList& paths);

  private:
    bool reach(const QStringList& paths) const;
    void answer();

    QString name_;
    QLocalServer server_;
};

}  // namespace reelquery
