#include "app/gui/state/versions.h"

#include <QJsonObject>
#include <algorithm>
#include <iterator>
#include <utility>

namespace reelquery {

using namespace Qt::StringLiterals;

namespace {

Fork* findFork(std::vector<Fork>& forks, int at) {
    const auto found =
        std::find_if(forks.begin(), forks.end(), [at](const Fork& fork) { return fork.at == at; });
    return found == forks.end() ? nullptr : &*found;
}

/// Takes what comes from `at` on out of the conversation, with the forks behind that place.
Tail takeTail(Conversation& conversation, int at) {
    Tail tail;
    const auto first = conversation.exchanges.begin() + at;
    tail.exchanges.assign(std::make_move_iterator(first),
                          std::make_move_iterator(conversation.exchanges.end()));
    conversation.exchanges.erase(first, conversation.exchanges.end());
    auto& forks = conversation.forks;
    const auto behind = std::stable_partition(forks.begin(), forks.end(),
                                              [at](const Fork& fork) { return fork.at <= at; });
    tail.forks.assign(std::make_move_iterator(behind), std::make_move_iterator(forks.end()));
    forks.erase(behind, forks.end());
    return tail;
}

/// Puts a tail behind what the conversation holds.
void putTail(Conversation& conversation, Tail tail) {
    std::move(tail.exchanges.begin(), tail.exchanges.end(),
              std::back_inserter(conversation.exchanges));
    std::move(tail.forks.begin(), tail.forks.end(), std::back_inserter(conversation.forks));
}

}  // namespace

void startVersion(Conversation& conversation, int at) {
    Tail old = takeTail(conversation, at);
    Fork* fork = findFork(conversation.forks, at);
    if (!fork) {
        conversation.forks.push_back({at, 0, std::vector<Tail>(1)});
        fork = &conversation.forks.back();
    }
    fork->tails[std::size_t(fork->shown)] = std::move(old);
    fork->shown = int(fork->tails.size());
    fork->tails.emplace_back();
}

bool showVersion(Conversation& conversation, int at, int which) {
    const Fork* known = findFork(conversation.forks, at);
    if (!known || which < 0 || which >= int(known->tails.size())) return false;
    if (which == known->shown) return true;
    Tail old = takeTail(conversation, at);
    Fork* fork = findFork(conversation.forks, at);
    fork->tails[std::size_t(fork->shown)] = std::move(old);
    fork->shown = which;
    putTail(conversation, std::exchange(fork->tails[std::size_t(which)], Tail()));
    return true;
}

const Fork* forkAt(const Conversation& conversation, int at) {
    const auto found = std::find_if(conversation.forks.begin(), conversation.forks.end(),
                                    [at](const Fork& fork) { return fork.at == at; });
    return found == conversation.forks.end() ? nullptr : &*found;
}

QJsonArray toJson(const std::vector<Fork>& forks) {
    QJsonArray all;
    for (const Fork& fork : forks) {
        QJsonArray tails;
        for (const Tail& tail : fork.tails) {
            QJsonArray exchanges;
            for (const Exchange& exchange : tail.exchanges) exchanges.append(toJson(exchange));
            tails.append(
                QJsonObject{{"exchanges"_L1, exchanges}, {"forks"_L1, toJson(tail.forks)}});
        }
        all.append(QJsonObject{{"at"_L1, fork.at}, {"shown"_L1, fork.shown}, {"tails"_L1, tails}});
    }
    return all;
}

std::vector<Fork> forksFromJson(const QJsonArray& json) {
    std::vector<Fork> forks;
    for (const QJsonValue value : json) {
        const QJsonObject object = value.toObject();
        Fork fork{object["at"_L1].toInt(-1), object["shown"_L1].toInt(-1), {}};
        for (const QJsonValue stored : object["tails"_L1].toArray()) {
            Tail tail;
            for (const QJsonValue exchange : stored["exchanges"_L1].toArray())
                tail.exchanges.push_back(exchangeFromJson(exchange.toObject()));
            tail.forks = forksFromJson(stored["forks"_L1].toArray());
            fork.tails.push_back(std::move(tail));
        }
        const bool isSound = fork.at >= 0 && fork.shown >= 0 && fork.shown < int(fork.tails.size());
        if (isSound) forks.push_back(std::move(fork));
    }
    return forks;
}

}  // namespace reelquery
