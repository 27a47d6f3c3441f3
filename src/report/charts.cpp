/// Axes, lines and bars as SVG.
#include "charts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "numbers.hpp"

namespace goodhart::charts {
namespace {

constexpr double kWidth = 640;
constexpr double kNarrow = 440;  // of pictures that a telephone shows whole, with letters that can be read
constexpr const char* kQuiet = "#5a5a5a";
constexpr const char* kGrid = "#d9d9d9";

/// Round numbers from `low` to `high`, about `count` of them.
std::vector<double> ticks(double low, double high, int count) {
  const double rough = (high - low) / count;
  if (!(rough > 0) || !std::isfinite(rough)) return {low};
  const double power = std::pow(10, std::floor(std::log10(rough)));
  const double step = power * (rough / power < 1.5 ? 1 : rough / power < 3.5 ? 2 : rough / power < 7.5 ? 5 : 10);
  std::vector<double> found;
  // Counted, since far from 0 a step may be too small to lead from one number to the next.
  const double first = std::ceil(low / step);
  for (int n = 0; n <= 2 * count + 2; ++n) {
    const double at = (first + n) * step;
    if (!(at <= high + 1e-9 * step)) break;
    found.push_back(std::fabs(at) < 1e-9 * step ? 0 : at);
  }
  return found;
}

/// "+4.3 %", "-12 %", "0.0 %".
std::string change_of(double percent) {
  return with_sign(percent, percent_decimals(percent)) + " %";
}

std::string tick_text(double value) {
  return fmt::format("{:.6g}", value);
}

std::string text(double x, double y, const std::string& anchor, const std::string& content, double size = 12,
                 const std::string& colour = kQuiet) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" font-size=\"{}\" fill=\"{}\">{}</text>", x, y,
                     anchor, size, colour, escaped(content));
}

std::string rule(double x1, double y1, double x2, double y2, const std::string& colour, const std::string& dash = "") {
  return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\"{}/>", x1, y1, x2, y2,
                     colour, dash.empty() ? "" : " stroke-dasharray=\"" + dash + "\"");
}

std::string open(double width, double height, const std::string& label) {
  return fmt::format(
      "<svg class=\"static\" role=\"img\" aria-label=\"{0}\" viewBox=\"0 0 {1:.0f} {2:.0f}\" width=\"{1:.0f}\" "
      "font-family=\"system-ui, sans-serif\"><title>{0}</title>",
      escaped(label), width, height);
}

std::string shortened(const std::string& name, std::size_t most) {
  std::size_t places = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if ((static_cast<unsigned char>(name[i]) & 0xC0) == 0x80) continue;
    if (++places == most) {
      std::size_t end = i;
      return name.substr(0, end) + "…";
    }
  }
  return name;
}

/// Room to the left for names, about seven units a place.
double margin_of(const std::vector<std::string>& names, std::size_t most) {
  std::size_t longest = 4;
  for (const std::string& name : names) longest = std::max(longest, std::min(name.size(), most));
  return 12 + 6.9 * static_cast<double>(longest);
}

/// A horizontal axis below rows that end at y.
struct Axis {
  double low, high, left, right;
  int ticks_wanted = 5;

  double at(double value) const { return left + (value - low) / (high - low) * (right - left); }
  std::string drawn(double top, double bottom, const std::string& title) const {
    std::string svg;
    for (const double tick : ticks(low, high, ticks_wanted)) {
      svg += rule(at(tick), top, at(tick), bottom, tick == 0 ? "#1b1b1b" : kGrid);
      svg += text(at(tick), bottom + 16, "middle", tick_text(tick));
    }
    return svg + text((left + right) / 2, bottom + 34, "middle", title);
  }
};

void widen(double& low, double& high) {
  if (!(high > low)) {
    low -= 1;
    high += 1;
  }
}

/// An axis that takes in 0 and the ends of all rows, but for those that are no numbers; `margin` is a share of its
/// length.
template <class Row, class EndsOf>
Axis axis_over(const std::vector<Row>& rows, double left, double margin, const EndsOf& ends_of) {
  double low = 0, high = 0;
  for (const Row& row : rows) {
    for (const double end : ends_of(row)) {
      low = std::fmin(low, end);
      high = std::fmax(high, end);
    }
  }
  widen(low, high);
  const double room = margin * (high - low);
  return {low - room, high + room, left, kWidth - 16};
}
/// Beside names, with room so that nothing stands on one.
constexpr double kBesideNames = 0.04;

template <class Row>
double margin_of(const std::vector<Row>& rows) {
  std::vector<std::string> names;
  for (const Row& row : rows) names.push_back(row.name);
  return margin_of(names, 30);
}

}  // namespace

std::string escaped(const std::string& text) {
  std::string safe;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    // Control characters above ASCII (U+0080 to U+009F), and those that turn the direction of what follows (U+202A to
    // U+202E, U+2066 to U+2069).
    const auto next = [&](std::size_t further) {
      return i + further < text.size() ? static_cast<unsigned char>(text[i + further]) : 0U;
    };
    if (static_cast<unsigned char>(c) == 0xC2 && next(1) >= 0x80 && next(1) <= 0x9F) {
      i += 1;
      continue;
    }
    if (static_cast<unsigned char>(c) == 0xE2 && ((next(1) == 0x80 && next(2) >= 0xAA && next(2) <= 0xAE) ||
                                                  (next(1) == 0x81 && next(2) >= 0xA6 && next(2) <= 0xA9))) {
      i += 2;
      continue;
    }
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') safe += c;
    }
  }
  return safe;
}

std::string lines(const std::vector<Line>& lines, const std::vector<double>& steps, std::pair<double, double> range,
                  const std::string& unit, const std::string& label) {
  constexpr double kLeft = 42, kRight = 278, kTop = 24, kBottom = 182;
  double low = range.first, high = range.second;
  widen(low, high);
  double first = steps.empty() ? 0 : steps.front(), last = steps.empty() ? 1 : steps.back();
  widen(first, last);
  const auto x = [&](double step) { return kLeft + (step - first) / (last - first) * (kRight - kLeft); };
  const auto y = [&](double value) { return kBottom - (value - low) / (high - low) * (kBottom - kTop); };
  std::string svg = open(kLinesWide, kLinesHigh, label);
  for (const double tick : ticks(low, high, 4)) {
    svg += rule(kLeft, y(tick), kRight, y(tick), kGrid) + text(kLeft - 6, y(tick) + 4, "end", tick_text(tick));
  }
  const bool whole = std::all_of(steps.begin(), steps.end(), [](double step) { return step == std::floor(step); });
  for (const double tick : ticks(first, last, 5)) {
    if (!whole || tick == std::floor(tick)) svg += text(x(tick), kBottom + 16, "middle", tick_text(tick));
  }
  svg += text((kLeft + kRight) / 2, kBottom + 34, "middle", unit);
  svg += text(2, 12, "start", "index");
  if (low < 100 && high > 100) svg += rule(kLeft, y(100), kRight, y(100), kQuiet, "2 3");
  const auto band = [&](const std::vector<double>& from, const std::vector<double>& to, const std::string& colour,
                        double opacity) {
    std::string there, back;
    for (std::size_t s = 0; s < steps.size(); ++s) {
      if (std::isnan(from[s]) || std::isnan(to[s])) continue;
      there += fmt::format("{}{:.1f} {:.1f}", there.empty() ? "M" : "L", x(steps[s]), y(to[s]));
      back = fmt::format("L{:.1f} {:.1f}", x(steps[s]), y(from[s])) + back;
    }
    if (there.empty()) return;
    svg += fmt::format("<path d=\"{}{}Z\" fill=\"{}\" fill-opacity=\"{}\"/>", there, back, colour, opacity);
  };
  for (const Line& line : lines) {
    std::string path;
    bool pen_down = false;
    for (std::size_t s = 0; s < steps.size(); ++s) {
      if (std::isnan(line.mean[s])) {
        pen_down = false;
        continue;
      }
      path += fmt::format("{}{:.1f} {:.1f}", pen_down ? "L" : "M", x(steps[s]), y(line.mean[s]));
      pen_down = true;
    }
    band(line.low, line.high, line.colour, 0.25);
    svg += fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"{}/>", path, line.colour,
                       line.dashed ? " stroke-dasharray=\"6 3\"" : "");
  }
  // Names at the ends of lines, moved apart where they would stand on each other.
  struct Name {
    double at;
    const Line* line;
  };
  std::vector<Name> names;
  for (const Line& line : lines) {
    if (!line.label.empty() && !line.mean.empty() && !std::isnan(line.mean.back())) {
      names.push_back({y(line.mean.back()), &line});
    }
  }
  std::sort(names.begin(), names.end(), [](const Name& a, const Name& b) { return a.at < b.at; });
  constexpr double kApart = 30;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const double least = i == 0 ? kTop : names[i - 1].at + kApart;
    names[i].at = std::max(names[i].at, least);
  }
  for (std::size_t i = names.size(); i-- > 0;) {
    const double most = i + 1 == names.size() ? kBottom - 12 : names[i + 1].at - kApart;
    names[i].at = std::min(names[i].at, most);
  }
  for (const Name& name : names) {
    svg += text(kRight + 6, name.at + 2, "start", shortened(name.line->label, kLongestLabel), 12, name.line->colour) +
           text(kRight + 6, name.at + 16, "start", change_of(name.line->mean.back() - 100), 12, name.line->colour);
  }
  return svg + "</svg>";
}

std::string columns(const std::vector<Column>& columns, const std::string& title, const std::string& unit,
                    const std::string& label) {
  constexpr double kTop = 28, kBottom = 240, kLeft = 56;
  double most = 1;
  for (const Column& column : columns) most = std::max({most, column.size, column.expected});
  const Axis axis{columns.front().from, columns.back().to, kLeft, kWidth - 16};
  const auto height = [&](double size) { return kBottom - size / most * (kBottom - kTop); };
  std::string svg = open(kWidth, kBottom + 42, label) + text(kLeft - 44, 14, "start", unit);
  for (const double tick : ticks(0, most, 4)) {
    svg += rule(kLeft, height(tick), kWidth - 16, height(tick), kGrid);
    svg += text(kLeft - 8, height(tick) + 4, "end", tick_text(tick));
  }
  std::string line;
  for (const Column& column : columns) {
    const double left = axis.at(column.from), right = axis.at(column.to), middle = (left + right) / 2;
    svg += fmt::format(
        "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\"><title>{}</title></rect>",
        left + 1, height(column.size), std::max(1.0, right - left - 2), kBottom - height(column.size),
        column.marked ? "#b34a00" : "#9fbfd6", escaped(column.text));
    line += fmt::format("{}{:.1f} {:.1f}", line.empty() ? "M" : "L", middle, height(column.expected));
  }
  svg += "<path d=\"" + line + "\" fill=\"none\" stroke=\"#1b1b1b\" stroke-width=\"2\"/>";
  for (const double tick : ticks(axis.low, axis.high, 6)) {
    svg += text(axis.at(tick), kBottom + 16, "middle", tick_text(tick));
  }
  return svg + text((kLeft + kWidth - 16) / 2, kBottom + 34, "middle", title) + "</svg>";
}

std::string pairs(const std::vector<Pair>& rows, const std::string& title, const std::string& label) {
  const double left = margin_of(rows), bottom = 8 + 34 * static_cast<double>(rows.size());
  const Axis axis = axis_over(rows, left + 8, kBesideNames, [](const Pair& row) {
    return std::array{row.shown, row.real};
  });
  std::string svg = open(kWidth, bottom + 42, label) + axis.drawn(4, bottom, title);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const Pair& row = rows[r];
    const double middle = 22 + 34 * static_cast<double>(r);
    svg += text(left - 8, middle + 4, "end", shortened(row.name, 30), 12, "#1b1b1b");
    if (!std::isnan(row.shown) && !std::isnan(row.real)) {
      svg += rule(axis.at(row.shown), middle, axis.at(row.real), middle, kQuiet);
    }
    if (!std::isnan(row.shown)) {
      svg += fmt::format(
          "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"10\" height=\"10\" fill=\"#D55E00\"><title>{}</title></rect>",
          axis.at(row.shown) - 5, middle - 5, escaped(row.shown_text));
    }
    if (!std::isnan(row.real)) {
      svg += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"5\" fill=\"#0072B2\"><title>{}</title></circle>",
                         axis.at(row.real), middle, escaped(row.real_text));
    }
  }
  return svg + "</svg>";
}

std::string stacked_bars(const std::vector<std::pair<std::string, std::vector<Part>>>& rows, const std::string& title,
                         const std::string& label) {
  std::vector<std::string> names;
  double most = 0;
  for (const auto& [name, parts] : rows) {
    names.push_back(name);
    double sum = 0;
    for (const Part& part : parts) sum += part.size;
    most = std::max(most, sum);
  }
  const double left = margin_of(names, 24), bottom = 8 + 34 * static_cast<double>(rows.size());
  const Axis axis{0, most > 0 ? most : 1, left, kWidth - 16};
  std::string svg = open(kWidth, bottom + 42, label) + axis.drawn(4, bottom, title);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const double top = 8 + 34 * static_cast<double>(r);
    svg += text(left - 8, top + 18, "end", shortened(rows[r].first, 24), 12, "#1b1b1b");
    double at = 0;
    for (const Part& part : rows[r].second) {
      svg += fmt::format(
          "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"24\" fill=\"{}\" stroke=\"#fff\"><title>{}</title>"
          "</rect>",
          axis.at(at), top, axis.at(at + part.size) - axis.at(at), part.colour, escaped(part.text));
      at += part.size;
    }
  }
  return svg + "</svg>";
}

std::string grouped_bars(const std::vector<std::pair<std::string, std::vector<Bar>>>& groups, const std::string& title,
                         const std::string& label) {
  std::vector<std::string> names;
  double low = 0, high = 0, rows = 0;
  for (const auto& [name, bars] : groups) {
    names.push_back(name);
    for (const Bar& bar : bars) {
      for (const double end : {bar.size, bar.low, bar.high}) {
        if (std::isnan(end)) continue;
        low = std::min(low, end);
        high = std::max(high, end);
      }
    }
    rows += static_cast<double>(bars.size());
  }
  widen(low, high);
  const double left = margin_of(names, 20);
  const double bottom = 8 + 16 * rows + 12 * static_cast<double>(groups.size());
  const Axis axis{low, high, left, kNarrow - 16, 4};
  std::string svg = open(kNarrow, bottom + 42, label) + axis.drawn(4, bottom, title);
  double top = 8;
  for (const auto& [name, bars] : groups) {
    svg += text(left - 8, top + 8 * static_cast<double>(bars.size()) + 4, "end", shortened(name, 20), 12, "#1b1b1b");
    for (const Bar& bar : bars) {
      if (!std::isnan(bar.size)) {
        const double a = axis.at(std::min(0.0, bar.size)), b = axis.at(std::max(0.0, bar.size));
        svg += fmt::format(
            "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"13\" fill=\"{}\"><title>{}</title></rect>", a,
            top, std::max(0.5, b - a), bar.colour, escaped(bar.text));
      }
      if (!std::isnan(bar.low)) svg += rule(axis.at(bar.low), top + 6.5, axis.at(bar.high), top + 6.5, "#1b1b1b");
      top += 16;
    }
    top += 12;
  }
  return svg + "</svg>";
}

std::string dots(const std::vector<Dot>& rows, const std::string& title, const std::string& label) {
  const double left = margin_of(rows), bottom = 8 + 28 * static_cast<double>(rows.size());
  const Axis axis = axis_over(rows, left + 8, kBesideNames, [](const Dot& row) {
    return std::array{row.mean, row.low, row.high};
  });
  std::string svg = open(kWidth, bottom + 42, label) + axis.drawn(4, bottom, title);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const Dot& row = rows[r];
    const double middle = 20 + 28 * static_cast<double>(r);
    svg += text(left - 8, middle + 4, "end", shortened(row.name, 30), 12, "#1b1b1b");
    if (!std::isnan(row.low)) {
      svg += fmt::format("<path d=\"M{:.1f} {:.1f}H{:.1f}\" stroke=\"#0072B2\" stroke-width=\"3\"/>", axis.at(row.low),
                         middle, axis.at(row.high));
    }
    if (!std::isnan(row.mean)) {
      svg += fmt::format(
          "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"5\" fill=\"{}\" stroke=\"#0072B2\" "
          "stroke-width=\"2\"><title>{}</title>"
          "</circle>",
          axis.at(row.mean), middle, row.ring ? "#fff" : "#0072B2", escaped(row.text));
    }
  }
  return svg + "</svg>";
}

std::string spans(const std::vector<Span>& rows, const std::string& title, const std::string& label) {
  // Names are paths, which are long: each stands above its bar.
  const double bottom = 8 + 38 * static_cast<double>(rows.size());
  const Axis axis = axis_over(rows, 16, 0, [](const Span& row) { return std::array{row.low, row.high}; });
  std::string svg = open(kWidth, bottom + 42, label) + axis.drawn(4, bottom, title);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const Span& row = rows[r];
    const double middle = 34 + 38 * static_cast<double>(r);
    svg += text(16, middle - 12, "start", shortened(row.name, 86), 12, "#1b1b1b");
    if (!std::isnan(row.low) && !std::isnan(row.high)) {
      const double a = axis.at(std::min(row.low, row.high)), b = axis.at(std::max(row.low, row.high));
      svg += fmt::format(
          "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"10\" fill=\"#9fbfd6\"><title>{}</title></rect>", a,
          middle - 5, b - a, escaped(row.text));
    }
    if (!std::isnan(row.low)) {
      svg += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4.5\" fill=\"#0072B2\"/>", axis.at(row.low), middle);
    }
    if (!std::isnan(row.high)) {
      svg += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"8\" height=\"8\" fill=\"#D55E00\"/>",
                         axis.at(row.high) - 4, middle - 4);
    }
  }
  return svg + "</svg>";
}

std::string strips(const std::vector<Strip>& rows, const std::string& title, const std::string& label) {
  std::vector<std::string> names;
  double low = 0, high = 0;
  for (const Strip& row : rows) {
    names.push_back(row.name);
    for (const double value : row.values) high = std::max(high, value);
  }
  widen(low, high);
  const double margin = 0.03 * (high - low);
  const double left = margin_of(names, 20), bottom = 8 + 34 * static_cast<double>(rows.size());
  const Axis axis{low - margin, high + margin, left + 8, kNarrow - 16, 4};
  std::string svg = open(kNarrow, bottom + 42, label) + axis.drawn(4, bottom, title);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const Strip& row = rows[r];
    const double middle = 24 + 34 * static_cast<double>(r);
    svg += text(left - 8, middle + 4, "end", shortened(row.name, 20), 12, "#1b1b1b");
    std::string strokes;
    for (const double value : row.values) strokes += fmt::format("M{:.1f} {:.1f}v18", axis.at(value), middle - 9);
    svg += "<path d=\"" + strokes + "\" stroke=\"#0072B2\" stroke-opacity=\"0.4\" stroke-width=\"1.5\"/>";
    svg += fmt::format(
        "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"5\" fill=\"#D55E00\" stroke=\"#fff\"><title>{}</title></circle>",
        axis.at(row.mean), middle, escaped(row.text));
  }
  return svg + "</svg>";
}

std::string curve(const std::vector<CurvePoint>& points, bool joined, const std::string& across, const std::string& up,
                  const std::string& label) {
  constexpr double kLeft = 64, kRight = kWidth - 16, kTop = 28, kBottom = 248;
  double low = 0, high = 0, first = std::numeric_limits<double>::infinity(), last = -first;
  for (const CurvePoint& point : points) {
    for (const double end : {point.mean, point.low, point.high}) {
      low = std::fmin(low, end);
      high = std::fmax(high, end);
    }
    first = std::fmin(first, point.at);
    last = std::fmax(last, point.at);
  }
  widen(low, high);
  widen(first, last);
  const double room = 0.05 * (high - low), beside = 0.03 * (last - first);
  const Axis axis{first - beside, last + beside, kLeft, kRight};
  const auto y_of = [&](double value) {
    return kBottom - (value - low + room) / (high - low + 2 * room) * (kBottom - kTop);
  };
  std::string svg = open(kWidth, kBottom + 44, label);
  svg += text(8, 16, "start", up);
  for (const double tick : ticks(low, high, 5)) {
    svg += rule(kLeft, y_of(tick), kRight, y_of(tick), tick == 0 ? "#1b1b1b" : kGrid);
    svg += text(kLeft - 8, y_of(tick) + 4, "end", tick_text(tick));
  }
  for (const double tick : ticks(first, last, 8)) svg += text(axis.at(tick), kBottom + 18, "middle", tick_text(tick));
  svg += text((kLeft + kRight) / 2, kBottom + 36, "middle", across);
  std::string line;
  for (const CurvePoint& point : points) {
    if (!std::isfinite(point.mean)) continue;
    line += fmt::format("{}{:.1f} {:.1f}", line.empty() ? "M" : "L", axis.at(point.at), y_of(point.mean));
  }
  if (joined && !line.empty()) {
    svg += "<path d=\"" + line + "\" fill=\"none\" stroke=\"#0072B2\" stroke-width=\"2\"/>";
  }
  // What counts most is drawn last, so that nothing covers it.
  std::vector<CurvePoint> drawn = points;
  std::stable_sort(drawn.begin(), drawn.end(),
                   [](const CurvePoint& a, const CurvePoint& b) { return a.kind > b.kind; });
  for (const CurvePoint& point : drawn) {
    if (!std::isfinite(point.mean)) continue;
    const double x = axis.at(point.at);
    if (std::isfinite(point.low)) {
      svg +=
          fmt::format("<path d=\"M{:.1f} {:.1f}V{:.1f}\" stroke=\"#0072B2\" stroke-width=\"2\"{}/>", x, y_of(point.low),
                      y_of(point.high), point.kind == CurvePoint::Kind::faint ? " stroke-opacity=\"0.45\"" : "");
    }
    const bool marked = point.kind == CurvePoint::Kind::marked;
    svg += fmt::format(
        "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\" fill=\"{}\" stroke=\"{}\" "
        "stroke-width=\"2\"><title>{}</title></circle>",
        x, y_of(point.mean), marked ? 7 : 4,
        marked                                   ? "#D55E00"
        : point.kind == CurvePoint::Kind::strong ? "#0072B2"
                                                 : "#fff",
        marked ? "#fff" : "#0072B2", escaped(point.text));
  }
  return svg + "</svg>";
}

std::string scatter(const std::vector<Spot>& spots, const std::string& across, const std::string& up,
                    const std::string& label) {
  constexpr double kLeft = 64, kRight = kWidth - 16, kTop = 28, kBottom = 288;
  double low = 0, high = 0, first = 0, last = 0;
  for (const Spot& spot : spots) {
    low = std::fmin(low, spot.up);
    high = std::fmax(high, spot.up);
    first = std::fmin(first, spot.across);
    last = std::fmax(last, spot.across);
  }
  widen(low, high);
  widen(first, last);
  const double room = 0.05 * (high - low), beside = 0.03 * (last - first);
  const Axis axis{first - beside, last + beside, kLeft, kRight};
  const auto y_of = [&](double value) {
    return kBottom - (value - low + room) / (high - low + 2 * room) * (kBottom - kTop);
  };
  std::string svg = open(kWidth, kBottom + 44, label);
  svg += text(8, 16, "start", up);
  for (const double tick : ticks(low, high, 5)) {
    svg += rule(kLeft, y_of(tick), kRight, y_of(tick), tick == 0 ? "#1b1b1b" : kGrid);
    svg += text(kLeft - 8, y_of(tick) + 4, "end", tick_text(tick));
  }
  for (const double tick : ticks(first, last, 8)) {
    svg += rule(axis.at(tick), kTop, axis.at(tick), kBottom, tick == 0 ? "#1b1b1b" : kGrid);
    svg += text(axis.at(tick), kBottom + 18, "middle", tick_text(tick));
  }
  svg += text((kLeft + kRight) / 2, kBottom + 36, "middle", across);
  // What counts most is drawn last, so that nothing covers it.
  std::vector<Spot> drawn = spots;
  std::stable_sort(drawn.begin(), drawn.end(), [](const Spot& a, const Spot& b) { return a.kind > b.kind; });
  for (const Spot& spot : drawn) {
    if (!std::isfinite(spot.across) || !std::isfinite(spot.up)) continue;
    const double x = axis.at(spot.across), y = y_of(spot.up);
    if (spot.kind == Spot::Kind::reference) {
      svg += fmt::format(
          "<path d=\"M{:.1f} {:.1f}l12 12m0 -12l-12 12\" stroke=\"#1b1b1b\" stroke-width=\"3\">"
          "<title>{}</title></path>",
          x - 6, y - 6, escaped(spot.text));
      continue;
    }
    const bool marked = spot.kind == Spot::Kind::marked;
    svg += fmt::format(
        "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\" fill=\"{}\" stroke=\"{}\" "
        "stroke-width=\"{}\"><title>{}</title></circle>",
        x, y, marked ? 6 : 4,
        marked                            ? "#D55E00"
        : spot.kind == Spot::Kind::strong ? "#0072B2"
                                          : "#fff",
        marked ? "#fff" : "#0072B2", spot.kind == Spot::Kind::faint ? 1 : 2, escaped(spot.text));
  }
  return svg + "</svg>";
}

}  // namespace goodhart::charts
