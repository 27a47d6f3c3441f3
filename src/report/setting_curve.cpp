/// The figure of a gain along a lever: on the page of a search, and on that of a comparison.
#include <fmt/format.h>

#include "charts.hpp"
#include "html.hpp"

namespace goodhart::html {

std::string figure_of(const SettingCurve& curve) {
  using Kind = SettingCurve::Point::Kind;
  std::vector<charts::CurvePoint> points;
  for (const SettingCurve::Point& point : curve.points) {
    points.push_back({point.at, point.gain.mean, point.gain.low, point.gain.high,
                      point.kind == Kind::best   ? charts::CurvePoint::Kind::marked
                      : point.kind == Kind::open ? charts::CurvePoint::Kind::strong
                                                 : charts::CurvePoint::Kind::faint,
                      point.text});
  }
  const std::string label = fmt::format("Gain over {} along {}", curve.base, curve.lever);
  return "<figure>" +
         charts::curve(points, curve.joined, curve.lever, "gain in " + curve.outcome,
                       label + ". The best stands at " + fmt::format("{:.6g}", curve.best) + ".") +
         "<figcaption>" +
         escaped(fmt::format("{}{}. Large dot: the best. Full: cannot be told from it. Open: certainly worse, or "
                             "not acceptable. Strokes are 95 % intervals, each by itself.",
                             label, curve.joined && curve.several ? ", the other levers as in the best" : "")) +
         "</figcaption></figure>\n";
}

}  // namespace goodhart::html
