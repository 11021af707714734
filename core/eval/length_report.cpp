#include "core/eval/length_report.h"

#include <algorithm>
#include <map>

#include "core/base/format_text.h"
#include "core/eval/length_figures.h"

namespace reelquery {

namespace {

StatedRatio prefillRatio(const ComparisonReport& report) {
    return statedRatio(report.speedUp.prefill, report.dense.prefillS, report.sparse.prefillS,
                       report);
}

StatedRatio attentionRatio(const ComparisonReport& report) {
    return statedRatio(report.speedUp.attention, report.dense.attentionS, report.sparse.attentionS,
                       report);
}

StatedRatio firstTokenRatio(const ComparisonReport& report) {
    return statedRatio(report.speedUp.firstToken, report.dense.firstTokenS,
                       report.sparse.firstTokenS, report);
}

const char* verdict(const ComparisonReport& report) {
    if (report.denseWins()) return "dense is faster";
    return report.sparseWins() ? "XAttention is faster" : "no difference beyond the spread";
}

std::string ratioText(const StatedRatio& stated) {
    return formatText("%.2fx ±%.0f %%", stated.ratio, 100 * stated.spread);
}

PlotSeries speedUpSeries(const LengthReport& report, const std::string& name,
                         StatedRatio (*ratioOf)(const ComparisonReport&)) {
    PlotSeries series{name, {}};
    for (const LengthPoint& point : report.points) {
        const auto tokens = point.comparison.dense.report.videoTokens;
        const StatedRatio stated = ratioOf(point.comparison);
        series.points.push_back({static_cast<double>(tokens), stated.ratio, stated.low(),
                                 stated.high(),
                                 std::to_string(tokens) + " tokens, " + ratioText(stated)});
    }
    return series;
}

LinePlot speedUpPlot(const LengthReport& report) {
    LinePlot plot;
    plot.title = "Speed-up of XAttention over dense attention";
    plot.xLabel = "video tokens";
    plot.yLabel = "times as fast, with stated spread";
    plot.logX = true;
    plot.line = 1;
    plot.series = {speedUpSeries(report, "attention with selection", attentionRatio),
                   speedUpSeries(report, "prefill", prefillRatio),
                   speedUpSeries(report, "first token", firstTokenRatio)};
    return plot;
}

ReportTable speedTable(const LengthReport& report) {
    ReportTable table{{"verdict", "video tokens", "density", "dense prefill", "sparse prefill",
                       "prefill", "attention", "first token", "same top token"},
                      {},
                      1};
    for (const LengthPoint& point : report.points) {
        const ComparisonReport& one = point.comparison;
        table.rows.push_back({verdict(one), std::to_string(one.dense.report.videoTokens),
                              formatText("%.1f %%", 100 * one.sparse.report.density),
                              formatText("%.3f s", one.dense.prefillS.median),
                              formatText("%.3f s", one.sparse.prefillS.median),
                              ratioText(prefillRatio(one)), ratioText(attentionRatio(one)),
                              ratioText(firstTokenRatio(one)),
                              formatText("%.1f %%", 100 * one.agreement.top1)});
    }
    return table;
}

/// Figures down, lengths across: there are more figures than lengths.
ReportTable fullTable(const LengthReport& report) {
    const std::vector<std::string> names = figureNames();
    ReportTable table{{"figure"}, {}, 1};
    for (const std::string& name : names) table.rows.push_back({name});
    for (const LengthPoint& point : report.points) {
        table.columns.push_back("budget " + std::to_string(point.budget));
        const std::vector<std::string> texts = figureTexts(point.comparison);
        for (std::size_t i = 0; i < names.size(); ++i) table.rows[i].push_back(texts[i]);
    }
    return table;
}

std::string right(const AccuracyPoint& point) {
    return std::to_string(point.correct) + " / " + std::to_string(point.total);
}

LinePlot accuracyPlot(const LengthReport& report) {
    LinePlot plot;
    plot.title = "Right answers by density";
    plot.xLabel = "density: share of the blocks that were computed";
    plot.yLabel = "right, with 95 % intervals";
    plot.isPercent = true;
    std::map<std::string, PlotSeries> series;
    for (const AccuracyPoint& point : report.accuracy) {
        const std::string name = point.selection.empty() ? "dense" : point.selection;
        series[name].name = name;
        series[name].points.push_back(
            {point.density, static_cast<double>(point.correct) / point.total, point.interval.low,
             point.interval.high, point.suite + ", " + right(point)});
    }
    for (auto& [name, one] : series) {
        std::sort(one.points.begin(), one.points.end(),
                  [](const PlotPoint& a, const PlotPoint& b) { return a.x < b.x; });
        plot.series.push_back(std::move(one));
    }
    return plot;
}

ReportTable accuracyTable(const LengthReport& report) {
    ReportTable table{
        {"suite", "mode", "selection", "threshold", "density", "right", "share", "95 %"}, {}, 3};
    for (const AccuracyPoint& point : report.accuracy) {
        table.rows.push_back(
            {point.suite, point.mode, point.selection,
             point.threshold > 0 ? formatText("%.2f", point.threshold) : "",
             formatText("%.1f %%", 100 * point.density), right(point),
             formatText("%.1f %%", 100.0 * point.correct / point.total),
             formatText("%.1f-%.1f", 100 * point.interval.low, 100 * point.interval.high)});
    }
    return table;
}

std::string conclusion(const LengthReport& report) {
    std::string dense, sparse, neither;
    for (const LengthPoint& point : report.points) {
        std::string& list = point.comparison.denseWins()    ? dense
                            : point.comparison.sparseWins() ? sparse
                                                            : neither;
        list +=
            (list.empty() ? "" : ", ") + std::to_string(point.comparison.dense.report.videoTokens);
    }
    std::string text;
    if (!dense.empty()) text += "Dense attention wins the prefill at " + dense + " video tokens. ";
    if (!sparse.empty()) text += "XAttention wins the prefill at " + sparse + " video tokens. ";
    if (!neither.empty()) text += "Neither is faster beyond the spread at " + neither + ".";
    return text.empty() ? "Nothing was measured." : text;
}

}  // namespace

StatedRatio statedRatio(double ratio, const Spread& dense, const Spread& sparse,
                        const ComparisonReport& report) {
    return {ratio, report.statedSpread(dense, sparse)};
}

std::string lengthCsv(const LengthReport& report) {
    std::string csv = "budget";
    for (const std::string& name : figureNames()) csv += "," + name;
    csv += "\n";
    for (const LengthPoint& point : report.points) {
        csv += std::to_string(point.budget);
        for (const std::string& text : figureTexts(point.comparison)) csv += "," + text;
        csv += "\n";
    }
    return csv;
}

ReportPage lengthPage(const LengthReport& report) {
    ReportPage page{"Dense and sparse attention on this machine", {}};
    page.blocks.push_back(ReportParagraph{conclusion(report)});
    page.blocks.push_back(speedUpPlot(report));
    page.blocks.push_back(speedTable(report));
    page.blocks.push_back(ReportParagraph{
        "Same frames, prompt and greedy answers; one warm-up, then medians of rounds in "
        "alternating order; both causal, choosing the blocks included. Stated spread: 5 %, what "
        "other programs took of the machine meanwhile, or how far such medians lie apart in nine "
        "of "
        "ten repetitions, by the rounds; whichever is most."});
    for (const std::string& note : report.notes) page.blocks.push_back(ReportParagraph{note});
    if (!report.accuracy.empty()) {
        page.blocks.push_back(ReportHeading{"How right the answers are"});
        page.blocks.push_back(accuracyPlot(report));
        page.blocks.push_back(accuracyTable(report));
    }
    page.blocks.push_back(ReportHeading{"Setting"});
    ReportTable setting{{"what", ""}, {}, 2};
    setting.rows = {{"video", report.video},          {"question", report.question},
                    {"sparse side", report.settings}, {"machine", report.machine},
                    {"clock", report.clock},          {"Reelquery", report.version}};
    if (!report.points.empty()) {
        const AnswerReport& first = report.points.front().comparison.dense.report;
        setting.rows.push_back({"model", first.model + ", " + first.dtype + " on " + first.device});
    }
    page.blocks.push_back(setting);
    page.blocks.push_back(ReportHeading{"Figures in full"});
    page.blocks.push_back(ReportParagraph{
        "Digit for digit those of report.json, report.csv and compare --json; medians of the "
        "rounds with the smallest and largest."});
    page.blocks.push_back(fullTable(report));
    return page;
}

}  // namespace reelquery
