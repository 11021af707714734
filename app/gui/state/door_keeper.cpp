#include "app/gui/state/door_keeper.h"

#include <utility>

#include "app/gui/look/format.h"
#include "app/gui/look/post_to.h"
#include "app/gui/state/settings_model.h"
#include "core/base/error.h"

namespace reelquery {

namespace {

const QString kWantedKey = QStringLiteral("door/open");
const QString kPortKey = QStringLiteral("door/port");
const QString kFoldersKey = QStringLiteral("door/folders");
constexpr int kLastPort = 65535;

}  // namespace

DoorKeeper::DoorKeeper(ProgramDoor door, SettingsModel& settings, QObject* parent)
    : QObject(parent), door_(std::move(door)), settings_(settings) {
    connect(&settings, &SettingsModel::askChanged, this, &DoorKeeper::apply);
    apply();
}

DoorKeeper::~DoorKeeper() {
    course_ = DoorCourse::kShut;
    if (thread_.joinable()) thread_.join();
}

bool DoorKeeper::isWanted() const {
    return hasDoor() && settings_.value(kWantedKey, false).toBool();
}

int DoorKeeper::port() const {
    bool isNumber = false;
    const int port = settings_.value(kPortKey, kUsualPort).toInt(&isNumber);
    return isNumber && port >= 0 && port <= kLastPort ? port : kUsualPort;
}

QStringList DoorKeeper::folders() const {
    return settings_.value(kFoldersKey).toStringList();
}

void DoorKeeper::setWanted(bool isWanted) {
    settings_.setValue(kWantedKey, isWanted);
    apply();
    Q_EMIT changed();
}

void DoorKeeper::setPort(int port) {
    settings_.setValue(kPortKey, port);
    apply();
    Q_EMIT changed();
}

void DoorKeeper::addFolder(const QString& folder) {
    if (!folders().contains(folder)) setFolders(folders() << folder);
}

void DoorKeeper::removeFolder(const QString& folder) {
    QStringList left = folders();
    left.removeAll(folder);
    setFolders(left);
}

void DoorKeeper::setFolders(const QStringList& folders) {
    settings_.setValue(kFoldersKey, folders);
    apply();
    Q_EMIT changed();
}

std::optional<DoorWish> DoorKeeper::wish() const {
    const ModelChoice& model = settings_.ask().model;
    // A server of others is asked by this user only: what programs show never leaves the machine.
    if (!isWanted() || model.folder.empty() || !model.server.empty()) return {};
    DoorWish wish;
    wish.port = port();
    wish.model = model;
    for (const QString& folder : folders()) wish.allowed.push_back(toPath(folder));
    return wish;
}

void DoorKeeper::apply() {
    const std::optional<DoorWish> wanted = wish();
    if (thread_.joinable()) {
        if (wanted == tried_) return;
        const bool mayFinish = isWanted() && course_ != DoorCourse::kShut;
        course_ = mayFinish ? DoorCourse::kFinish : DoorCourse::kShut;  // end() goes on from here
        opened_.reset();
        setState(mayFinish && !asking_.isEmpty() ? State::kFinishing
                 : wanted                        ? State::kOpening
                                                 : State::kClosing);
        return;
    }
    if (!wanted) {
        tried_.reset();
        setState(isWanted() ? State::kNoModel : State::kClosed);
    } else if (wanted != tried_) {
        tried_ = wanted;
        open();
    }
}

void DoorKeeper::open() {
    problem_.clear();
    visits_ = {};
    course_ = DoorCourse::kOpen;
    // Joined before this object goes, and what is posted to it goes with it.
    const auto tell = [this](auto what) { postTo(this, std::move(what)); };
    thread_ = std::thread([this, tell, wish = *tried_] {
        QString problem;
        try {
            door_.serve(
                wish,
                {.opened =
                     [&](const OpenDoor& door) {
                         tell([this, door] {
                             if (course_ != DoorCourse::kOpen) return;  // another one is wanted
                             opened_ = door;
                             setState(State::kOpen);
                         });
                     },
                 .called = [&](const DoorCall& call) { tell([this, call] { count(call); }); },
                 .asking =
                     [&](const std::vector<std::string>& programs) {
                         tell([this, programs] { setAsking(programs); });
                     },
                 .failed =
                     [&](const std::string& why) {
                         tell([this, why] {
                             visits_.lastFailure = sentenceText(toQString(why));
                             Q_EMIT changed();
                         });
                     }},
                [this] { return course_.load(); });
        } catch (const Error& error) {
            const QString hint = sentenceText(toQString(error.hint()));
            problem = sentenceText(toQString(error.message())) +
                      (hint.isEmpty() ? hint : QStringLiteral(". ") + hint);
        } catch (const std::exception& error) {
            problem = sentenceText(QString::fromLocal8Bit(error.what()));
        }
        tell([this, problem] { end(problem); });
    });
    setState(State::kOpening);
}

void DoorKeeper::end(const QString& problem) {
    thread_.join();
    opened_.reset();
    asking_.clear();
    problem_ = problem;
    if (problem.isEmpty()) {
        tried_.reset();
        setState(State::kClosed);
    } else {
        setState(State::kFailed);
    }
    apply();
}

void DoorKeeper::count(const DoorCall& call) {
    if (!call.wasLetIn) ++visits_.refused;
    if (call.wasLetIn && call.isQuestion) {
        ++visits_.questions;
        visits_.lastProgram = toQString(call.program);
        visits_.lastTime = QDateTime::currentDateTime();
    }
    Q_EMIT changed();
}

void DoorKeeper::setAsking(const std::vector<std::string>& programs) {
    asking_.clear();
    for (const std::string& program : programs) asking_ << toQString(program);
    if (asking_.isEmpty() && state_ == State::kFinishing) state_ = State::kOpening;
    Q_EMIT changed();
}

void DoorKeeper::setState(State state) {
    state_ = state;
    Q_EMIT changed();
}

}  // namespace reelquery
