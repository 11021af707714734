#include "core/eval/report_page.h"

namespace reelquery {

namespace {

/// Shapes of markers and dashes tell series apart where colours do not.
constexpr const char* kStyle = R"(
:root { color-scheme: light dark; --ink: #1d2330; --soft: #667085; --rule: #d8dde6; --paper: #fff;
        --s0: #1f6feb; --s1: #b54708; --s2: #087443; --s3: #7a3fb0; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9f0; --soft: #98a2b3; --rule: #3a4252; --paper: #161a22;
          --s0: #6aa5ff; --s1: #f0a35e; --s2: #5fcf9a; --s3: #c39bf0; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
       max-width: 1040px; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.5em; } h2 { font-size: 1.15em; margin-top: 2em; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 1em 0; font-variant-numeric: tabular-nums; }
th, td { padding: .25em .7em; border-bottom: 1px solid var(--rule); text-align: right; }
td { white-space: nowrap; }
th { color: var(--soft); font-weight: 600; }
th.text, td.text { text-align: left; white-space: normal; }
svg { width: 100%; max-width: 720px; display: block; margin: 1em 0; }
svg text { fill: var(--ink); font-size: 12px; } svg .name { font-size: 14px; font-weight: 600; }
svg .tick { fill: var(--soft); } svg .grid { stroke: var(--rule); }
svg .even { stroke: var(--soft); stroke-dasharray: 2 4; }
svg .line { fill: none; stroke-width: 2; } svg .bar { stroke-width: 1.5; }
.s0 { stroke: var(--s0); fill: var(--s0); } .s1 { stroke: var(--s1); fill: var(--s1); }
.s2 { stroke: var(--s2); fill: var(--s2); } .s3 { stroke: var(--s3); fill: var(--s3); }
.s1 .line { stroke-dasharray: 7 4; } .s2 .line { stroke-dasharray: 2 3; }
.s3 .line { stroke-dasharray: 10 3 2 3; }
)";

/// Characters that would end a cell or begin markup.
std::string escapedMarkdown(const std::string& text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '|' || c == '<' || c == '*' || c == '`') escaped += '\\';
        escaped += c == '\n' ? ' ' : c;
    }
    return escaped;
}

class Markdown {
  public:
    void operator()(const ReportHeading& heading) { text += "## " + heading.text + "\n\n"; }

    void operator()(const ReportParagraph& paragraph) {
        text += escapedMarkdown(paragraph.text) + "\n\n";
    }

    void operator()(const ReportTable& table) {
        row(table.columns);
        text += "|";
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            text += static_cast<int>(i) < table.textColumns ? "---|" : "---:|";
        }
        text += "\n";
        for (const auto& cells : table.rows) row(cells);
        text += "\n";
    }

    void operator()(const LinePlot&) {}

    std::string text;

  private:
    void row(const std::vector<std::string>& cells) {
        text += "|";
        for (const std::string& cell : cells) text += " " + escapedMarkdown(cell) + " |";
        text += "\n";
    }
};

class Html {
  public:
    void operator()(const ReportHeading& heading) {
        text += "<h2>" + escapedHtml(heading.text) + "</h2>\n";
    }

    void operator()(const ReportParagraph& paragraph) {
        text += "<p>" + escapedHtml(paragraph.text) + "</p>\n";
    }

    void operator()(const ReportTable& table) {
        text += "<div class=\"wide\"><table>\n<tr>";
        cells(table, table.columns, "th");
        text += "</tr>\n";
        for (const auto& one : table.rows) {
            text += "<tr>";
            cells(table, one, "td");
            text += "</tr>\n";
        }
        text += "</table></div>\n";
    }

    void operator()(const LinePlot& plot) { text += svgOf(plot) + "\n"; }

    std::string text;

  private:
    void cells(const ReportTable& table, const std::vector<std::string>& row, const char* tag) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            const bool isText = static_cast<int>(i) < table.textColumns;
            text += std::string("<") + tag + (isText ? " class=\"text\">" : ">") +
                    escapedHtml(row[i]) + "</" + tag + ">";
        }
    }
};

}  // namespace

std::string escapedHtml(const std::string& text) {
    std::string escaped;
    for (const char c : text) {
        switch (c) {
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '&':
                escaped += "&amp;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            default:
                escaped += c;
        }
    }
    return escaped;
}

std::string markdownOf(const ReportPage& page) {
    Markdown markdown;
    markdown.text = "# " + page.title + "\n\n";
    for (const ReportBlock& block : page.blocks) std::visit(markdown, block);
    return markdown.text;
}

std::string htmlOf(const ReportPage& page) {
    Html html;
    html.text = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<title>" +
                escapedHtml(page.title) + "</title>\n<style>" + kStyle +
                "</style></head>\n<body>\n<h1>" + escapedHtml(page.title) + "</h1>\n";
    for (const ReportBlock& block : page.blocks) std::visit(html, block);
    return html.text + "</body></html>\n";
}

}  // namespace reelquery
