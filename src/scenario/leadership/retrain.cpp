/// Move `retrain`: what is wrong with one.
#include "kind.hpp"

namespace goodhart {

template <>
MoveTraits traits_of(const Retrain&) {
  return {.sets_rates = true};
}

template <>
void check_move(const Retrain& self, const MovePlace& place) {
  place.in_sample("sample", self.sample);
  place.in_time("every", self.every);
  int linear = 0;
  for (const Scheme& scheme : place.phase.incentives) {
    if (!std::visit([]<class Kind>(const Kind&) { return Retrainable<Kind>; }, scheme)) continue;
    ++linear;
    const std::string name = std::visit([](const auto& kind) { return kind.metric; }, scheme);
    if (const Metric* metric = place.setting.metrics.find(name); metric && metric->level == "organisation") {
      place.findings.error(place.at, "cannot fit a rate to '" + name +
                                         "', whose level is organisation: its reading is the same for all");
    }
  }
  if (linear == 0) {
    place.findings.error(place.at, "sets the rates of linear incentives, but " + place.whole() + " has none");
  } else if (self.sample < linear + 1) {
    place.findings.error(place.at + ".sample", "must be at least " + std::to_string(linear + 1) +
                                                   ", to fit an intercept and the rates of " + std::to_string(linear) +
                                                   " linear incentives; got " + std::to_string(self.sample));
  }
}

}  // namespace goodhart
