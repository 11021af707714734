#include "core/eval/eval_report.h"

#include <algorithm>

#include "core/base/format_text.h"

namespace reelquery {

namespace {

std::string percent(double share) {
    return formatText("%.1f %%", 100 * share);
}

std::string share(int correct, int total) {
    return total == 0 ? "-" : percent(static_cast<double>(correct) / total);
}

std::string range(const Interval& interval) {
    return formatText("%.1f-%.1f", 100 * interval.low, 100 * interval.high);
}

std::string of(int correct, int total) {
    return std::to_string(correct) + " / " + std::to_string(total);
}

std::string probability(double p) {
    return p < 0.001 ? "< 0.001" : formatText("%.3f", p);
}

std::string scoreCell(const EvalRow& row) {
    if (!row.scores) return row.task == "list" ? formatText("%.3f", row.score) : "";
    return formatText("%.1f (%.1f to %.1f)", 100 * row.score, 100 * row.scores->lower,
                      100 * row.scores->upper);
}

std::vector<std::string> rowCells(const EvalRow& row, bool isWords) {
    return {row.task,
            row.length,
            row.mode,
            std::to_string(isWords ? row.promptTokens : row.videoTokens),
            of(row.correct, row.total),
            share(row.correct, row.total),
            row.total == 0 ? "-" : range(row.interval),
            scoreCell(row),
            row.mode == "dense" ? "" : percent(row.density),
            row.fresh > 0 ? formatText("%.2f s", row.firstTokenS) : "",
            row.reused > 0 ? formatText("%.2f s", row.reusedFirstTokenS) : "",
            row.evidenceOf > 0 ? of(row.evidenceHits, row.evidenceOf) : "",
            row.failed > 0 ? std::to_string(row.failed) : ""};
}

ReportTable rowTable(const std::vector<EvalRow>& rows, const EvalSummary& summary) {
    ReportTable table{{"task", "length", "mode", summary.isWords ? "prompt tokens" : "video tokens",
                       "right", "share", "95 %", summary.isGraded ? "score" : "F1", "density",
                       "first token", "again", "evidence", "failed"},
                      {},
                      3};
    for (const EvalRow& row : rows) table.rows.push_back(rowCells(row, summary.isWords));
    return table;
}

ReportTable pairTable(const std::vector<EvalPairs>& pairs) {
    ReportTable table{
        {"task", "length", "mode", "both right", "only dense", "only sparse", "neither", "p"},
        {},
        3};
    for (const EvalPairs& one : pairs) {
        table.rows.push_back({one.task, one.length, one.mode, std::to_string(one.both),
                              std::to_string(one.onlyDense), std::to_string(one.onlySparse),
                              std::to_string(one.neither), probability(one.p)});
    }
    return table;
}

std::string points(double share) {
    return formatText("%+.2f", 100 * share);
}

/// A figure in nats, with as many digits as say something.
std::string nats(double figure) {
    return formatText("%.3g", figure);
}

/// How far the first words' chances move, whether or not the answer does.
void addDivergences(ReportPage& page, const EvalSummary& summary) {
    ReportTable table{{"length", "mode", "films", "questions", "mean KL", "95 %", "median"}, {}, 2};
    for (const EvalVerdict& one : summary.verdicts) {
        if (!one.firstTokenKl) continue;
        const ClusteredMean& kl = *one.firstTokenKl;
        table.rows.push_back({one.length, one.mode + (one.isControl ? " (control)" : ""),
                              std::to_string(kl.films), std::to_string(kl.figures), nats(kl.mean),
                              kl.films < 2 ? "-" : nats(kl.lower) + " to " + nats(kl.upper),
                              nats(kl.median)});
    }
    if (table.rows.empty()) return;
    page.blocks.push_back(ReportParagraph{
        "The first token of the answers: KL(dense || mode) in nats, 0 where nothing moved; its "
        "mean "
        "over the questions with a 95 % interval that adds up whole films, and its median."});
    page.blocks.push_back(table);
}

/// Whether sparse attention is not worse, by films, and what that says about the blocks.
void addVerdicts(ReportPage& page, const EvalSummary& summary) {
    if (summary.verdicts.empty()) return;
    page.blocks.push_back(ReportHeading{"Not worse than dense?"});
    page.blocks.push_back(ReportParagraph{
        summary.margin
            ? formatText("The margin, stated before the first answer: %.2f percentage points. A "
                         "mode is not inferior where even the lower bound of its difference from "
                         "dense lies above -%.2f, and inferior where the upper bound lies below.",
                         100 * *summary.margin, 100 * *summary.margin)
            : "No margin was stated before the run (--margin), so no verdict is given."});
    page.blocks.push_back(ReportParagraph{
        "Difference: mode minus dense in percentage points of the questions. Bounds: one-sided "
        "95 % each, the worse of an interval that adds up whole films and of Tango's for few "
        "flips. Flips: answers right with one of the two only. Design effect: how much wider films "
        "make the interval than questions that have nothing to do with each other. p: McNemar's "
        "exact test with whole films as units."});
    ReportTable table{{"length", "mode", "density", "films", "questions", "flips", "difference",
                       "bounds", "design effect", "p", "verdict"},
                      {},
                      2};
    for (const EvalVerdict& one : summary.verdicts) {
        const PairedDifference& found = one.found;
        table.rows.push_back(
            {one.length, one.mode + (one.isControl ? " (control)" : ""), percent(one.density),
             std::to_string(found.films), std::to_string(found.questions),
             std::to_string(found.flips), points(found.difference),
             found.films < 2 ? "-" : points(found.lower) + " to " + points(found.upper),
             formatText("%.1f", found.designEffect), probability(found.p),
             one.verdict ? nameOf(*one.verdict) : "-"});
    }
    page.blocks.push_back(table);
    addDivergences(page, summary);
    for (const EvalChoice& choice : summary.choices)
        page.blocks.push_back(ReportParagraph{choiceText(choice)});
}

void addCircles(ReportPage& page, const EvalSummary& summary) {
    if (summary.circles.empty()) return;
    page.blocks.push_back(ReportHeading{"Right in all option orders"});
    page.blocks.push_back(ReportParagraph{
        "A question counts as right only if it was answered right in every order of its options "
        "(VNBench's rule)."});
    ReportTable table{{"task", "mode", "right", "share", "95 %"}, {}, 2};
    for (const EvalCircles& one : summary.circles) {
        table.rows.push_back({one.task, one.mode, of(one.correct, one.total),
                              share(one.correct, one.total), range(one.interval)});
    }
    page.blocks.push_back(table);
}

void addVariants(ReportPage& page, const EvalSummary& summary) {
    if (summary.variants.empty()) return;
    page.blocks.push_back(ReportHeading{"By wording"});
    ReportTable table{{"wording", "mode", "right", "share", "95 %"}, {}, 2};
    for (const EvalVariant& one : summary.variants) {
        table.rows.push_back({one.variant, one.mode, of(one.correct, one.total),
                              share(one.correct, one.total), range(one.interval)});
    }
    page.blocks.push_back(table);
}

void addLeftOut(ReportPage& page, const EvalSummary& summary) {
    if (summary.failures.empty() && summary.missingVideos.empty() && summary.notes.empty()) return;
    page.blocks.push_back(ReportHeading{"Not answered"});
    for (const std::string& note : summary.notes) page.blocks.push_back(ReportParagraph{note});
    if (!summary.failures.empty()) {
        ReportTable table{{"video", "why", "questions"}, {}, 2};
        for (const EvalFailure& one : summary.failures) {
            table.rows.push_back({one.video, one.message, std::to_string(one.questions)});
        }
        page.blocks.push_back(table);
    }
    if (!summary.missingVideos.empty()) {
        ReportTable table{{"missing video"}, {}, 1};
        for (const std::string& video : summary.missingVideos) table.rows.push_back({video});
        page.blocks.push_back(table);
    }
}

/// Accuracy over length, one line a mode.
LinePlot lengthPlot(const EvalSummary& summary) {
    LinePlot plot;
    plot.title = "Right answers by video length";
    plot.xLabel = summary.isWords ? "prompt tokens" : "video tokens";
    plot.yLabel = summary.isGraded ? "score, with 95 % intervals" : "right, with 95 % intervals";
    plot.logX = true;
    plot.isPercent = true;
    for (const std::string& mode : summary.modes) {
        PlotSeries series{mode, {}};
        for (const EvalRow& row : summary.rows) {
            if (row.mode != mode || row.task != "all" || row.total == 0) continue;
            const bool isScore = row.scores.has_value();
            const double share = static_cast<double>(row.correct) / row.total;
            series.points.push_back(
                {static_cast<double>(summary.isWords ? row.promptTokens : row.videoTokens),
                 isScore ? row.score : share, isScore ? row.scores->lower : row.interval.low,
                 isScore ? row.scores->upper : row.interval.high,
                 row.length + ", " + of(row.correct, row.total)});
        }
        std::sort(series.points.begin(), series.points.end(),
                  [](const PlotPoint& a, const PlotPoint& b) { return a.x < b.x; });
        plot.series.push_back(std::move(series));
    }
    return plot;
}

}  // namespace

ReportPage evalReport(const EvalSummary& summary) {
    ReportPage page{"Answers on " + summary.suite, {}};
    page.blocks.push_back(
        ReportParagraph{"Reelquery " + summary.version + " on " + summary.machine + "."});
    if (summary.stopped) {
        page.blocks.push_back(ReportParagraph{
            "The run was stopped before its end; the same command takes it up again."});
    }
    page.blocks.push_back(rowTable(summary.totals, summary));
    if (summary.taskMeanCounts || !summary.circles.empty()) {
        for (const std::string& mode : summary.modes) {
            page.blocks.push_back(ReportParagraph{"Mean over the tasks, " + mode + ": " +
                                                  percent(summary.taskMean(mode))});
        }
    }
    if (summary.isGraded) {
        page.blocks.push_back(ReportParagraph{
            "Answers are graded from 0 to 1; score is their mean in percent with a 95 % interval, "
            "and right counts those with a 1. Differences below are of scores, flips are answers "
            "whose scores differ."});
    }
    page.blocks.push_back(lengthPlot(summary));
    page.blocks.push_back(ReportHeading{"By task and length"});
    page.blocks.push_back(ReportParagraph{
        "95 %: Wilson's interval of the share. Density and first token: of answers whose whole "
        "prompt was read; again: first token where the video was still in memory. Evidence: right "
        "answers where one of the three strongest moments meets the time that shows the answer. A "
        "time is right within one sampling step, two sampled pictures."});
    page.blocks.push_back(rowTable(summary.rows, summary));
    if (!summary.pairs.empty()) {
        page.blocks.push_back(ReportHeading{"Dense against sparse, question by question"});
        page.blocks.push_back(ReportParagraph{
            "p: McNemar's exact test on the questions that only one of the two got right, as if "
            "questions about one film had nothing to do with each other; above 0.05 the difference "
            "may be chance, which does not make the two equal."});
        page.blocks.push_back(pairTable(summary.pairs));
    }
    addVerdicts(page, summary);
    addCircles(page, summary);
    addVariants(page, summary);
    addLeftOut(page, summary);
    page.blocks.push_back(ReportHeading{"Settings"});
    page.blocks.push_back(ReportParagraph{summary.settings});
    return page;
}

}  // namespace reelquery
