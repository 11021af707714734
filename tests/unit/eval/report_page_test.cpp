#include "core/eval/report_page.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace reelquery;

TEST_CASE("both renderings hold every cell and escape what would be markup") {
    const ReportPage page{
        "A <b> & c",
        {ReportHeading{"Part"}, ReportParagraph{"x < y"},
         ReportTable{{"name", "figure"}, {{"a|b", "1 < 2"}, {"<script>", "3"}}, 1}}};
    const std::string markdown = markdownOf(page), html = htmlOf(page);
    CHECK(markdown.find("| a\\|b | 1 \\< 2 |") != std::string::npos);
    CHECK(markdown.find("|---|---:|") != std::string::npos);
    CHECK(html.find("<td>1 &lt; 2</td>") != std::string::npos);
    CHECK(html.find("<script>") == std::string::npos);
    CHECK(html.find("http") == std::string::npos);  // nothing is fetched from elsewhere
}

TEST_CASE("axis ticks are round and cover the range") {
    struct Case {
        double low, high;
    };

    for (const Case& one : {Case{0, 1}, Case{0.93, 1.94}, Case{-3, 17}, Case{5, 5}, Case{0, 0},
                            Case{1e-7, 3e-7}, Case{0, 1e9}}) {
        const std::vector<double> ticks = axisTicks(one.low, one.high, 5);
        INFO(one.low << " to " << one.high);
        REQUIRE(ticks.size() >= 2);
        CHECK(ticks.size() <= 9);
        CHECK(ticks.front() <= one.low + 1e-12);
        CHECK(ticks.back() >= one.high - 1e-12);
    }
}

TEST_CASE("a plot draws every finite point with its label") {
    LinePlot plot;
    plot.title = "Speed";
    plot.logX = true;
    plot.line = 1;
    plot.series = {{"prefill", {{1024, 0.8, 0.7, 0.9, "0.80x"}, {8192, 1.5, 0, 0, "1.50x"}}},
                   {"attention",
                    {{1024, std::numeric_limits<double>::quiet_NaN(), 0, 0, "lost"},
                     {8192, 2.5, 2.4, 2.6, "2.50x"}}}};
    const std::string svg = svgOf(plot);
    for (const char* label :
         {"prefill: 0.80x", "prefill: 1.50x", "attention: 2.50x", ">1K<", ">8K<"}) {
        INFO(label);
        CHECK(svg.find(label) != std::string::npos);
    }
    CHECK(svg.find("lost") == std::string::npos);
    CHECK(svg.find("nan") == std::string::npos);
}

TEST_CASE("a plot without points says so") {
    CHECK(svgOf(LinePlot()).find("no figures") != std::string::npos);
    LinePlot plot;  // on a logarithmic axis 0 has no place
    plot.logX = true;
    plot.series = {{"dense", {{0, 0.5, 0.4, 0.6, "a prompt without a video"}}}};
    CHECK(svgOf(plot).find("no figures") != std::string::npos);
}
