/// Pictures that need no program to be seen: scalable vector graphics in plain text.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace goodhart::charts {

/// The text with what HTML, and SVG in it, would take for its own made harmless, for contents and for attributes in
/// double quotes. Control characters are left out.
std::string escaped(const std::string& text);

/// A line over time with its bands: of the mean, and from the least to the most of any replicate; NaN where there is
/// nothing.
struct Line {
  std::string name;
  std::string label;  ///< at its end
  std::string colour;
  bool dashed = false;
  std::vector<double> mean, low, high, least, most;
};

/// The size of what `lines` draws.
inline constexpr double kLinesWide = 380, kLinesHigh = 224;

/// So many signs of a label have room at the end of a line; longer ones are cut.
inline constexpr std::size_t kLongestLabel = 14;

/// Lines over steps with their 95 % intervals, each named at its end, with how far it then is from the level 100, which
/// is marked; all within `range` of the vertical axis. `label` is the text alternative.
std::string lines(const std::vector<Line>& lines, const std::vector<double>& steps, std::pair<double, double> range,
                  const std::string& unit, const std::string& label);

struct Part {
  std::string colour;
  double size = 0;
  std::string text;  ///< told when the pointer rests on it
};

/// A bar for each row, made of parts beside each other; sizes of at least 0.
std::string stacked_bars(const std::vector<std::pair<std::string, std::vector<Part>>>& rows, const std::string& title,
                         const std::string& label);

/// A bar with an interval, of any sign.
struct Bar {
  std::string name;
  std::string colour;
  double size = 0, low = 0, high = 0;
  std::string text;
};

/// Groups of bars from a common zero.
std::string grouped_bars(const std::vector<std::pair<std::string, std::vector<Bar>>>& groups, const std::string& title,
                         const std::string& label);

/// A dot on an axis with its interval (NaN: none), or a ring where it is what the others are compared with.
struct Dot {
  std::string name;
  double mean = 0, low = 0, high = 0;
  bool ring = false;
  std::string text;
};

/// A row for each dot, zero marked.
std::string dots(const std::vector<Dot>& rows, const std::string& title, const std::string& label);

/// Two values of one thing, beside each other on one axis: what the dashboard shows, and what there is.
struct Pair {
  std::string name;
  double shown = 0, real = 0;
  std::string shown_text, real_text;
};

/// A count of things between two values, and how many would be expected.
struct Column {
  double from = 0, to = 0;
  double size = 0, expected = 0;
  bool marked = false;
  std::string text;
};

/// Columns side by side over an axis of values, with a line of what is expected; what is marked is dark. `title` is
/// under the axis, `unit` over the columns.
std::string columns(const std::vector<Column>& columns, const std::string& title, const std::string& unit,
                    const std::string& label);

/// A row for each pair, with a line between its two marks: a square for what is shown, a dot for what there is.
std::string pairs(const std::vector<Pair>& rows, const std::string& title, const std::string& label);

/// Where a thing goes between two ends: a bar from `from` to `to` in each row, the ends marked by a dot (low) and a
/// square (high).
struct Span {
  std::string name;
  double low = 0, high = 0;
  std::string text;
};
std::string spans(const std::vector<Span>& rows, const std::string& title, const std::string& label);

/// Many values of one thing, each a stroke on an axis from 0, and a dot for their mean.
struct Strip {
  std::string name;
  std::vector<double> values;
  double mean = 0;
  std::string text;  ///< told when the pointer rests on the dot
};
std::string strips(const std::vector<Strip>& rows, const std::string& title, const std::string& label);

/// A value with its interval where a number stands.
struct CurvePoint {
  double at = 0, mean = 0, low = 0, high = 0;
  enum class Kind { marked, strong, faint } kind = Kind::faint;
  std::string text;  ///< told when the pointer rests on it
};
/// Points in the order of `at`, with a line through them where `joined`, and the zero of what is measured.
std::string curve(const std::vector<CurvePoint>& points, bool joined, const std::string& across, const std::string& up,
                  const std::string& label);

/// A thing with two values.
struct Spot {
  double across = 0, up = 0;
  enum class Kind { reference, marked, strong, faint } kind = Kind::faint;
  std::string text;  ///< told when the pointer rests on it
};
/// Things by two values, the zero of both marked.
std::string scatter(const std::vector<Spot>& spots, const std::string& across, const std::string& up,
                    const std::string& label);

}  // namespace goodhart::charts
