/// Move `revise`: what is wrong with one.
#include "kind.hpp"

namespace goodhart {

template <>
MoveTraits traits_of(const Revise& self) {
  MoveTraits traits{.begins = self.to};
  for (const Condition& condition : self.when) traits.metrics.push_back(condition.metric);
  return traits;
}

template <>
void check_move(const Revise& self, const MovePlace& place) {
  place.next_phase(self.to);
  for (std::size_t c = 0; c < self.when.size(); ++c) {
    const Condition& condition = self.when[c];
    const std::string where = "when." + std::to_string(c);
    if (const auto [field, sentence] = condition.fault(); !sentence.empty())
      place.findings.error(place.at + "." + where + (field.empty() ? "" : "." + field), sentence);
    if (condition.sample) place.in_sample(where + ".sample", *condition.sample);
  }
  if (self.chance == 0) place.findings.warning(place.at + ".chance", "is 0: leadership never acts");
}

}  // namespace goodhart
