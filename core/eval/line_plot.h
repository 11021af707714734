#pragma once
// Lines over a horizontal axis, drawn as SVG.

#include <optional>
#include <string>
#include <vector>

namespace reelquery {

struct PlotPoint {
    double x = 0, y = 0;
    double low = 0, high = 0;  ///< ends of the bar through the point; both y: none
    std::string label;         ///< shown on hovering
};

struct PlotSeries {
    std::string name;
    std::vector<PlotPoint> points;  ///< in drawing order
};

struct LinePlot {
    std::string title, xLabel, yLabel;
    std::vector<PlotSeries> series;  ///< told apart by marker and dash as well as by colour
    bool logX = false;               ///< base 2; every x must be positive
    std::optional<double> line;      ///< a horizontal line at this y, e.g. "as fast"
    bool isPercent = false;          ///< axis numbers of y are percentages
};

/// One <svg> element of fixed proportions; colours come from the page's styles. Points that are not
/// finite are left out.
std::string svgOf(const LinePlot& plot);

/// Round numbers that cover [low, high] in about `wanted` steps.
std::vector<double> axisTicks(double low, double high, int wanted);

}  // namespace reelquery
