#pragma once
// A report as values, rendered as Markdown or as one HTML file that needs nothing else. Both print
// the same texts, so a figure reads the same in either.

#include <string>
#include <variant>
#include <vector>

#include "core/eval/line_plot.h"

namespace reelquery {

struct ReportHeading {
    std::string text;
};

struct ReportParagraph {
    std::string text;
};

/// The first `textColumns` columns hold words and are set to the left, the others figures.
struct ReportTable {
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;  ///< each as long as `columns`
    int textColumns = 1;
};

using ReportBlock = std::variant<ReportHeading, ReportParagraph, ReportTable, LinePlot>;

struct ReportPage {
    std::string title;
    std::vector<ReportBlock> blocks;
};

/// Plots are left out; their figures are in the tables.
std::string markdownOf(const ReportPage& page);

/// Self-contained: styles and plots inside, no script, light and dark.
std::string htmlOf(const ReportPage& page);

/// Text for HTML or SVG, `<`, `>`, `&` and quotes escaped.
std::string escapedHtml(const std::string& text);

}  // namespace reelquery
