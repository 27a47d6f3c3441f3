/// Move `infer`: a Kalman filter of the share of a metric that is gamed, and what leadership does once it is sure.
#include <cmath>

#include "goodhart/model/kalman.hpp"
#include "kind.hpp"

namespace goodhart {

namespace {

/// What a signal shows in this step; NaN where it shows nothing.
double shown(const Signal& signal, const Infer& self, const Office& office, std::size_t move) {
  if (signal.see == "dashboard") return office.dashboard(signal.metric);
  if (signal.see == "bill") return office.bill();
  if (signal.see == "tips") return office.gaming_share();
  double gamed = 0, read = 0;
  for (const std::size_t i : office.inspect(*signal.sample, move)) {
    gamed += office.gamed(self.metric, i);
    read += office.own_reading(self.metric, i);
  }
  return gamed / read;
}

}  // namespace

template <>
void act_as(const Infer& self, Office& office, std::size_t move) {
  Belief& belief = office.belief(move);
  if (office.since() == 1) {
    belief = {.mean = self.first, .variance = self.first_sd * self.first_sd};
  } else {
    belief.drift(self.drift * self.drift);
  }
  for (const Signal& signal : self.signals) {
    const double z = shown(signal, self, office, move);
    if (!std::isfinite(z)) continue;
    const bool dashboard = signal.see == "dashboard";
    const double none = dashboard ? office.level(signal.metric, signal.none) : signal.none;
    const double all = dashboard ? office.level(signal.metric, signal.all) : signal.all;
    belief.see(z, none, all - none, signal.sd * signal.sd);
  }
  if (self.above && probability_above(belief, *self.above) >= self.sure) office.begin(self.to);
}

template <>
int audited_by(const Infer& self, int) {
  int audited = 0;
  for (const Signal& signal : self.signals) audited += signal.sample.value_or(0);
  return audited;
}

template <>
std::vector<std::string> metrics_read_by(const Infer& self) {
  std::vector<std::string> metrics;
  for (const Signal& signal : self.signals) {
    if (signal.see == "dashboard") metrics.push_back(signal.metric);
    if (signal.see == "audits") metrics.push_back(self.metric);
  }
  return metrics;
}

template <>
std::string moves_target_as(const Infer&) {
  return {};
}

template <>
bool moves_rates_as(const Infer&) {
  return false;
}

}  // namespace goodhart
