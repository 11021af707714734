#include "core/eval/line_plot.h"

#include <algorithm>
#include <cmath>

#include "core/base/format_text.h"
#include "core/eval/report_page.h"

namespace reelquery {

namespace {

constexpr double kWidth = 640, kHeight = 360;
constexpr double kLeft = 64, kRight = 16, kTop = 40, kBottom = 72;
constexpr int kSeriesStyles = 4;  // s0 to s3 in the page's styles

/// Whether the page has a place for it: nothing at or below 0 stands on a logarithmic axis.
bool hasPlace(const PlotPoint& point, bool logX) {
    return std::isfinite(point.x) && std::isfinite(point.y) && (!logX || point.x > 0);
}

/// Where values stand on the page.
struct Scale {
    double low = 0, high = 1, from = 0, to = 1;
    bool isLog = false;

    double at(double value) const {
        const auto axis = [this](double x) { return isLog ? std::log2(x) : x; };
        const double span = axis(high) - axis(low);
        return from + (span > 0 ? (axis(value) - axis(low)) / span : 0.5) * (to - from);
    }
};

struct Axes {
    Scale x, y;
    std::vector<double> xTicks, yTicks;
};

Axes axesOf(const LinePlot& plot) {
    std::vector<double> xs, ys;
    if (plot.line) ys.push_back(*plot.line);
    for (const PlotSeries& series : plot.series) {
        for (const PlotPoint& point : series.points) {
            if (!hasPlace(point, plot.logX)) continue;
            xs.push_back(point.x);
            ys.insert(ys.end(), {point.y, point.low, point.high});
        }
    }
    Axes axes;
    if (xs.empty()) return axes;
    const auto [xLow, xHigh] = std::minmax_element(xs.begin(), xs.end());
    const auto [yLow, yHigh] = std::minmax_element(ys.begin(), ys.end());
    if (plot.logX) {
        for (double tick = std::exp2(std::floor(std::log2(*xLow))); tick < *xHigh * 2; tick *= 2) {
            axes.xTicks.push_back(tick);
            if (tick >= *xHigh) break;
        }
    } else {
        axes.xTicks = axisTicks(*xLow, *xHigh, 6);
    }
    axes.yTicks = axisTicks(*yLow, *yHigh, 5);
    axes.x = {axes.xTicks.front(), axes.xTicks.back(), kLeft, kWidth - kRight, plot.logX};
    axes.y = {axes.yTicks.front(), axes.yTicks.back(), kHeight - kBottom, kTop, false};
    return axes;
}

std::string tickText(double value, bool isPercent) {
    if (isPercent) return formatText("%.4g %%", 100 * value);
    if (value >= 1024 && std::fmod(value, 1024) == 0) return formatText("%.4gK", value / 1024);
    return formatText("%.4g", value);
}

std::string gridOf(const LinePlot& plot, const Axes& axes) {
    std::string svg;
    for (const double tick : axes.yTicks) {
        const double y = axes.y.at(tick);
        svg += formatText(R"(<line class="grid" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>)", kLeft,
                          kWidth - kRight, y, y);
        svg += formatText(R"(<text class="tick" x="%.1f" y="%.1f" text-anchor="end">%s</text>)",
                          kLeft - 8, y + 4, tickText(tick, plot.isPercent).c_str());
    }
    for (const double tick : axes.xTicks) {
        svg += formatText(R"(<text class="tick" x="%.1f" y="%.1f" text-anchor="middle">%s</text>)",
                          axes.x.at(tick), kHeight - kBottom + 18, tickText(tick, false).c_str());
    }
    if (plot.line) {
        const double y = axes.y.at(*plot.line);
        svg += formatText(R"(<line class="even" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>)", kLeft,
                          kWidth - kRight, y, y);
    }
    return svg;
}

/// A circle, square, diamond or triangle: series differ without their colours too.
std::string marker(int style, double x, double y) {
    switch (style) {
        case 0:
            return formatText(R"(<circle cx="%.1f" cy="%.1f" r="4.5">)", x, y);
        case 1:
            return formatText(R"(<rect x="%.1f" y="%.1f" width="8" height="8">)", x - 4, y - 4);
        case 2:
            return formatText(R"(<path d="M%.1f %.1fl6 6l-6 6l-6 -6z">)", x, y - 6);
        default:
            return formatText(R"(<path d="M%.1f %.1fl6 10h-12z">)", x, y - 6);
    }
}

const char* markerEnd(int style) {
    return style == 0 ? "</circle>" : style == 1 ? "</rect>" : "</path>";
}

std::string drawn(const PlotSeries& series, int style, const Axes& axes) {
    std::string line, marks;
    for (const PlotPoint& point : series.points) {
        if (!hasPlace(point, axes.x.isLog)) continue;
        const double x = axes.x.at(point.x), y = axes.y.at(point.y);
        line += formatText("%s%.1f %.1f", line.empty() ? "M" : "L", x, y);
        if (point.low < point.high) {
            marks += formatText(R"(<line class="bar" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>)", x,
                                x, axes.y.at(point.low), axes.y.at(point.high));
        }
        marks += marker(style, x, y) + "<title>" + escapedHtml(series.name + ": " + point.label) +
                 "</title>" + markerEnd(style);
    }
    if (line.empty()) return "";
    return formatText(R"(<g class="s%d">)", style) + "<path class=\"line\" d=\"" + line + "\"/>" +
           marks + "</g>";
}

}  // namespace

std::vector<double> axisTicks(double low, double high, int wanted) {
    if (!(high > low)) {
        const double room = std::max(std::abs(low) * 0.1, 0.5);
        low -= room;
        high += room;
    }
    const double raw = (high - low) / wanted;
    const double power = std::pow(10.0, std::floor(std::log10(raw)));
    double step = 10 * power;
    for (const double nice : {1.0, 2.0, 2.5, 5.0}) {
        if (nice * power >= raw) {
            step = nice * power;
            break;
        }
    }
    std::vector<double> ticks;
    const auto first = static_cast<long long>(std::floor(low / step + 1e-9));
    const auto last = static_cast<long long>(std::ceil(high / step - 1e-9));
    for (long long tick = first; tick <= last; ++tick) {
        ticks.push_back(static_cast<double>(tick) * step);
    }
    return ticks;
}

std::string svgOf(const LinePlot& plot) {
    const Axes axes = axesOf(plot);
    std::string svg = formatText(R"(<svg viewBox="0 0 %.0f %.0f" role="img">)", kWidth, kHeight);
    svg += "<title>" + escapedHtml(plot.title) + "</title>";
    svg += formatText(R"(<text class="name" x="%.1f" y="20">)", kLeft) + escapedHtml(plot.title) +
           "</text>";
    if (axes.xTicks.empty())
        return svg + "<text class=\"tick\" x=\"64\" y=\"80\">no figures</text></svg>";
    svg += gridOf(plot, axes);
    svg += formatText(R"(<text class="tick" x="%.1f" y="%.1f" text-anchor="middle">)",
                      (kLeft + kWidth - kRight) / 2, kHeight - kBottom + 36) +
           escapedHtml(plot.xLabel) + "</text>";
    svg +=
        formatText(
            R"svg(<text class="tick" transform="translate(14 %.1f) rotate(-90)" text-anchor="middle">)svg",
            (kTop + kHeight - kBottom) / 2) +
        escapedHtml(plot.yLabel) + "</text>";
    double legendX = kLeft;
    for (std::size_t i = 0; i < plot.series.size(); ++i) {
        const int style = static_cast<int>(i) % kSeriesStyles;
        svg += drawn(plot.series[i], style, axes);
        svg += formatText(R"(<g class="s%d">)", style) + marker(style, legendX + 6, kHeight - 14) +
               markerEnd(style) + "</g>" +
               formatText(R"(<text class="tick" x="%.1f" y="%.1f">)", legendX + 18, kHeight - 10) +
               escapedHtml(plot.series[i].name) + "</text>";
        legendX += 32 + 7.0 * static_cast<double>(plot.series[i].name.size());
    }
    return svg + "</svg>";
}

}  // namespace reelquery
