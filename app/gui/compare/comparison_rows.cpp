#include "app/gui/compare/comparison_rows.h"

#include <QCoreApplication>
#include <algorithm>
#include <map>
#include <optional>

#include "app/gui/look/format.h"

namespace reelquery {

namespace {

/// Gives the texts of this file their context.
struct Ledger {
    Q_DECLARE_TR_FUNCTIONS(Ledger)
};

/// text: marked with QT_TRANSLATE_N_NOOP.
QString countedText(const char* text, int count) {
    return QCoreApplication::translate("Ledger", text, nullptr, count);
}

/// "4.02 s", with the range behind it where there was more than one round.
QString spreadText(const Spread& spread) {
    if (spread.largest <= 0) return {};  // nothing was done
    if (spread.smallest == spread.largest) return secondsText(spread.median);
    return Ledger::tr("%1  (%2 – %3)")
        .arg(secondsText(spread.median), secondsText(spread.smallest), secondsText(spread.largest));
}

ComparisonRow timeRow(const QString& name, const ComparisonReport* report,
                      Spread ComparedSide::*figure, bool isPart = false) {
    ComparisonRow row{name, {}, {}, 0, 0, true, isPart};
    if (!report) return row;
    row.dense = (report->dense.*figure).median;
    row.sparse = (report->sparse.*figure).median;
    row.denseText = spreadText(report->dense.*figure);
    row.sparseText = spreadText(report->sparse.*figure);
    return row;
}

/// A figure both sides share or that has no bar.
template <class Text>
ComparisonRow textRow(const QString& name, const ComparisonReport* report, Text text) {
    ComparisonRow row{name, {}, {}, 0, 0, false, false};
    if (!report) return row;
    row.denseText = text(report->dense.report);
    row.sparseText = text(report->sparse.report);
    return row;
}

/// How many layers the automatic choice made sparse, and why; nothing where nothing was chosen.
std::optional<LedgerFigure> automaticChoice(const AnswerReport& report) {
    int sparse = 0;
    std::map<std::string, int> reasons;
    for (const LayerAttention& layer : report.layers) {
        sparse += layer.sparse ? 1 : 0;
        if (!layer.why.empty()) ++reasons[layer.why];
    }
    if (reasons.empty()) return {};
    QStringList lines;
    for (const auto& [why, layers] : reasons) {
        lines.append(QStringLiteral("%1: %2").arg(
            countedText(QT_TRANSLATE_N_NOOP("Ledger", "%Ln layer(s)"), layers), toQString(why)));
    }
    return LedgerFigure{Ledger::tr("Sparse layers"),
                        Ledger::tr("%1 of %2").arg(sparse).arg(report.layers.size()),
                        lines.join(QLatin1Char('\n'))};
}

/// A time shared by both sides; frames that were kept on disk took none.
QString onceText(const AnswerReport& report, double seconds) {
    return report.featuresFromCache ? Ledger::tr("from disk") : secondsText(seconds);
}

QString deviceText(const std::string& device) {
    return device == "cpu" ? Ledger::tr("CPU") : toQString(device);
}

QString speedText(const AnswerReport& report) {
    return Ledger::tr("%1 tokens/s").arg(decimalText(report.tokensPerS, 1));
}

}  // namespace

std::vector<LedgerFigure> ledgerFigures(const AnswerReport& report) {
    std::vector<LedgerFigure> figures;
    if (report.loadS > 0) {
        figures.push_back(
            {Ledger::tr("Load"), secondsText(report.loadS), Ledger::tr("Loading the model, once")});
    }
    if (report.featuresFromCache) {
        figures.push_back({Ledger::tr("Frames"), Ledger::tr("from disk"),
                           Ledger::tr("Encoded for an earlier question and kept, so that nothing "
                                      "was decoded or encoded")});
    } else {
        figures.push_back({Ledger::tr("Decode"), secondsText(report.decodeS),
                           Ledger::tr("Reading the frames from the file; overlaps with encoding")});
        figures.push_back({Ledger::tr("Encode"), secondsText(report.encodeS),
                           Ledger::tr("Turning frames into tokens")});
    }
    figures.push_back(
        {Ledger::tr("Prefill"), secondsText(report.prefillS), Ledger::tr("Reading the prompt")});
    figures.push_back(
        {Ledger::tr("Attention"), secondsText(report.attentionS), Ledger::tr("Of the prefill")});
    if (report.selectionS > 0) {
        figures.push_back({Ledger::tr("Selection"), secondsText(report.selectionS),
                           Ledger::tr("Of the prefill: finding the blocks that matter")});
    }
    figures.push_back(
        {Ledger::tr("First token"), secondsText(report.firstTokenS),
         Ledger::tr("From the question to the first word, without loading the model")});
    figures.push_back(
        {Ledger::tr("Answer"), speedText(report), Ledger::tr("After the first word")});
    figures.push_back({Ledger::tr("Prompt tokens"), countText(report.promptTokens),
                       Ledger::tr("Tokens read: video, times, question, earlier turns")});
    if (report.reusedTokens > 0) {
        figures.push_back(
            {Ledger::tr("Reused"),
             countedText(QT_TRANSLATE_N_NOOP("Ledger", "%Ln token(s)"), int(report.reusedTokens)),
             Ledger::tr("Of the prompt: read for an earlier question and still in memory")});
    }
    if (report.subtitleLines > 0) {
        figures.push_back(
            {Ledger::tr("Subtitles"),
             countedText(QT_TRANSLATE_N_NOOP("Ledger", "%Ln line(s)"), report.subtitleLines),
             Ledger::tr("Read as text, at their times")});
    }
    if (auto choice = automaticChoice(report)) figures.push_back(std::move(*choice));
    figures.push_back({Ledger::tr("Density"), percentText(report.density),
                       Ledger::tr("Share of the attention blocks that were computed")});
    figures.push_back(
        {Ledger::tr("Peak RAM"), bytesText(report.peakHostBytes),
         Ledger::tr("Of the program while it answered, mapped model files included")});
    if (report.peakDeviceBytes) {
        figures.push_back({Ledger::tr("Peak GPU memory"), bytesText(*report.peakDeviceBytes),
                           deviceText(report.device)});
    }
    figures.push_back({Ledger::tr("Device"), deviceText(report.device), toQString(report.dtype)});
    return figures;
}

std::vector<ComparisonRow> comparisonRows(const ComparisonReport* report) {
    using Report = const AnswerReport&;
    using Side = ComparedSide;
    return {
        textRow(Ledger::tr("Decode, once"), report,
                [](Report r) { return onceText(r, r.decodeS); }),
        textRow(Ledger::tr("Encode, once"), report,
                [](Report r) { return onceText(r, r.encodeS); }),
        timeRow(Ledger::tr("Prefill"), report, &Side::prefillS),
        timeRow(Ledger::tr("of that attention"), report, &Side::attentionS, true),
        timeRow(Ledger::tr("of that selection"), report, &Side::selectionS, true),
        timeRow(Ledger::tr("First token"), report, &Side::firstTokenS),
        textRow(Ledger::tr("Answer"), report, speedText),
        textRow(Ledger::tr("Density"), report, [](Report r) { return percentText(r.density); }),
        textRow(Ledger::tr("Prompt tokens"), report,
                [](Report r) { return countText(r.promptTokens); }),
        textRow(Ledger::tr("Peak RAM"), report,
                [](Report r) { return bytesText(r.peakHostBytes); }),
        textRow(Ledger::tr("Peak GPU memory"), report,
                [](Report r) {
                    return r.peakDeviceBytes ? bytesText(*r.peakDeviceBytes) : QStringLiteral("–");
                }),
    };
}

namespace {

QString headline(const ComparisonReport& report) {
    const QString dense = secondsText(report.dense.prefillS.median);
    const QString sparse = secondsText(report.sparse.prefillS.median);
    if (report.denseWins()) {
        return Ledger::tr(
                   "Dense was faster: prefill %1 dense, %2 sparse. At this length sparse attention "
                   "does not pay.")
            .arg(dense, sparse);
    }
    if (report.sparseWins()) {
        return Ledger::tr(
                   "Sparse was faster: prefill %1× (%2 dense, %3 sparse), attention alone %4×, "
                   "first token %5×.")
            .arg(decimalText(report.speedUp.prefill, 2), dense, sparse,
                 decimalText(report.speedUp.attention, 2),
                 decimalText(report.speedUp.firstToken, 2));
    }
    const Spread &one = report.dense.prefillS, &other = report.sparse.prefillS;
    if (one.smallest <= other.largest && other.smallest <= one.largest) {
        return Ledger::tr(
                   "No clear winner: prefill %1 dense, %2 sparse; the times of the rounds overlap.")
            .arg(dense, sparse);
    }
    // The rounds do not touch, and that is not enough.
    return (one.median < other.median
                ? Ledger::tr("No clear winner: prefill %1 dense, %2 sparse. Dense was ahead in "
                             "every round, but such times can be off by %3.")
                : Ledger::tr("No clear winner: prefill %1 dense, %2 sparse. Sparse was ahead in "
                             "every round, but such times can be off by %3."))
        .arg(dense, sparse, percentText(report.statedSpread(one, other)));
}

QString agreementText(const Agreement& agreement) {
    if (agreement.sameAnswer) return Ledger::tr("The answers are the same.");
    return Ledger::tr(
               "The answers part after %1 tokens; fed the dense answer, sparse agrees on %2 of "
               "%3 tokens.")
        .arg(countText(agreement.equalPrefixTokens), percentText(agreement.top1),
             countText(agreement.comparedTokens));
}

}  // namespace

QString comparisonVerdict(const ComparisonReport& report) {
    const AnswerReport& sparse = report.sparse.report;
    const QString conditions =
        Ledger::tr("%1 tokens, density %2, %3, %4 %5.")
            .arg(countText(sparse.promptTokens), percentText(sparse.density),
                 toQString(sparse.attention), deviceText(report.machine), toQString(sparse.dtype));
    const QString rounds = QCoreApplication::translate(
        "Ledger", "Medians of %n round(s) after a warm-up.", nullptr, report.rounds);
    QStringList sentences{headline(report), agreementText(report.agreement), conditions, rounds};
    if (report.othersShare >= kToldOthersShare) {
        sentences.append(Ledger::tr("Other programs took %1 of this machine meanwhile: times may "
                                    "be off by as much.")
                             .arg(percentText(report.othersShare)));
    }
    return sentences.join(QLatin1Char(' '));
}

}  // namespace reelquery
