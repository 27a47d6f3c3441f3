/// What is wrong with a scenario whose fields are all well formed.
#include "check.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "goodhart/scenario/expression.hpp"
#include "goodhart/scenario/limits.hpp"

namespace goodhart {

namespace {

bool well_named(const std::string& name) {
  if (name.empty() || name[0] < 'a' || name[0] > 'z') return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

std::string name_rule(const std::string& name) {
  return "'" + name + "' is not a name; names start with a small letter and go on with small letters, digits and _";
}

template <class T>
void check_names(const Named<T>& named, const std::string& path, const Findings& findings) {
  for (const auto& [name, value] : named) {
    if (!well_named(name)) findings.error(path + "." + name, name_rule(name));
  }
}

/// The names an expression uses.
std::vector<std::string> used_names(const Quantity& quantity, const std::vector<std::string>& names) {
  std::vector<std::string> used;
  if (const auto* expression = std::get_if<Expression>(&quantity.form))
    check_expression(expression->text, names, &used);
  return used;
}

void check_population(const PopulationSpec& population, const Findings& findings) {
  check_names(population.groups, "population.groups", findings);
  check_names(population.traits, "population.traits", findings);
  if (population.team_size && *population.team_size > population.size) {
    findings.error("population.team_size", "must be at most the size, " + std::to_string(population.size) + ", got " +
                                               std::to_string(*population.team_size));
  }

  // Groups: shares sum to one; names collide with nothing.
  double sum = 0;
  for (const auto& [name, group] : population.groups) {
    sum += group.share;
    check_names(group.traits, "population.groups." + name + ".traits", findings);
    const bool trait = population.traits.find(name) ||
                       std::any_of(population.groups.begin(), population.groups.end(),
                                   [&name = name](const auto& other) { return other.value.traits.find(name); });
    if (trait) {
      findings.error("population.groups." + name,
                     "'" + name + "' is a trait too; names are unique among traits and groups");
    }
  }
  if (!population.groups.empty() && std::fabs(sum - 1) > 1e-9) {
    findings.error("population.groups." + population.groups.begin()->name + ".share",
                   "the shares of all groups must sum to 1; they sum to " + number_text(sum));
  }
  const auto refuse_reserved = [&](const std::string& name, const std::string& path) {
    const auto& reserved = reserved_names();
    if (std::find(reserved.begin(), reserved.end(), name) != reserved.end()) {
      findings.error(path, "'" + name + "' has a meaning of its own in expressions; choose another name");
    }
  };
  for (const auto& [name, group] : population.groups) refuse_reserved(name, "population.groups." + name);

  // Traits: those that only groups define come first; each uses only what stands before it.
  std::vector<std::string> order;
  for (const auto& [group_name, group] : population.groups) {
    for (const auto& [name, quantity] : group.traits) {
      refuse_reserved(name, "population.groups." + group_name + ".traits." + name);
      if (!population.traits.find(name) && std::find(order.begin(), order.end(), name) == order.end())
        order.push_back(name);
    }
  }
  const std::size_t only_groups = order.size();
  for (const auto& [name, quantity] : population.traits) {
    refuse_reserved(name, "population.traits." + name);
    order.push_back(name);
  }
  for (std::size_t i = 0; i < only_groups; ++i) {
    for (const auto& [group_name, group] : population.groups) {
      if (!group.traits.find(order[i])) {
        findings.error("population.groups." + group_name,
                       "has no trait '" + order[i] +
                           "', which other groups define; give it one here or a general one under population.traits");
      }
    }
  }
  std::vector<std::string> all = order;
  for (const auto& [name, group] : population.groups) all.push_back(name);
  all.push_back("team_size");
  all.push_back("founder");
  // What a trait is made of, in any group, and whether that leads back to another one.
  const auto made_of = [&](const std::string& trait) {
    std::vector<std::string> names;
    const auto add = [&](const Quantity* quantity) {
      if (!quantity) return;
      for (const std::string& name : used_names(*quantity, all)) names.push_back(name);
    };
    add(population.traits.find(trait));
    for (const auto& [group_name, group] : population.groups) add(group.traits.find(trait));
    return names;
  };
  const auto leads_to = [&](const std::string& from, const std::string& to) {
    std::vector<std::string> ahead{from}, seen;
    while (!ahead.empty()) {
      const std::string name = ahead.back();
      ahead.pop_back();
      if (name == to) return true;
      if (std::find(seen.begin(), seen.end(), name) != seen.end()) continue;
      seen.push_back(name);
      for (const std::string& next : made_of(name)) ahead.push_back(next);
    }
    return false;
  };
  const auto check_order = [&](const std::string& trait, const Quantity& quantity, const std::string& path) {
    const auto own = std::find(order.begin(), order.end(), trait);
    for (const std::string& name : used_names(quantity, all)) {
      const auto other = std::find(order.begin(), order.end(), name);
      if (other == order.end() || other < own) continue;
      if (other == own) {
        findings.error(path, "'" + trait + "' cannot be made of itself");
      } else if (leads_to(name, trait)) {
        findings.error(path, "uses '" + name + "', which is in turn made of '" + trait + "'; break the circle");
      } else if (population.traits.find(name) && !population.traits.find(trait)) {
        findings.error(path, "uses '" + name + "', but traits that only groups have come before the others; give '" +
                                 trait + "' a general value too, under population.traits below '" + name + "'");
      } else {
        findings.error(path, "uses '" + name + "', which comes after it; put '" + name + "' before '" + trait + "'");
      }
    }
  };
  for (const auto& [name, quantity] : population.traits) check_order(name, quantity, "population.traits." + name);
  for (const auto& [group_name, group] : population.groups) {
    for (const auto& [name, quantity] : group.traits)
      check_order(name, quantity, "population.groups." + group_name + ".traits." + name);
  }

  // Networks: nobody can see more others than there are.
  const int others = population.size - 1;
  const auto needs_size = [&](const std::string& network, int size) {
    findings.error("population.network." + network,
                   "needs a size of at least " + std::to_string(size) + ", got " + std::to_string(population.size));
  };
  if (const auto* random = std::get_if<RandomPeers>(&population.network); random && others < 1) {
    needs_size("random", 2);
  } else if (random && random->degree > others) {
    findings.error(
        "population.network.random.degree",
        "must be at most " + std::to_string(others) + ", the number of others; got " + std::to_string(random->degree));
  }
  if (const auto* ring = std::get_if<SmallWorld>(&population.network)) {
    if (others < 2) {
      needs_size("small_world", 3);
    } else if (ring->degree > others || ring->degree % 2 != 0) {
      findings.error("population.network.small_world.degree",
                     "must be an even number of at most " + std::to_string(others) + ", the number of others; got " +
                         std::to_string(ring->degree));
    }
  }
}

bool is_zero(const Quantity& quantity) {
  return quantity.is(0);
}

/// Does anything in the setting give the activity a point: value, a reading, what it brings later, less aversion than
/// none?
bool can_be_wanted(const Setting& setting, const std::string& name, const Activity& activity) {
  const auto may_be_positive = [](const Quantity& q) { return !q.number() || *q.number() > 0; };
  const auto may_be_negative = [](const Quantity& q) { return !q.number() || *q.number() < 0; };
  if (may_be_positive(activity.perceived_value.value_or(activity.value)) || may_be_negative(activity.aversion))
    return true;
  for (const auto& [metric_name, metric] : setting.metrics) {
    if (const Loading* loading = metric.measures.loadings.find(name); loading && !is_zero(loading->loading))
      return true;
  }
  if (activity.later && (!is_zero(activity.later->value) || !activity.later->amounts.empty())) return true;
  return std::any_of(setting.effort.interactions.begin(), setting.effort.interactions.end(), [&](const Interaction& i) {
    return may_be_negative(i.strain) && std::find(i.between.begin(), i.between.end(), name) != i.between.end();
  });
}

/// Does the stake of an incentive on this metric have no upper bound for some plan?
bool unbounded_stake(const Setting& setting, const Metric& metric) {
  const auto unbounded = [](const Quantity& q) { return q.number() && std::isinf(*q.number()); };
  if (!unbounded(setting.effort.budget)) return false;
  return std::any_of(metric.measures.loadings.begin(), metric.measures.loadings.end(), [&](const auto& entry) {
    // `value` and `contribution` read all activities.
    if (const Activity* activity = setting.activities.find(entry.name)) return unbounded(activity->max);
    return std::any_of(setting.activities.begin(), setting.activities.end(),
                       [&](const auto& activity) { return unbounded(activity.value.max); });
  });
}

}  // namespace

void check_incentives(const Phase& phase, const Setting& setting, const std::string& path, const Findings& findings) {
  const std::vector<std::string> names = incentive_names(phase.incentives);
  for (std::size_t i = 0; i < phase.incentives.size(); ++i) {
    const std::string at = path + "." + names[i];
    std::visit(
        [&](const auto& scheme) {
          const Metric* metric = setting.metrics.find(scheme.metric);
          if (!metric) return;
          const auto* student = std::get_if<StudentNoise>(&metric->noise);
          if (student && student->dof <= 2 && (scheme.weighs_noise() || !setting.effort.risk_aversion.is(0))) {
            findings.error("metrics." + scheme.metric + ".noise.student_t.dof",
                           "must be above 2, so that the noise has a standard deviation, because " + at +
                               " reads it; got " + number_text(student->dof));
          }
          if (setting.effort.crowding > 0 && !scheme.limited() && unbounded_stake(setting, *metric)) {
            findings.error("effort.crowding", "needs a finite stake, but " + at +
                                                  " can pay without bound: give effort.budget or the activities' max "
                                                  "a number");
          }
        },
        phase.incentives[i]);
  }
}

void check_setting(const Setting& setting, const Findings& findings) {
  check_population(setting.population, findings);

  // Activities.
  check_names(setting.activities, "activities", findings);
  if (setting.activities.size() > static_cast<std::size_t>(kMostActivities)) {
    findings.error("activities", "must be at most " + std::to_string(kMostActivities) + ", got " +
                                     std::to_string(setting.activities.size()));
  }
  for (const auto& [name, activity] : setting.activities) {
    if (setting.activities.size() > static_cast<std::size_t>(kMostActivities)) break;
    const std::string path = "activities." + name;
    if (name == "value" || name == "contribution")
      findings.error(path, "'" + name + "' is what metrics call produced value; choose another name");
    const double* value = activity.value.number();
    const double* saturation = activity.saturation.number();
    const double* most = activity.max.number();
    if (value && saturation && most && std::isfinite(*most) && *value > 0 && *saturation * *most > *value) {
      findings.warning(path + ".saturation", "each unit beyond " + number_text(*value / *saturation) +
                                                 " (value / saturation) lowers value, and max allows " +
                                                 number_text(*most));
    }
    if (!can_be_wanted(setting, name, activity))
      findings.warning(path, "has no value, is read by no metric and brings nothing later: nobody could ever want it");
  }
  // Metrics.
  check_names(setting.metrics, "metrics", findings);
  if (setting.metrics.size() > static_cast<std::size_t>(kMostReadings)) {
    findings.error("metrics", "must be at most " + std::to_string(kMostReadings) + ", got " +
                                  std::to_string(setting.metrics.size()));
  }
  for (const auto& [name, metric] : setting.metrics) {
    if (name == "value" || name == "contribution") {
      findings.error("metrics." + name, "'" + name + "' is what metrics call produced value; choose another name");
    } else if (name == "after" || name == "time" || name == "foreseen") {
      findings.error("metrics." + name,
                     "'" + name + "' is a field of what activities bring later; choose another name");
    }
  }

  // Interactions.
  for (std::size_t i = 0; i < setting.effort.interactions.size(); ++i) {
    const Interaction& interaction = setting.effort.interactions[i];
    const std::string path = "effort.interactions." + std::to_string(i) + ".between";
    const auto same_pair = [&interaction](const Interaction& other) {
      return std::is_permutation(other.between.begin(), other.between.end(), interaction.between.begin(),
                                 interaction.between.end());
    };
    const auto first = setting.effort.interactions.begin();
    if (interaction.between.size() != 2 || interaction.between[0] == interaction.between[1]) {
      findings.error(path, "must name two different activities; how an activity tires by itself is its strain");
    } else if (std::any_of(first, first + static_cast<std::ptrdiff_t>(i), same_pair)) {
      findings.error(path, "stands twice; give each pair of activities one strain");
    }
  }
}

void check_scenario(const Scenario& scenario, const Findings& findings) {
  const Setting& setting = scenario.setting;

  check_names(scenario.policies, "policies", findings);

  std::set<std::string> read;
  for (const auto& entry : scenario.policies) {
    const Policy& policy = entry.value;
    const std::string policy_path = "policies." + entry.name;
    std::set<std::string> phase_names;
    for (std::size_t p = 0; p < policy.phases.size(); ++p) {
      const Phase& phase = policy.phases[p];
      const std::string path =
          policy.phased ? policy_path + "." + (phase.name.empty() ? std::to_string(p) : phase.name) : policy_path;

      // Phases: named once, in order, the first from the start, each before the end.
      if (policy.phased) {
        const std::string& at = path;
        if (!phase.name.empty() && !well_named(phase.name)) findings.error(at + ".name", name_rule(phase.name));
        if (!phase_names.insert(phase.name).second)
          findings.error(at + ".name", "'" + phase.name + "' stands twice; give each phase its own name");
        if (p == 0 && phase.from != 0)
          findings.error(at + ".from", "the first phase must start at 0, got " + std::to_string(phase.from));
        if (p > 0 && phase.from <= policy.phases[p - 1].from) {
          findings.error(at + ".from", "must be above " + std::to_string(policy.phases[p - 1].from) +
                                           ", where the phase before it starts; got " + std::to_string(phase.from));
        }
        if (phase.from >= scenario.time.steps) {
          findings.warning(at + ".from", "the run ends after " + std::to_string(scenario.time.steps) +
                                             " steps, so this phase never starts");
        }
      }

      // Incentives.
      const std::vector<std::string> names = incentive_names(phase.incentives);
      std::set<std::string> seen;
      for (std::size_t i = 0; i < phase.incentives.size(); ++i) {
        const std::string at = path + "." + names[i];
        std::visit(
            [&](const auto& scheme) {
              read.insert(scheme.metric);
              if (!scheme.name.empty() && !well_named(scheme.name))
                findings.error(at + ".name", name_rule(scheme.name));
              if (!seen.insert(names[i]).second)
                findings.error(at + ".name", "'" + names[i] + "' stands twice; give each incentive its own name");
              const int from = phase.from,
                        to = p + 1 < policy.phases.size() ? policy.phases[p + 1].from : scenario.time.steps;
              if (scheme.every > to - from && to > from) {
                findings.warning(at + ".every", "the window of " + std::to_string(scheme.every) +
                                                    " steps is longer than the phase (" + std::to_string(to - from) +
                                                    " steps): it never closes and nothing is ever paid");
              }
              if (const auto [field, sentence] = scheme.fault(); !sentence.empty())
                findings.error(at + "." + field, sentence);
            },
            phase.incentives[i]);
      }
      if (phase.incentives.size() > static_cast<std::size_t>(kMostIncentives)) {
        findings.error(path, "there can be at most " + std::to_string(kMostIncentives) + " incentives at once, got " +
                                 std::to_string(phase.incentives.size()));
      }
      check_incentives(phase, setting, path, findings);
    }
  }
  for (const auto& [name, metric] : setting.metrics) {
    if (!read.count(name)) findings.warning("metrics." + name, "no incentive reads it: it is only reported");
  }
}

}  // namespace goodhart
