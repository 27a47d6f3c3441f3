/// Move `infer`: what is wrong with one.
#include "kind.hpp"

namespace goodhart {

template <>
MoveTraits traits_of(const Infer& self) {
  MoveTraits traits{.metrics = {self.metric}, .begins = self.to, .infers = true};
  for (const Signal& signal : self.signals) traits.metrics.push_back(signal.metric);
  return traits;
}

template <>
void check_move(const Infer& self, const MovePlace& place) {
  if (const Metric* metric = place.setting.metrics.find(self.metric); metric && metric->delay > 0) {
    place.findings.error(place.at + ".metric",
                         "'" + self.metric + "' has a delay of " + std::to_string(metric->delay) +
                             "; what is gamed of a reading is known in its own step only, so it must be 0");
  }
  if (self.signals.empty())
    place.findings.error(place.at + ".signals", "must hold at least one: what leadership goes by");
  for (std::size_t s = 0; s < self.signals.size(); ++s) {
    const Signal& signal = self.signals[s];
    const std::string where = "signals." + std::to_string(s);
    if (const auto [field, sentence] = signal.fault(); !sentence.empty())
      place.findings.error(place.at + "." + where + (field.empty() ? "" : "." + field), sentence);
    if (signal.sample) place.in_sample(where + ".sample", *signal.sample);
  }
  if (self.above.has_value() == self.to.empty()) {
    place.findings.error(place.at + (self.above ? ".to" : ".above"),
                         self.above ? "is missing; it is needed beside above: the phase that begins"
                                    : "is missing; it is needed beside to: the share above which leadership acts");
  }
  if (!self.to.empty()) place.next_phase(self.to);
}

}  // namespace goodhart
