#include "app/gui/window/one_program.h"
#include "app/gui/look/format.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QLocalSocket>
#include <QPointer>
#include <QStandardPaths>

namespace reelquery {

namespace {

constexpr int kConnectMs = 2000;
constexpr int kAnswerMs = 10'000;     // of a program that is there, on a machine that is busy
constexpr qint64 kLongest = 1 << 20;  // of a message, in bytes
const QByteArray kTaken = "taken\n";

/// The same for every start with this data on this screen; short, as names of sockets must be.
QString socketName(const QString& dataFolder) {
    QDir().mkpath(dataFolder);
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(QFileInfo(dataFolder).canonicalFilePath().toUtf8());
    for (const char* screen : {"WAYLAND_DISPLAY", "DISPLAY"}) hash.addData(qgetenv(screen));
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::RuntimeLocation);
    return QStringLiteral("%1/reelquery-%2")
        .arg(folder, QString::fromLatin1(hash.result().toHex().left(16)));
}

}  // namespace

OneProgram::OneProgram(const QString& dataFolder, QObject* parent)
    : QObject(parent), name_(socketName(dataFolder)) {
    server_.setSocketOptions(QLocalServer::UserAccessOption);
    connect(&server_, &QLocalServer::newConnection, this, &OneProgram::answer);
}

bool OneProgram::handOver(const QStringList& paths) {
    if (reach(paths)) return true;
    if (server_.listen(name_)) return false;
    // Another start was quicker, or a program that was killed has left its socket.
    if (reach(paths)) return true;
    QLocalServer::removeServer(name_);
    server_.listen(name_);
    return false;
}

bool OneProgram::reach(const QStringList& paths) const {
    QLocalSocket socket;
    socket.connectToServer(name_);
    if (!socket.waitForConnected(kConnectMs)) return false;
    QJsonArray absolute;
    for (const QString& path : paths) absolute.append(absolutePath(path));
    socket.write(QJsonDocument(absolute).toJson(QJsonDocument::Compact) + '\n');
    return socket.waitForReadyRead(kAnswerMs) && socket.readAll() == kTaken;
}

void OneProgram::answer() {
    while (QLocalSocket* socket = server_.nextPendingConnection()) {
        connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
        const auto read = [this, socket] {
            if (!socket->canReadLine()) {
                if (socket->bytesAvailable() > kLongest) socket->abort();
                return;
            }
            QStringList paths;
            for (const QJsonValue path : QJsonDocument::fromJson(socket->readLine()).array())
                paths.append(path.toString());
            socket->write(kTaken);
            socket->disconnectFromServer();
            Q_EMIT started(paths);
        };
        connect(socket, &QLocalSocket::readyRead, this, read);
        read();
    }
}

}  // namespace reelquery
