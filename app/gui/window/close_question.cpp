#include "app/gui/window/close_question.h"

#include <QFileDialog>
#include <QMessageBox>
#include <QPushButton>
#include <algorithm>

#include "app/gui/export/conversation_export.h"
#include "app/gui/library/picture_keeper.h"
#include "app/gui/library/session_keeper.h"
#include "app/gui/look/make.h"
#include "app/gui/state/conversation_store.h"

namespace reelquery {

namespace {

constexpr int kPatienceMs = 3000;  // a disk that takes longer may never answer

}  // namespace

CloseQuestion::CloseQuestion(SessionKeeper& keeper, ConversationStore& store, QWidget& window)
    : QObject(&window), keeper_(keeper), store_(store), window_(window) {
    connect(&keeper_, &SessionKeeper::saved, this, &CloseQuestion::goOn);
    patience_.setSingleShot(true);
    patience_.setInterval(kPatienceMs);
    connect(&patience_, &QTimer::timeout, this, [this] {
        if (isClosing_ && !keeper_.isAllSaved()) ask();
    });
}

bool CloseQuestion::mayClose() {
    keeper_.saveNow();
    if (isSure_ || keeper_.isAllSaved()) return true;
    isClosing_ = true;
    if (keeper_.isStuck()) {
        ask();
    } else {
        patience_.start();
    }
    return false;
}

void CloseQuestion::goOn() {
    if (!isClosing_) return;
    if (keeper_.isAllSaved()) {
        isClosing_ = false;
        if (question_) question_->deleteLater();
        question_ = nullptr;
        window_.close();
    } else if (keeper_.isStuck()) {
        ask();
    }
}

void CloseQuestion::ask() {
    if (question_) return;
    const int count = std::max(1, int(keeper_.pending().size()));
    question_ = make<QMessageBox>(&window_);
    question_->setObjectName(QStringLiteral("closeQuestion"));
    question_->setIcon(QMessageBox::Warning);
    question_->setWindowTitle(tr("Not saved"));
    question_->setText(
        keeper_.isStuck()
            ? tr("%n conversation(s) could not be saved.", nullptr, count)
            : tr("%n conversation(s) are still being saved; the disk does not answer.", nullptr,
                 count));
    question_->setInformativeText(tr("They are lost when the program ends now."));
    auto* copies = question_->addButton(tr("Save copies…"), QMessageBox::AcceptRole);
    auto* quit = question_->addButton(tr("Quit without saving"), QMessageBox::DestructiveRole);
    auto* stay = question_->addButton(tr("Stay"), QMessageBox::RejectRole);
    copies->setObjectName(QStringLiteral("saveCopiesButton"));
    quit->setObjectName(QStringLiteral("quitAnywayButton"));
    stay->setObjectName(QStringLiteral("stayButton"));
    question_->setDefaultButton(copies);
    question_->setEscapeButton(stay);
    connect(question_, &QMessageBox::buttonClicked, this, [=, this](QAbstractButton* button) {
        question_->deleteLater();
        question_ = nullptr;
        isClosing_ = false;
        isSure_ = button == quit;
        if (button == copies) saveCopies();
        if (isSure_) window_.close();
    });
    question_->open();
}

void CloseQuestion::saveCopies() {
    auto* dialog = make<QFileDialog>(&window_, tr("Folder for the copies"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& folder) {
        QStringList problems;
        for (const LibraryEntry& entry : keeper_.pending()) {
            const Conversation* conversation = store_.find(entry.id);
            if (!conversation) continue;
            // The id keeps two of the same title apart.
            const QString name = QStringLiteral("%1/%2 %3.html")
                                     .arg(folder, fileNameOf(entry.title), entry.id.left(8));
            if (const auto problem = exportConversation(
                    *conversation,
                    [conversation](double timeS) {
                        return keptPicture(conversation->pictures, timeS);
                    },
                    name))
                problems.append(*problem);
        }
        if (problems.isEmpty()) {
            isSure_ = true;
            window_.close();
            return;
        }
        auto* sorry =
            make<QMessageBox>(QMessageBox::Warning, tr("Not saved"),
                              problems.join(QLatin1Char('\n')), QMessageBox::Ok, &window_);
        sorry->setAttribute(Qt::WA_DeleteOnClose);
        sorry->open();
    });
    dialog->open();
}

}  // namespace reelquery
