#include "app/gui/window/speech_dialog.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QListWidget>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <utility>

#include "app/gui/desktop/told_label.h"
#include "app/gui/look/close_button.h"
#include "app/gui/look/format.h"
#include "app/gui/look/in_pool.h"
#include "app/gui/look/make.h"
#include "app/gui/look/notice_bar.h"
#include "app/gui/look/palette_icon.h"
#include "app/gui/models/model_scanner.h"
#include "app/gui/state/settings_model.h"
#include "app/gui/state/video_state.h"
#include "core/base/error.h"

namespace reelquery {

namespace {

/// What the models can tell; those of fewer languages say so.
constexpr const char* kLanguages =
    "af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he "
    "hi hr ht hu hy id is it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne "
    "nl nn no oc pa pl ps pt ro ru sa sd si sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk "
    "ur uz vi yi yo yue zh";

/// "Deutsch (de)", in the language's own words, by name.
std::vector<std::pair<QString, QString>> languages() {
    std::vector<std::pair<QString, QString>> named;
    for (const QString& code : QString::fromLatin1(kLanguages).split(QLatin1Char(' '))) {
        const QString own = code == QLatin1String("jw") ? QStringLiteral("jv") : code;
        const QString name = QLocale(own).nativeLanguageName();
        const bool isKnown = QLocale(own).language() != QLocale::C && !name.isEmpty();
        named.emplace_back(isKnown ? QStringLiteral("%1 (%2)").arg(name, code) : code, code);
    }
    std::sort(named.begin(), named.end(), [](const auto& a, const auto& b) {
        return QString::localeAwareCompare(a.first, b.first) < 0;
    });
    return named;
}

}  // namespace

SpeechDialog::SpeechDialog(SpeechParts parts, QWidget* parent) : QDialog(parent), parts_(parts) {
    setObjectName(QStringLiteral("speechDialog"));
    setWindowTitle(tr("Subtitles from speech"));
    resize(560, 560);
    auto* column = columnLayout(this, 10);
    column->setContentsMargins(20, 18, 20, 18);
    film_ = make<QLabel>(this);
    film_->setProperty("role", QStringLiteral("heading"));
    film_->setWordWrap(true);
    column->addWidget(film_);
    auto* note = make<QLabel>(
        tr("What is said is heard on this computer and kept for the next time. You can go on "
           "asking meanwhile."),
        this);
    note->setProperty("role", QStringLiteral("muted"));
    note->setWordWrap(true);
    column->addWidget(note);
    makeChoices();
    makeResult();

    SpeechMaker& maker = parts_.maker;
    connect(&maker, &SpeechMaker::started, this, [this] {
        spoken_ = {};
        heardIn_.clear();
        lines_->clear();
        say(tr("Starting…"), false);
        bar_->setRange(0, 0);
        showState();
    });
    connect(&maker, &SpeechMaker::progressed, this, &SpeechDialog::showProgress);
    connect(&maker, &SpeechMaker::made, this,
            [this](const SpeechJob& job, const KeptSpeech& speech) {
                showLines(job, speech.spoken);
                showState();
            });
    connect(&maker, &SpeechMaker::failed, this,
            [this](const SpeechJob&, const QString& message, const QString& hint) {
                say(sentenceText(message) + QLatin1Char('\n') + sentenceText(hint), true);
                showState();
            });
    connect(&maker, &SpeechMaker::stopped, this, [this] {
        say(tr("Stopped."), true);
        showState();
    });
    connect(&parts_.models, &ModelScanner::finished, this, &SpeechDialog::fillModels);
    connect(&parts_.video, &VideoState::closed, this, &SpeechDialog::takeVideo);
    connect(&parts_.video, &VideoState::opened, this, &SpeechDialog::takeVideo);
    fillModels();
}

void SpeechDialog::makeChoices() {
    auto* form = make<QFormLayout>();
    model_ = make<QComboBox>(this);
    model_->setObjectName(QStringLiteral("speechModelCombo"));
    model_->setAccessibleName(tr("Speech model"));
    form->addRow(tr("&Speech model"), model_);
    language_ = make<QComboBox>(this);
    language_->setObjectName(QStringLiteral("speechLanguageCombo"));
    language_->setAccessibleName(tr("Spoken language"));
    language_->addItem(tr("Automatic"), QString());
    for (const auto& [name, code] : languages()) language_->addItem(name, code);
    form->addRow(tr("Spoken &language"), language_);
    static_cast<QVBoxLayout*>(layout())->addLayout(form);

    auto* row = make<QHBoxLayout>();
    make_ = make<QPushButton>(this);
    make_->setObjectName(QStringLiteral("makeSubtitlesButton"));
    make_->setProperty("role", QStringLiteral("primary"));
    bar_ = make<QProgressBar>(this);
    bar_->setObjectName(QStringLiteral("speechProgress"));
    bar_->setAccessibleName(tr("Progress"));
    bar_->setTextVisible(false);
    row->addWidget(make_);
    row->addWidget(bar_, 1);
    static_cast<QVBoxLayout*>(layout())->addLayout(row);
    connect(make_, &QPushButton::clicked, this, &SpeechDialog::toggle);
}

void SpeechDialog::makeResult() {
    auto* column = static_cast<QVBoxLayout*>(layout());
    state_ = make<ToldLabel>(this);
    state_->setObjectName(QStringLiteral("speechState"));
    state_->setWordWrap(true);
    state_->setTextFormat(Qt::PlainText);
    state_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    column->addWidget(state_);
    lines_ = make<QListWidget>(this);
    lines_->setObjectName(QStringLiteral("speechLines"));
    lines_->setAccessibleName(tr("Lines that were heard"));
    lines_->setWordWrap(true);
    column->addWidget(lines_, 1);
    auto* row = make<QHBoxLayout>();
    export_ =
        make<QPushButton>(paletteIcon(QStringLiteral("export")), tr("&Export subtitles…"), this);
    export_->setObjectName(QStringLiteral("exportSubtitlesButton"));
    row->addWidget(export_);
    row->addStretch(1);
    row->addWidget(closeButton(*this));
    column->addLayout(row);
    connect(export_, &QPushButton::clicked, this, &SpeechDialog::askForFile);
    const auto seek = [this](const QListWidgetItem* item) {
        if (item && parts_.video.path() == heardIn_)
            Q_EMIT seekRequested(item->data(Qt::UserRole).toDouble());
    };
    connect(lines_, &QListWidget::itemClicked, this, seek);
    connect(lines_, &QListWidget::itemActivated, this, seek);
}

void SpeechDialog::fillModels() {
    const QString chosen = model_->currentData().toString();
    model_->clear();
    for (const ModelEntry& entry : parts_.models.found()) {
        if (entry.hears) model_->addItem(toQString(entry.name), toQString(entry.folder));
    }
    model_->setCurrentIndex(std::max(model_->findData(chosen), model_->count() > 0 ? 0 : -1));
    showState();
}

void SpeechDialog::takeVideo() {
    if (!parts_.maker.isRunning() && parts_.video.path() != heardIn_) {
        spoken_ = {};
        heardIn_.clear();
        lines_->clear();
        say({}, false);
    }
    showState();
}

void SpeechDialog::showState() {
    const bool isRunning = parts_.maker.isRunning();
    const QString video = isRunning ? parts_.maker.job().video : parts_.video.path();
    film_->setText(video.isEmpty() ? tr("No video is open") : nameText(video));
    const bool hasModel = parts_.maker.canHear() && model_->count() > 0;
    const bool hasSound = parts_.video.summary() && parts_.video.summary()->hasAudio;
    make_->setText(isRunning ? tr("Stop") : tr("Make subtitles"));
    make_->setIcon(paletteIcon(isRunning ? QStringLiteral("stop") : QStringLiteral("subtitles")));
    make_->setEnabled(isRunning || (hasModel && hasSound));
    for (QComboBox* choice : {model_, language_}) choice->setEnabled(!isRunning && hasModel);
    bar_->setVisible(isRunning);
    export_->setEnabled(!isRunning && !spoken_.lines.empty());
    if (isRunning || !heardIn_.isEmpty()) return;
    if (!hasModel) {
        say(tr("No speech model was found. Fetch one on the models page: openai/whisper-base."),
            false);
    } else if (!parts_.video.path().isEmpty() && !hasSound) {
        say(tr("This video has no sound."), false);
    } else if (!stays_) {
        say({}, false);
    }
}

void SpeechDialog::showProgress(const SpeechProgress& progress) {
    constexpr int kSteps = 1000;
    const bool isKnown = progress.allS > 0;
    bar_->setRange(0, isKnown ? kSteps : 0);
    if (isKnown) bar_->setValue(int(std::lround(progress.doneS / progress.allS * kSteps)));
    const QString done = clockText(progress.doneS), all = clockText(progress.allS);
    switch (progress.phase) {
        case HearPhase::kModel:
            return say(tr("Loading the speech model"), false);
        case HearPhase::kSound:
            return say(tr("Reading the sound"), false);
        case HearPhase::kSpeech:
            break;
    }
    say(tr("Listening: %1 of %2").arg(done, all), false);
}

void SpeechDialog::showLines(const SpeechJob& job, const SpokenText& spoken) {
    spoken_ = spoken;
    heardIn_ = job.video;
    lines_->clear();
    for (const HeardLine& line : spoken_.lines) {
        QString text = QStringLiteral("%1  %2").arg(clockText(line.fromS), toQString(line.text));
        if (line.isDoubtful) text += QLatin1String(kDoubtMark);
        auto* item = make<QListWidgetItem>(text, lines_);
        item->setData(Qt::UserRole, line.fromS);
        const QString sure = tr("Confidence %1").arg(percentText(line.confidence));
        item->setToolTip(line.isDoubtful ? tr("%1: the model was not sure of this line").arg(sure)
                                         : sure);
    }
    const int doubtful = doubtfulLines(spoken_);
    QString text = spoken_.lines.empty() ? tr("Nobody speaks in it.")
                                         : tr("%n line(s)", nullptr, int(spoken_.lines.size()));
    if (doubtful > 0)
        text += QStringLiteral(" · ") + tr("%n doubtful, marked (?)", nullptr, doubtful);
    say(text, false);
}

void SpeechDialog::toggle() {
    if (parts_.maker.isRunning()) {
        say(tr("Stopping…"), false);
        return parts_.maker.stop();
    }
    if (model_->currentIndex() < 0 || parts_.video.path().isEmpty()) return;
    SpeechJob job{parts_.video.path(), {}, language_->currentData().toString().toStdString()};
    job.model.folder = toPath(model_->currentData().toString());
    job.model.device = parts_.settings.ask().model.device;
    parts_.maker.start(job);
}

void SpeechDialog::askForFile() {
    auto* dialog =
        make<QFileDialog>(this, tr("Export subtitles"),
                          QFileInfo(pathText(heardIn_)).completeBaseName() + QStringLiteral(".srt"),
                          tr("SubRip (*.srt);;WebVTT (*.vtt);;JSON with words (*.json)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("srt"));
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) {
        dialog->setDefaultSuffix(filter.section(QLatin1String("*."), 1).chopped(1));
    });
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        inPool(
            filePool(), this,
            [spoken = spoken_, path] {
                try {
                    writeSpokenText(spoken, toPath(path));
                    return std::make_pair(QString(), QString());
                } catch (const Error& error) {
                    return std::make_pair(toQString(error.message()), toQString(error.hint()));
                }
            },
            [this, path](const std::pair<QString, QString>& problem) {
                if (problem.first.isEmpty())
                    return parts_.notices.showNote(tr("Exported to %1.").arg(path));
                parts_.notices.showError(sentenceText(problem.first), sentenceText(problem.second));
            });
    });
    dialog->open();
}

void SpeechDialog::say(const QString& text, bool stays) {
    if (parts_.maker.isRunning()) {
        state_->tellProgress(text);
    } else {
        state_->tell(text);
    }
    stays_ = stays;
}

}  // namespace reelquery
