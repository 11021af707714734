#include "app/gui/desktop/fault_reports.h"

#include <QAction>
#include <QLocale>
#include <QWidget>

#include "app/gui/desktop/diagnostics_dialog.h"
#include "app/gui/desktop/run_journal.h"
#include "app/gui/look/format.h"
#include "app/gui/look/make.h"
#include "app/gui/look/notice_bar.h"
#include "app/gui/models/model_scanner.h"
#include "app/gui/player/mpv_player.h"
#include "app/gui/player/player_facts.h"
#include "app/gui/state/settings_model.h"
#include "app/gui/state/video_state.h"
#include "app/gui/window/window_actions.h"
#include "core/base/run_log.h"

namespace reelquery {

namespace {

using namespace Qt::StringLiterals;

/// In English, as the report is.
QString attentionFact(const AttentionOptions& attention) {
    if (attention.kind == AttentionKind::kDense) return u"dense"_s;
    const SelectorOptions& selector = attention.selector;
    QString text = attention.kind == AttentionKind::kSparse ? u"sparse"_s : u"automatic"_s;
    text += u", %1, stride %2"_s.arg(toQString(selector.name)).arg(selector.stride);
    if (!selector.thresholdsFile.empty()) return text + u", thresholds of a file"_s;
    return selector.threshold ? text + u", threshold %1"_s.arg(*selector.threshold) : text;
}

}  // namespace

FaultReports::FaultReports(FaultParts parts, const WindowActions& actions, QWidget& window)
    : QObject(&window), parts_(parts), window_(window) {
    connect(actions.at(ActionId::kDiagnostics), &QAction::triggered, this,
            &FaultReports::showDiagnostics);
    connect(actions.at(ActionId::kShowLog), &QAction::triggered, this, [this] {
        if (!showLogFolder())
            parts_.notices.showNote(tr("No log is written: there is no home folder."));
    });
}

void FaultReports::sayCrash() {
    if (!parts_.setup.hadCrash) return;
    parts_.notices.show({NoticeTopic::kCrash,
                         false,
                         tr("Reelquery did not end as it should the last time."),
                         tr("What was saved is there. Diagnostics help to report it."),
                         {{tr("Copy diagnostics…"), [this] { showDiagnostics(); }}},
                         true});
}

void FaultReports::showDiagnostics() {
    make<DiagnosticsDialog>(facts(), parts_.setup.findDevices, &window_)->show();
}

DiagnosticFacts FaultReports::facts() const {
    DiagnosticFacts facts;
    facts.version = toQString(parts_.setup.version);
    facts.player = playerVersions(parts_.player.handle().get());
    facts.codecs = playableCodecs(parts_.player.handle().get());
    facts.video = parts_.video.summary();
    facts.played = playedFacts(parts_.player.handle().get());
    const ModelChoice& model = parts_.settings.ask().model;
    for (const ModelEntry& entry : parts_.models.found()) {
        if (entry.folder == model.folder)
            facts.model = u"%1, %2"_s.arg(toQString(entry.family), toQString(entry.format));
    }
    if (!model.server.empty()) facts.model = u"on a server"_s;
    facts.attention = attentionFact(parts_.settings.ask().attention);
    facts.language = QLocale().name();
    facts.crash = toQString(parts_.setup.crash);
    facts.problems = latestProblems();
    facts.names = parts_.journal.names();
    return facts;
}

}  // namespace reelquery
