#include "app/gui/compare/comparison_rows.h"

#include <QCoreApplication>
#include <algorithm>

#include "app/gui/look/format.h"

namespace reelquery {

namespace {

QString say(const char* text) {
    return QCoreApplication::translate("Ledger", text);
}

#define SAY(text) say(QT_TRANSLATE_NOOP("Ledger", text))

/// "4.02 s", with the range behind it where there was more than one round.
QString spreadText(const Spread& spread) {
    if (spread.smallest == spread.largest) return secondsText(spread.median);
    return SAY("%1  (%2 – %3)")
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

QString speedText(const AnswerReport& report) {
    return SAY("%1 tokens/s").arg(decimalText(report.tokensPerS, 1));
}

}  // namespace

std::vector<LedgerFigure> ledgerFigures(const AnswerReport& report) {
    std::vector<LedgerFigure> figures;
    if (report.loadS > 0) {
        figures.push_back({SAY("Load"), secondsText(report.loadS), SAY("Loading the model, once")});
    }
    figures.push_back({SAY("Decode"), secondsText(report.decodeS),
                       SAY("Reading the frames from the file; overlaps with encoding")});
    figures.push_back(
        {SAY("Encode"), secondsText(report.encodeS), SAY("Turning frames into tokens")});
    figures.push_back({SAY("Prefill"), secondsText(report.prefillS), SAY("Reading the prompt")});
    figures.push_back({SAY("Attention"), secondsText(report.attentionS), SAY("Of the prefill")});
    if (report.selectionS > 0) {
        figures.push_back({SAY("Selection"), secondsText(report.selectionS),
                           SAY("Of the prefill: finding the blocks that matter")});
    }
    figures.push_back({SAY("First token"), secondsText(report.firstTokenS),
                       SAY("From the question to the first word, without loading the model")});
    figures.push_back({SAY("Answer"), speedText(report), SAY("After the first word")});
    figures.push_back({SAY("Prompt"), countText(report.promptTokens),
                       SAY("Tokens read: video, times, question, earlier turns")});
    if (report.reusedTokens > 0) {
        figures.push_back({SAY("Reused"), countText(report.reusedTokens),
                           SAY("Tokens that were not read again")});
    }
    figures.push_back({SAY("Density"), percentText(report.density),
                       SAY("Share of the attention blocks that were computed")});
    figures.push_back(
        {SAY("Peak memory"), bytesText(report.peakMemoryBytes), toQString(report.device)});
    figures.push_back({SAY("Device"), toQString(report.device), toQString(report.dtype)});
    return figures;
}

std::vector<ComparisonRow> comparisonRows(const ComparisonReport* report) {
    using Report = const AnswerReport&;
    using Side = ComparedSide;
    return {
        textRow(SAY("Decode, once"), report, [](Report r) { return secondsText(r.decodeS); }),
        textRow(SAY("Encode, once"), report, [](Report r) { return secondsText(r.encodeS); }),
        timeRow(SAY("Prefill"), report, &Side::prefillS),
        timeRow(SAY("of that attention"), report, &Side::attentionS, true),
        timeRow(SAY("of that selection"), report, &Side::selectionS, true),
        timeRow(SAY("First token"), report, &Side::firstTokenS),
        textRow(SAY("Answer"), report, speedText),
        textRow(SAY("Density"), report, [](Report r) { return percentText(r.density); }),
        textRow(SAY("Prompt tokens"), report, [](Report r) { return countText(r.promptTokens); }),
        textRow(SAY("Peak memory"), report, [](Report r) { return bytesText(r.peakMemoryBytes); }),
    };
}

namespace {

QString headline(const ComparisonReport& report) {
    const QString dense = secondsText(report.dense.prefillS.median);
    const QString sparse = secondsText(report.sparse.prefillS.median);
    if (report.denseWins()) {
        return SAY("Dense was faster: prefill %1 dense, %2 sparse. At this length sparse attention "
                   "does not pay.")
            .arg(dense, sparse);
    }
    if (report.sparseWins()) {
        return SAY("Sparse was faster: prefill %1× (%2 dense, %3 sparse), attention alone %4×, "
                   "first token %5×.")
            .arg(decimalText(report.speedUp.prefill, 2), dense, sparse,
                 decimalText(report.speedUp.attention, 2),
                 decimalText(report.speedUp.firstToken, 2));
    }
    return SAY("No clear winner: prefill %1 dense, %2 sparse, within the spread of the rounds.")
        .arg(dense, sparse);
}

QString agreementText(const Agreement& agreement) {
    if (agreement.sameAnswer) return SAY("The answers are the same.");
    return SAY("The answers part after %1 tokens; fed the dense answer, sparse agrees on %2 of "
               "%3 tokens.")
        .arg(countText(agreement.equalPrefixTokens), percentText(agreement.top1),
             countText(agreement.comparedTokens));
}

}  // namespace

QString comparisonVerdict(const ComparisonReport& report, const AttentionOptions& options) {
    const AnswerReport& sparse = report.sparse.report;
    const QString threshold =
        options.thresholdsFile.empty() ? decimalText(options.threshold, 2) : SAY("from a file");
    const QString conditions = SAY("%1 tokens, density %2, τ %3, S %4, %5 %6.")
                                   .arg(countText(sparse.promptTokens), percentText(sparse.density),
                                        threshold, QString::number(options.stride),
                                        toQString(report.machine), toQString(sparse.dtype));
    const QString rounds = QCoreApplication::translate(
        "Ledger", "Medians of %n round(s) after a warm-up.", nullptr, report.rounds);
    return QStringList{headline(report), agreementText(report.agreement), conditions, rounds}.join(
        QLatin1Char(' '));
}

#undef SAY

}  // namespace reelquery
