#include "app/gui/models/server_page.h"

#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

#include "app/gui/desktop/told_label.h"
#include "app/gui/engine/engine_bridge.h"
#include "app/gui/look/format.h"
#include "app/gui/look/make.h"
#include "app/gui/models/use_model.h"
#include "app/gui/state/server_keys.h"
#include "app/gui/state/settings_model.h"

namespace reelquery {

namespace {

QLineEdit* lineEdit(const char* name, const QString& placeholder, QWidget* parent) {
    auto* edit = make<QLineEdit>(parent);
    edit->setObjectName(QLatin1String(name));
    edit->setPlaceholderText(placeholder);
    return edit;
}

}  // namespace

ServerPage::ServerPage(EngineBridge& bridge, SettingsModel& settings, ServerKeys& keys,
                       QWidget* parent)
    : QWidget(parent), bridge_(bridge), settings_(settings), keys_(keys) {
    auto* column = columnLayout(this, 8);
    column->setContentsMargins(20, 18, 20, 18);
    auto* title = make<QLabel>(tr("Let a server answer"), this);
    title->setProperty("role", QStringLiteral("title"));
    column->addWidget(title);
    auto* text =
        make<QLabel>(tr("vLLM, SGLang, llama.cpp or anything else with the OpenAI "
                        "interface. The film stays here: frames of it, what is said in it where "
                        "subtitles are on, and your words go there, and you are asked "
                        "before the first time."),
                     this);
    text->setProperty("role", QStringLiteral("muted"));
    text->setWordWrap(true);
    column->addWidget(text);
    auto* form = make<QFormLayout>();
    address_ = lineEdit("serverAddress", QStringLiteral("http://HOST:8000/v1"), this);
    model_ = lineEdit("serverModel", tr("the only one it has"), this);
    key_ = lineEdit("serverKey", tr("none"), this);
    key_->setEchoMode(QLineEdit::Password);
    form->addRow(tr("&Address"), address_);
    form->addRow(tr("&Model"), model_);
    form->addRow(tr("&Key"), key_);
    column->addLayout(form);
    auto* row = make<QHBoxLayout>();
    use_ = make<QPushButton>(tr("Use this server"), this);
    use_->setObjectName(QStringLiteral("useServerButton"));
    row->addWidget(use_);
    row->addStretch(1);
    column->addLayout(row);
    state_ = make<ToldLabel>(this);
    state_->setObjectName(QStringLiteral("serverState"));
    state_->setWordWrap(true);
    state_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column->addWidget(state_);
    column->addStretch(1);
    connect(use_, &QPushButton::clicked, this, &ServerPage::connectServer);
    for (QLineEdit* edit : {address_, model_, key_})
        connect(edit, &QLineEdit::returnPressed, this, &ServerPage::connectServer);
    connect(address_, &QLineEdit::textChanged, this, [this](const QString& address) {
        use_->setEnabled(!address.trimmed().isEmpty() && request_ == 0);
    });
    connect(&bridge, &EngineBridge::modelReady, this, &ServerPage::take);
    connect(&bridge, &EngineBridge::failed, this, [this](const Failed& event) {
        if (event.request != request_) return;
        const QString hint = sentenceText(toQString(event.hint));
        end(sentenceText(toQString(event.message)) +
            (hint.isEmpty() ? hint : QStringLiteral(". ") + hint));
    });
    connect(&bridge, &EngineBridge::cancelled, this, [this](const Cancelled& event) {
        if (event.request == request_) end({});
    });
    connect(&settings, &SettingsModel::askChanged, this, &ServerPage::present);
    connect(&keys, &ServerKeys::loaded, this, &ServerPage::present);
    connect(&keys, &ServerKeys::notKept, this, [this] {
        state_->tell(tr("The key cannot be stored and holds until Reelquery ends."));
        state_->show();
    });
    present();
}

void ServerPage::present() {
    const ModelChoice& model = settings_.ask().model;
    if (!model.server.empty() && !address_->isModified()) {
        address_->setText(toQString(model.server));
        model_->setText(toQString(model.serverModel));
        key_->setText(toQString(keys_.known(model.server)));
    }
    use_->setEnabled(!address_->text().trimmed().isEmpty() && request_ == 0);
    if (request_ != 0) return;
    state_->tell(model.server.empty()
                     ? QString()
                     : tr("%1 answers. Using any model of this computer takes its place again.")
                           .arg(toQString(model.server)));
    state_->setVisible(!state_->text().isEmpty());
}

void ServerPage::connectServer() {
    const QString address = address_->text().trimmed();
    if (address.isEmpty() || request_ != 0) return;
    asked_ = settings_.ask().model;
    asked_.server = address.toStdString();
    asked_.serverModel = model_->text().trimmed().toStdString();
    keys_.keep(asked_.server, key_->text().trimmed().toStdString());
    request_ = bridge_.loadModel(asked_);
    use_->setEnabled(false);
    state_->tell(tr("Asking %1 what it is…").arg(address));
    state_->show();
}

void ServerPage::take(const ModelReady& ready) {
    if (ready.request != request_ || request_ == 0) return;
    request_ = 0;
    AskSettings settings = settings_.ask();
    useServer(settings, asked_.server, ready.name);
    address_->setModified(false);
    settings_.setAsk(settings);
    present();
    Q_EMIT chosen();
}

void ServerPage::end(const QString& text) {
    request_ = 0;
    present();
    state_->tell(text);
    state_->setVisible(!text.isEmpty());
}

}  // namespace reelquery
