/// Part of stage 6: leadership acts, by its view of the step.
#include <algorithm>
#include <utility>

#include "adapting.hpp"
#include "goodhart/model/leadership.hpp"
#include "phases.hpp"
#include "simulation_state.hpp"

namespace goodhart {

double gamed_reading(const Now& now, std::size_t j, std::size_t i) {
  double gamed = 0;
  for (std::size_t k = 0; k < index(now.constants.activities); ++k) {
    if (!now.people.activities[k].gaming) continue;
    const double x = now.state.units[k][i];
    gamed += now.people.metrics[j].loading[k][i] * x - 0.5 * bend_of(now, j, k, i) * x * x;
  }
  return gamed;
}

namespace {

/// Leadership's view of a simulation after a step.
class LeadersDesk final : public Office {
 public:
  explicit LeadersDesk(const Run& all) : run(all), force(all.force) {}

  int since() const override { return run.state.next - force.from; }
  double dashboard(const std::string& metric) const override { return run.means.dashboard[place(metric)]; }
  double level(const std::string& metric, double asked) const override {
    const std::size_t j = place(metric);
    const bool is_share = std::holds_alternative<ShareAbove>(force.setting->metrics.entries[j].value.dashboard);
    return is_share ? asked : bent_level(run, j, asked);
  }
  bool lower(std::size_t incentive) const override { return force.incentives[incentive].lower; }
  double gaming_share() const override { return run.means.gaming_share; }
  double bill() const override { return run.means.cost; }
  std::size_t incentive(const std::string& name) const override {
    std::size_t at = 0;
    while (force.incentives[at].name != name) ++at;
    return at;
  }
  ScratchVector<std::size_t> linear_incentives() const override {
    ScratchVector<std::size_t> found;
    for (std::size_t c = 0; c < force.incentives.size(); ++c) {
      if (retrainable(*force.incentives[c].scheme)) found.push_back(c);
    }
    return found;
  }
  const std::string& metric(std::size_t incentive) const override {
    return force.setting->metrics.entries[index(force.incentives[incentive].metric)].name;
  }
  bool closed(std::size_t incentive) const override { return force.incentives[incentive].closes; }
  std::size_t employees() const override { return run.state.roster.size; }
  std::size_t team(std::size_t employee) const override { return run.state.roster.team_of(employee); }
  double achieved(std::size_t incentive, std::size_t employee) const override {
    return force.incentives[incentive].achieved[employee];
  }
  double target(std::size_t incentive, std::size_t employee) const override {
    const InForce::Incentive& one = force.incentives[incentive];
    return (*one.terms)[*one.target_term][employee];
  }
  double stakes(std::size_t incentive) const override { return force.incentives[incentive].stakes; }
  ScratchVector<std::size_t> inspect(int count, std::size_t move) const override {
    // Everybody draws a number; the lowest are audited.
    const std::size_t n = employees();
    ScratchVector<std::pair<double, std::size_t>> lots(n);
    for (std::size_t i = 0; i < n; ++i) {
      lots[i] = {run.constants.inspection.uniform(run.constants.luck.replicate, static_cast<std::uint32_t>(i),
                                                  run.state.next, static_cast<std::uint32_t>(move)),
                 i};
    }
    const auto end = lots.begin() + static_cast<std::ptrdiff_t>(std::min(index(count), n));
    std::nth_element(lots.begin(), end == lots.end() ? end - 1 : end, lots.end());
    ScratchVector<std::size_t> sample;
    for (auto at = lots.begin(); at != end; ++at) sample.push_back(at->second);
    std::sort(sample.begin(), sample.end());
    return sample;
  }
  double reading(const std::string& metric, std::size_t employee) const override {
    const std::size_t j = place(metric);
    return run.constants.level[j] == Level::individual ? run.state.reading[j][employee]
                                                       : level_reading(run, j, employee);
  }
  double contribution(std::size_t employee) const override { return run.state.contributions()[employee]; }
  double own_reading(const std::string& metric, std::size_t employee) const override {
    return run.state.reading[place(metric)][employee];
  }
  double contribution_read(const std::string& metric, std::size_t employee) const override {
    return run.state.contributions_read(place(metric))[employee];
  }
  double gamed(const std::string& metric, std::size_t employee) const override {
    return gamed_reading(run, place(metric), employee);
  }
  Belief& belief(std::size_t move) override { return force.beliefs[move]; }
  double draw(std::size_t move) const override {
    return run.constants.leadership.uniform(run.constants.luck.replicate, 0, run.state.next,
                                            static_cast<std::uint32_t>(move));
  }

  void set_target(std::size_t incentive, std::size_t employee, double target) override {
    InForce::Incentive& one = force.incentives[incentive];
    (*one.moved)[*one.target_term].set(employee, target);
    // A straight reward is worked for alike wherever its target lies.
    if (!straight(*one.scheme)) run.state.move(employee, employee + 1);
  }
  void set_stakes(std::size_t incentive, double stakes) override {
    force.incentives[incentive].stakes = stakes;
    run.state.move_all();
  }
  void set_rate(std::size_t incentive, double rate) override {
    run.state.move_all();
    InForce::Incentive& one = force.incentives[incentive];
    (*one.moved)[*one.rate_term] = Column(rate);
    one.rate_set = true;
  }
  void begin(const std::string& phase) override {
    const auto& phases = force.policy->phases;
    for (std::size_t p = 0; p < phases.size(); ++p) {
      if (phases[p].name == phase) force.revised = static_cast<int>(p);
    }
  }

 private:
  std::size_t place(const std::string& metric) const { return index(force.setting->metrics.index(metric)); }

  const Run run;
  InForce& force;
};

}  // namespace

void lead(const Run& run) {
  if (!run.force.leadership) return;
  LeadersDesk desk(run);
  for (std::size_t m = 0; m < run.force.leadership->size(); ++m) act((*run.force.leadership)[m], desk, m);
}

}  // namespace goodhart
