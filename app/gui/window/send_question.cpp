#include "app/gui/window/send_question.h"

#include <QMessageBox>
#include <QPushButton>
#include <utility>

#include "app/gui/engine/engine_bridge.h"
#include "app/gui/look/format.h"
#include "app/gui/look/make.h"
#include "app/gui/state/settings_model.h"

namespace reelquery {

namespace {

const QString kAllowed = QStringLiteral("servers/allowed");

}  // namespace

SendQuestion::SendQuestion(EngineBridge& bridge, SettingsModel& settings, QWidget& window)
    : QObject(&window), bridge_(bridge), settings_(settings), window_(window) {
    connect(&bridge_, &EngineBridge::planReady, this, [this](const PlanReady& event) {
        if (event.request != planning_) return;
        planning_ = 0;
        ask(server_, event.plan);
    });
    connect(&bridge_, &EngineBridge::failed, this, [this](const Failed& event) {
        if (event.request != planning_) return;
        planning_ = 0;
        if (again_) ask(server_, {});
    });
}

bool SendQuestion::mayGo(const AskRequest& request, const std::function<void()>& again) {
    if (request.model.server.empty()) return true;
    const QString server = toQString(request.model.server);
    if (settings_.value(kAllowed).toStringList().contains(server)) return true;
    server_ = server;
    again_ = again;
    if (planning_ == 0 && !question_) planning_ = bridge_.plan(request);
    return false;
}

void SendQuestion::ask(const QString& server, const Plan& plan) {
    if (question_) return;
    question_ = make<QMessageBox>(&window_);
    question_->setObjectName(QStringLiteral("sendQuestion"));
    question_->setWindowTitle(tr("Send frames"));
    question_->setText(tr("Send frames of this video to %1?").arg(server));
    QString what =
        plan.frames > 0
            ? tr("%n frame(s), about %1, and your words go there. The film itself stays here.",
                 nullptr, plan.frames)
                  .arg(bytesText(plan.sentBytes))
            : tr("Frames and your words go there. The film itself stays here.");
    what += QLatin1Char(' ') + tr("Where subtitles are on, what is said goes along.");
    if (plan.isSentOpenly) {
        what +=
            QLatin1Char('\n') + tr("They are not encrypted: others on the way can look at them.");
    }
    what += QLatin1Char('\n') + tr("You are asked once for each server.");
    question_->setInformativeText(what);
    auto* send = question_->addButton(tr("Send"), QMessageBox::AcceptRole);
    auto* keep = question_->addButton(tr("Do not send"), QMessageBox::RejectRole);
    send->setObjectName(QStringLiteral("sendButton"));
    keep->setObjectName(QStringLiteral("doNotSendButton"));
    question_->setDefaultButton(keep);
    question_->setEscapeButton(keep);
    connect(question_, &QMessageBox::buttonClicked, this, [=, this](QAbstractButton* button) {
        question_->deleteLater();
        question_ = nullptr;
        const std::function<void()> again = std::exchange(again_, {});
        if (button != send) return;
        QStringList allowed = settings_.value(kAllowed).toStringList();
        if (!allowed.contains(server)) allowed.append(server);
        settings_.setValue(kAllowed, allowed);
        if (again) again();
    });
    question_->open();
}

}  // namespace reelquery
