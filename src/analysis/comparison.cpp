/// From results to what they say: estimates, gaps, who was rewarded, what came when.
#include "goodhart/analysis/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "goodhart/analysis/averages.hpp"
#include "goodhart/analysis/courses.hpp"
#include "goodhart/analysis/number_words.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/core/random.hpp"
#include "goodhart/engine/outputs.hpp"
#include "goodhart/model/behaviour.hpp"
#include "goodhart/scenario/read.hpp"

namespace goodhart {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

bool is_volume(const Metric& metric) {
  if (metric.kind) return *metric.kind == "volume";
  return !metric.measures.loadings.find("value") && !metric.measures.loadings.find("contribution");
}

/// What people call named things, in their order. Those that share a label have their names beside it.
template <class T>
std::vector<std::string> labels_of(const Named<T>& named) {
  std::vector<std::string> labels;
  for (const auto& [name, one] : named) labels.push_back(one.called.shown(name));
  std::vector<std::string> distinct = labels;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (std::count(labels.begin(), labels.end(), labels[i]) > 1) distinct[i] += " (" + named.entries[i].name + ")";
  }
  return distinct;
}

/// Each value by one operation with its counterpart.
std::vector<double> each(const std::vector<double>& a, const std::vector<double>& b, auto&& operation) {
  std::vector<double> result(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) result[i] = operation(a[i], b[i]);
  return result;
}

/// The mean of the comparison policy's values, as what a change is a per cent of: 0 where it is only rounding beside
/// what either policy has.
double base_of(const std::vector<double>& values, const std::vector<double>& base) {
  double size = 0;
  for (const auto* list : {&values, &base}) {
    for (const double value : *list) size = std::fmax(size, std::fabs(value));
  }
  const double mean = mean_of(base);
  return only_rounding(mean, size) ? 0 : mean;
}

/// What the comparison is made from, with the look-ups that it needs.
class Measured {
 public:
  explicit Measured(const Results& all)
      : results(all),
        root(all.layout.folders.front()),
        averages(all.averages),
        comparison(static_cast<std::size_t>(all.scenario.comparison())),
        courses(all.layout,
                {"value", "net_value", "gaming_share", "cost", "waste", "dashboard", "alignment", "effort"}) {}

  bool has(const std::string& variable) const {
    return std::any_of(root.variables.begin(), root.variables.end(),
                       [&](const Variable& one) { return one.name == variable; });
  }
  const std::vector<std::string>& names(const std::string& name) const { return averages.names(name); }

  /// One value a replicate: the mean over steps.
  std::vector<double> over_replicates(const std::string& variable, std::size_t policy, std::size_t at = 0) const {
    return averages.over_replicates(variable, policy, at);
  }
  /// Where a variable stands among those of the root.
  std::size_t index_of(const std::string& variable) const {
    const auto found = std::find_if(root.variables.begin(), root.variables.end(),
                                    [&](const Variable& one) { return one.name == variable; });
    if (found == root.variables.end()) throw Bug("comparison: there is no variable " + variable);
    return static_cast<std::size_t>(found - root.variables.begin());
  }

  const Results& results;
  const Folder& root;
  const Averages& averages;
  std::size_t comparison;
  Courses courses;  ///< filled by `read_series`
};

Outcome outcome_of(const Measured& source, const std::string& variable, const std::string& metric, std::size_t at,
                   const std::string& label, bool share, double confidence) {
  Outcome outcome;
  outcome.name = variable;
  outcome.metric = metric;
  outcome.label = label;
  outcome.share = share;
  for (const Variable& one : source.root.variables) {
    if (one.name == variable) outcome.units = one.units;
  }
  const std::size_t policies = source.names("policy").size();
  const std::vector<double> base = source.over_replicates(variable, source.comparison, at);
  const bool money = variable == "net_value" || variable == "surplus";
  const double magnitude = money ? net_value_magnitude(source.averages, source.results.scenario) : 0;
  const std::uint64_t seed = mixed(source.results.scenario.seed, variable + " " + metric);
  std::vector<std::vector<double>> against;
  std::vector<std::size_t> others;
  for (std::size_t p = 0; p < policies; ++p) {
    const std::vector<double> here = source.over_replicates(variable, p, at);
    Effect effect;
    effect.level = estimate(here);
    effect.change = compare(here, base, magnitude);
    if (p != source.comparison) {
      against.push_back(differences(here, base, magnitude));
      others.push_back(p);
      effect.bootstrap = bootstrap_interval(against.back(), seed);
      effect.pairing = pairing(here, base, magnitude);
    }
    outcome.effects.push_back(effect);
  }
  const std::vector<Interval> together = simultaneous_intervals(against, seed, confidence);
  for (std::size_t i = 0; i < others.size(); ++i) outcome.effects[others[i]].simultaneous = together[i];
  return outcome;
}

/// The outcomes that come first, in this order; others that the table of outputs has a label for follow in its order.
constexpr std::string_view kFirstOutcomes[] = {"net_value",
                                               "net_after_bonuses",
                                               "value",
                                               "dashboard",
                                               "gaming_share",
                                               "gamers",
                                               "cost",
                                               "waste",
                                               "measurement_cost",
                                               "audit_cost",
                                               "hiring_cost",
                                               "hours",
                                               "reward",
                                               "bonus",
                                               "surplus",
                                               "utility"};

/// Every variable that comparisons show, under every policy; those of metrics one by one.
std::vector<Outcome> outcomes_of(const Measured& source, double confidence) {
  std::vector<const StepOutput*> outputs;
  for (const StepOutput& output : kStepOutputs) {
    if (output.label) outputs.push_back(&output);
  }
  const auto place = [](const StepOutput* output) {
    return std::find(std::begin(kFirstOutcomes), std::end(kFirstOutcomes), output->name) - std::begin(kFirstOutcomes);
  };
  std::stable_sort(outputs.begin(), outputs.end(), [&](const auto* a, const auto* b) { return place(a) < place(b); });
  const std::vector<std::string> labels = labels_of(source.results.scenario.setting.metrics);
  std::vector<Outcome> outcomes;
  for (const StepOutput* output : outputs) {
    if (output->over == Over::all) {
      outcomes.push_back(outcome_of(source, output->name, "", 0, output->label, output->share, confidence));
      continue;
    }
    const auto& metrics = source.results.scenario.setting.metrics.entries;
    for (std::size_t m = 0; m < metrics.size(); ++m) {
      const bool dashboard = output->name == std::string_view("dashboard");
      const bool share = dashboard && std::holds_alternative<ShareAbove>(metrics[m].value.dashboard);
      const std::string& label = labels[m];
      outcomes.push_back(
          outcome_of(source, output->name, metrics[m].name, m, output->label + (" of " + label), share, confidence));
      outcomes.back().metric_label = label;
      outcomes.back().metric_words = metrics[m].value.called.description;
      outcomes.back().lower_is_better = dashboard && metrics[m].value.better == "lower";
    }
  }
  return outcomes;
}

/// The gap between dashboard and value, replicate by replicate, in points of per cent.
std::vector<double> gaps(const std::vector<double>& shown, const std::vector<double>& shown_base,
                         const std::vector<double>& value, const std::vector<double>& value_base, double shown_mean,
                         double value_mean) {
  const std::vector<double> ahead = differences(shown, shown_base), behind = differences(value, value_base);
  std::vector<double> result(shown.size());
  for (std::size_t r = 0; r < result.size(); ++r) {
    result[r] = 100 * ahead[r] / std::fabs(shown_mean) - 100 * behind[r] / std::fabs(value_mean);
    if (!std::isfinite(result[r])) result[r] = kNaN;
  }
  return result;
}

/// How far a dashboard is ahead of value at each recorded step from 0 on, under one policy; taken replicate by
/// replicate, so that no series are kept.
class Gap {
 public:
  Gap(const Measured& source, std::size_t policy, std::size_t metric)
      : base_(source.comparison),
        policy_(policy),
        metric_(metric),
        metrics_(source.names("metric").size()),
        dashboard_(source.index_of("dashboard")),
        value_(source.index_of("value")),
        steps_(source.courses.steps().size()),
        gaps_(steps_) {
    const auto scale = [&](const std::string& variable, std::size_t at) {
      return 100 / std::fabs(base_of(source.over_replicates(variable, policy, at),
                                     source.over_replicates(variable, source.comparison, at)));
    };
    shown_scale_ = scale("dashboard", metric);
    value_scale_ = scale("value", 0);
  }

  std::size_t policy() const { return policy_; }
  std::size_t metric() const { return metric_; }

  /// Takes the runs of a replicate, policy by policy.
  void add(std::span<const RunRecord> runs) {
    const RunRecord &here = runs[policy_], &base = runs[base_];
    if (!here.failure.empty() || !base.failure.empty()) return;
    const std::vector<double>&shown = here.data[0][dashboard_], &shown_base = base.data[0][dashboard_];
    const std::vector<double>&value = here.data[0][value_], &value_base = base.data[0][value_];
    const std::size_t before = value.size() - steps_;
    for (std::size_t s = 0; s < steps_; ++s) {
      const std::size_t at = before + s, metric_at = at * metrics_ + metric_;
      gaps_[s].add(shown_scale_ * (shown[metric_at] - shown_base[metric_at]) -
                   value_scale_ * (value[at] - value_base[at]));
    }
  }

  /// The position of the first step from which on the gap's interval stays above `kTold`; nothing where there is none.
  std::optional<std::size_t> parted() const {
    std::optional<std::size_t> first;
    for (std::size_t s = steps_; s-- > 0;) {
      if (!(gaps_[s].estimate().low > kTold)) break;
      first = s;
    }
    return first;
  }

 private:
  std::size_t base_, policy_, metric_, metrics_;
  std::size_t dashboard_, value_;  ///< positions among the variables
  std::size_t steps_;
  double shown_scale_ = 0, value_scale_ = 0;  ///< per cent of the comparison's mean over all steps
  std::vector<Running> gaps_;                 ///< by step
};

/// Reads all series once, a replicate at a time.
void read_series(Measured& source, std::vector<Gap>& gaps) {
  source.results.each_replicate(0, source.results.replicates(), [&](std::span<const RunRecord> runs) {
    for (const RunRecord& run : runs) source.courses.add(run);
    for (Gap& gap : gaps) gap.add(runs);
  });
}

/// One over the mean of a spread; NaN where the spread is only rounding beside what it is the spread of.
double one_over(const std::vector<double>& spread, const std::vector<double>& of) {
  const double sd = mean_of(spread);
  return only_rounding(sd, std::fabs(mean_of(of))) ? kNaN : 1 / sd;
}

Estimate scaled(Estimate estimate, double factor) {
  estimate.mean *= factor;
  estimate.low *= factor;
  estimate.high *= factor;
  if (factor < 0) std::swap(estimate.low, estimate.high);
  if (std::isfinite(estimate.mean)) return estimate;
  return Estimate{};
}

Divergence divergence_of(const Measured& source, const Gap& over_time) {
  const std::size_t policy = over_time.policy(), metric = over_time.metric();
  Divergence divergence;
  divergence.metric = source.names("metric")[metric];
  divergence.label = labels_of(source.results.scenario.setting.metrics)[metric];
  const auto of = [&](const std::string& variable, std::size_t p, std::size_t at = 0) {
    return source.over_replicates(variable, p, at);
  };
  const std::size_t base = source.comparison;
  const Change shown = compare(of("dashboard", policy, metric), of("dashboard", base, metric));
  const Change real = compare(of("value", policy), of("value", base));
  const double shown_mean = base_of(of("dashboard", policy, metric), of("dashboard", base, metric)),
               value_mean = base_of(of("value", policy), of("value", base));
  divergence.inflation = shown.percent;
  divergence.real_change = real.percent;
  divergence.gap = estimate(gaps(of("dashboard", policy, metric), of("dashboard", base, metric), of("value", policy),
                                 of("value", base), shown_mean, value_mean));
  // A dashboard that counts shares has no spread in its own unit: that of the readings would be another unit.
  const auto& described = source.results.scenario.setting.metrics.entries[metric].value;
  if (!std::holds_alternative<ShareAbove>(described.dashboard)) {
    divergence.inflation_sd =
        scaled(shown.difference, one_over(of("reading_sd", base, metric), of("reading", base, metric)));
  }
  divergence.real_change_sd = scaled(real.difference, one_over(of("value_sd", base), of("value", base)));
  divergence.alignment_decay =
      scaled(compare(of("alignment", policy, metric), of("alignment", base, metric)).difference, -1);

  if (const auto parted = over_time.parted()) divergence.parted = static_cast<int>(source.courses.steps()[*parted]);
  return divergence;
}

/// "mandate: quota" for POLICY/mandate/quota.
std::string incentive_label(std::string name) {
  name.erase(0, name.find('/') + 1);
  std::replace(name.begin(), name.end(), '_', ' ');
  if (const std::size_t at = name.find('/'); at != name.npos) name.replace(at, 1, ": ");
  return name;
}

std::vector<Rewarded> rewarded_of(const Measured& source, std::size_t policy) {
  std::vector<Rewarded> list;
  const auto& policies = source.results.scenario.policies.entries;
  std::size_t first = 0;
  for (std::size_t p = 0; p < policy; ++p) first += policies[p].value.incentive_names().size();
  const std::size_t count = policies[policy].value.incentive_names().size();
  const std::vector<double> all = source.over_replicates("contribution", policy);
  for (std::size_t c = first; c < first + count; ++c) {
    Rewarded rewarded;
    rewarded.incentive = source.names("incentive")[c];
    rewarded.label = incentive_label(rewarded.incentive);
    rewarded.attained = estimate(source.over_replicates("attained", policy, c));
    rewarded.contribution = estimate(
        each(source.over_replicates("rewarded_contribution", policy, c), all, [](double theirs, double everybody) {
          const double more = theirs - everybody;
          const bool same = only_rounding(more, std::fmax(std::fabs(theirs), std::fabs(everybody)));
          const double percent = 100 * (same ? 0 : more) / std::fabs(everybody);
          return std::isfinite(percent) ? percent : kNaN;
        }));
    rewarded.gaming_share = estimate(source.over_replicates("rewarded_gaming_share", policy, c));
    rewarded.gaming_share_of_all = estimate(source.over_replicates("gaming_share", policy));
    list.push_back(std::move(rewarded));
  }
  return list;
}

Course course_of(const Measured& source, std::size_t policy, const std::string& variable, const std::string& item,
                 std::size_t at) {
  Course course{.variable = variable, .item = item, .mean = {}, .low = {}, .high = {}, .least = {}, .most = {}};
  for (const Running& values : source.courses.over_steps(variable, policy, at)) {
    const Estimate now = values.estimate();
    course.mean.push_back(now.mean);
    course.low.push_back(now.low);
    course.high.push_back(now.high);
    course.least.push_back(values.least());
    course.most.push_back(values.most());
  }
  return course;
}

GroupShare group_of(const Measured& source, std::size_t policy, std::size_t at, std::size_t activities) {
  GroupShare group;
  group.group = source.names("group")[at];
  const auto values = [&](const std::string& variable, std::size_t p) {
    return source.over_replicates(variable, p, at);
  };
  // One value a replicate: the time over all activities.
  const auto hours = [&](std::size_t p) {
    std::vector<double> sum(source.averages.replicates(), 0.0);
    for (std::size_t k = 0; k < activities; ++k) {
      sum = each(sum, source.over_replicates("group_effort", p, at * activities + k),
                 [](double a, double b) { return a + b; });
    }
    return sum;
  };
  group.value = estimate(values("group_value", policy));
  group.hours = estimate(hours(policy));
  group.gaming_share = estimate(values("group_gaming_share", policy));
  group.value_change = compare(values("group_value", policy), values("group_value", source.comparison));
  group.hours_change = compare(hours(policy), hours(source.comparison));
  group.gaming_change = compare(values("group_gaming_share", policy), values("group_gaming_share", source.comparison));
  for (std::size_t k = 0; k < activities; ++k) {
    group.effort.push_back(mean_of(source.over_replicates("group_effort", policy, at * activities + k)));
  }
  return group;
}

/// Is any quantity of the description a distribution, or made by a formula?
bool varies(const Node& node) {
  if (node.kind == Node::Kind::map) {
    for (const Member& member : node.members) {
      if (member.key == "noise") continue;  // luck, not a person
      bool distribution = false;
      for_each_kind<Distribution>([&](const auto& kind) { distribution = distribution || member.key == kind.kName; });
      if (distribution || varies(member.value)) return true;
    }
  }
  for (const Node& item : node.items) {
    if (varies(item)) return true;
  }
  return false;
}

/// "“policy A”".
std::string quoted(const Called& called, const std::string& name) {
  return "“" + called.shown(name) + "”";
}

/// Does this hold for everybody's behaviour?
template <class Test>
bool everybody(const Setting& setting, Test holds) {
  const auto& groups = setting.population.groups.entries;
  if (groups.empty()) return holds(setting.behaviour);
  return std::all_of(groups.begin(), groups.end(), [&](const auto& group) {
    return holds(group.value.behaviour ? *group.value.behaviour : setting.behaviour);
  });
}

bool nobody_chooses(const Setting& setting) {
  return everybody(setting, [](const Behaviour& behaviour) { return !responds(behaviour); });
}

/// How much is gamed: does it follow from choices?
Origin origin_of_gaming(const Setting& setting) {
  std::vector<std::string> free;
  std::size_t games = 0, closed = 0;
  for (const auto& [name, activity] : setting.activities) {
    if (!activity.gaming) continue;
    ++games;
    if (activity.max.is(0)) ++closed;
    if (activity.aversion.is(0) && activity.strain.is(0)) free.push_back(quoted(activity.called, name));
  }
  const auto assumed = [](std::string why) {
    return Origin{.headline = "how much is gamed", .assumed = true, .why = std::move(why)};
  };
  if (games == 0) return assumed("The scenario has no gaming activity, so nobody can game.");
  if (closed == games) return assumed("Every gaming activity has max: 0, so nobody can game.");
  if (everybody(setting, [](const Behaviour& one) { return !responds(one) || closes_gaming(one); }))
    return assumed("Everybody's behaviour is honest or fixed, so gaming is not a choice.");
  if (!free.empty() && closed == 0) {
    return assumed(listed(free, "and") + (free.size() == 1 ? " costs" : " cost") +
                   " nobody anything but time (aversion and strain are 0), so that people do it follows from an "
                   "input.");
  }
  return {.headline = "how much is gamed",
          .assumed = false,
          .why =
              "Gaming is open and comes at a personal cost (aversion, strain, time); who games, and under which "
              "policy, follows from choices."};
}

Origin origin_of_changes(const Setting& setting) {
  const bool assumed = nobody_chooses(setting);
  return {.headline = "how dashboards and value move",
          .assumed = assumed,
          .why = assumed ? "Everybody's efforts are fixed by the scenario, so no policy can change what is done."
                         : "Efforts are chosen by each employee; the rates at which they become value and readings "
                           "are inputs."};
}

Origin origin_of_who(const Setting& setting, const Node& document) {
  bool differs = setting.population.groups.size() > 1;
  for (const char* part : {"population", "effort", "activities", "metrics", "policies"}) {
    if (const Node* node = document.find(part)) differs = differs || varies(*node);
  }
  return {.headline = "who games and who is rewarded",
          .assumed = !differs,
          .why = differs
                     ? "Employees differ in what the scenario draws for them, and sort themselves by their choices."
                     : "All employees are alike, so either all of them do a thing or none does; only noise in what is "
                       "measured tells those who are rewarded from the others."};
}

/// What a policy changes besides incentives.
struct Changing {
  std::vector<std::string> policies, words;  ///< several policies where they change the same
};

/// What policies change besides incentives, in the order in which it is told.
void add_origins_of_policies(const Scenario& scenario, std::vector<Origin>& origins) {
  const bool nobody = nobody_chooses(scenario.setting);
  std::vector<Changing> changing;
  for (const auto& [name, policy] : scenario.policies) {
    const std::string label = quoted(policy.called, name);
    std::vector<std::string> words;
    bool fixes = false;
    for (const Phase& phase : policy.phases) {
      for (const Override::Entry& entry : phase.override.entries) {
        std::string one = number_words(scenario, entry.path);
        if (std::find(words.begin(), words.end(), one) == words.end()) words.push_back(std::move(one));
      }
      fixes = fixes || (phase.setting && !nobody && !responds(phase.setting->behaviour));
    }
    if (words.empty()) continue;
    if (fixes) {
      origins.push_back({.headline = "what people do under " + label,
                         .assumed = true,
                         .why = "Under " + label + " the scenario fixes everybody's efforts: nobody responds."});
      continue;
    }
    const auto same =
        std::find_if(changing.begin(), changing.end(), [&](const Changing& one) { return one.words == words; });
    if (same != changing.end()) {
      same->policies.push_back(label);
    } else {
      changing.push_back({{label}, std::move(words)});
    }
  }
  for (const Changing& one : changing) {
    const bool several = one.policies.size() > 1;
    origins.push_back({.headline = "what " + listed(one.policies, "and") + (several ? " change" : " changes") +
                                   " besides the incentives",
                       .assumed = true,
                       .why = std::string(several ? "These policies change" : "This policy changes") +
                              " by assumption: " + listed(one.words, "and") +
                              ". What follows from that is not an effect of what is rewarded."});
  }
}

Origin origin_of_ranking(const Setting& setting) {
  const bool worthless = setting.organisation.value_price == 0;
  return {.headline = "the ranking by net value",
          .assumed = worthless,
          .why = worthless ? "A unit of value is worth 0 in this scenario, so net value holds costs alone and the "
                             "cheapest policy wins."
                           : "Net value is value at its price, less all costs. Value and costs follow from what "
                             "people choose; the price is an input."};
}

/// Which headlines follow from inputs.
std::vector<Origin> origins_of(const Scenario& scenario, const Node& document) {
  const Setting& setting = scenario.setting;
  std::vector<Origin> origins{origin_of_gaming(setting), origin_of_changes(setting), origin_of_who(setting, document)};
  for (const auto& [name, trait] : setting.population.traits) {
    if (!trait.number()) continue;
    origins.push_back({.headline = "whatever depends on " + name,
                       .assumed = true,
                       .why = "The scenario gives everybody the same " + name + "."});
  }
  add_origins_of_policies(scenario, origins);
  origins.push_back(origin_of_ranking(setting));
  return origins;
}

/// Of what might matter to the answer, that which no policy of the scenario models.
std::vector<std::string> left_out_of(const Scenario& scenario) {
  std::vector<const Setting*> settings{&scenario.setting};
  bool dismissal = false, audits = false;
  for (const auto& [name, policy] : scenario.policies) {
    dismissal = dismissal || policy.dismisses();
    for (const Phase& phase : policy.phases) {
      if (phase.setting) settings.push_back(phase.setting.get());
      audits = audits || phase.audits.has_value();
      dismissal = dismissal || (phase.audits && phase.audits->dismiss > 0);
    }
  }
  const auto none = [&](auto&& models) { return std::none_of(settings.begin(), settings.end(), models); };
  std::vector<std::string> missing{"other measures"};
  if (!dismissal &&
      none([](const Setting* setting) { return !setting->workforce.attrition.is(0) || setting->workforce.outside; })) {
    missing.emplace_back("who leaves and who is hired");
  }
  if (none([](const Setting* setting) { return setting->effort.crowding != 0; })) {
    missing.emplace_back("rewards that crowd out what people care for");
  }
  if (none([](const Setting* setting) { return !setting->learning.empty(); })) {
    missing.emplace_back("skills that grow or fade");
  }
  if (!audits) missing.emplace_back("audits");
  missing.emplace_back("law");
  return missing;
}

/// What ranking the options finds, by policy; references have rank 0, and neither chance nor lead.
struct Ranked {
  std::vector<std::size_t> ranks;
  std::vector<double> chances;
  std::vector<Estimate> to_next;
};

/// Puts the options into order, best first, by the outcome that the perspective names.
Ranked rank(Comparison& comparison, const Measured& source, double confidence) {
  const Outcome& outcome = comparison.ranked_by();
  const std::size_t policies = source.names("policy").size();
  std::vector<std::size_t>& order = comparison.ranking;
  Ranked ranked{.ranks = std::vector<std::size_t>(policies, 0),
                .chances = std::vector<double>(policies, kNaN),
                .to_next = std::vector<Estimate>(policies)};
  const std::uint64_t seed = source.results.scenario.seed;
  const double magnitude = net_value_magnitude(source.averages, source.results.scenario);
  std::vector<std::vector<double>> values;
  for (const std::size_t p : order) values.push_back(source.over_replicates(outcome.name, p));
  const std::vector<double> chances = chances_of_best(values, mixed(seed, outcome.name), magnitude);
  for (std::size_t i = 0; i < order.size(); ++i) ranked.chances[order[i]] = chances[i];

  const auto mean_of_option = [&](std::size_t p) { return outcome.effects[p].level.mean; };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const double mean_a = mean_of_option(a), mean_b = mean_of_option(b);
    return std::isnan(mean_b) ? !std::isnan(mean_a) : mean_a > mean_b;
  });

  // What differs by rounding alone is tied, and stands in the scenario's order.
  for (std::size_t first = 0, next = 0; first < order.size(); first = next) {
    const double best = mean_of_option(order[first]);
    for (next = first; next < order.size(); ++next) {
      if (next > first && !only_rounding(best - mean_of_option(order[next]), std::max(magnitude, std::fabs(best))))
        break;
      ranked.ranks[order[next]] = first + 1;
    }
    std::sort(order.begin() + static_cast<std::ptrdiff_t>(first), order.begin() + static_cast<std::ptrdiff_t>(next));
  }

  // The ranking was found by looking, so the intervals between neighbours must hold for all pairs at once.
  std::vector<std::vector<double>> pairs;
  std::vector<std::size_t> of_neighbours;  // positions in `pairs`, by place in the ranking
  for (std::size_t a = 0; a < order.size(); ++a) {
    for (std::size_t b = a + 1; b < order.size(); ++b) {
      if (b == a + 1) of_neighbours.push_back(pairs.size());
      pairs.push_back(differences(source.over_replicates(outcome.name, order[a]),
                                  source.over_replicates(outcome.name, order[b]), magnitude));
    }
  }
  const std::vector<Interval> together = simultaneous_intervals(pairs, mixed(seed, "pairs"), confidence);
  for (std::size_t place = 0; place < of_neighbours.size(); ++place) {
    Estimate& lead = ranked.to_next[order[place]];
    lead = estimate(pairs[of_neighbours[place]]);
    lead.low = together[of_neighbours[place]].low;
    lead.high = together[of_neighbours[place]].high;
  }
  return ranked;
}

/// The metrics with a better direction that surely worsen under the best option, the worst first. Every metric has a
/// direction; a count of what is asked for (a volume that is rewarded under some policy) is no harm where it falls.
std::vector<Harm> harms_of(const Comparison& comparison, const Scenario& scenario) {
  std::vector<Harm> harms;
  if (comparison.ranking.empty() || comparison.ranking[0] == comparison.comparison) return harms;
  for (const auto& [name, metric] : scenario.setting.metrics) {
    // What only counts effort put into something is neither good nor bad by itself; "lower" says that it is bad.
    const bool lower = metric.better == "lower";
    if (!lower && is_volume(metric)) continue;
    const Effect& effect = comparison.outcome("dashboard", name).effects[comparison.ranking[0]];
    const Change& change = effect.change;
    const Interval& sure = effect.simultaneous;
    if (!(lower ? sure.low > 0 : sure.high < 0)) continue;
    harms.push_back({.metric = name, .label = metric.called.shown(name), .lower = lower, .change = change});
  }
  std::stable_sort(harms.begin(), harms.end(), [](const Harm& a, const Harm& b) {
    const auto size = [](const Harm& harm) {
      return std::isnan(harm.change.percent.mean) ? 0.0 : std::fabs(harm.change.percent.mean);
    };
    return size(a) > size(b);
  });
  return harms;
}

/// Where another account would choose another option.
std::vector<OtherAccount> other_accounts_of(const Comparison& comparison, const Measured& source) {
  std::vector<OtherAccount> others;
  if (comparison.ranking.size() < 2) return others;
  const std::size_t chosen = comparison.ranking[0];
  for (std::size_t k = 0; k < std::size(kPerspectives); ++k) {
    if (k == comparison.perspective) continue;
    const Outcome& outcome = comparison.outcome(kPerspectives[k].variable);
    std::size_t best = chosen;
    for (const std::size_t p : comparison.ranking) {
      if (outcome.effects[p].level.mean > outcome.effects[best].level.mean) best = p;
    }
    if (best == chosen) continue;
    const Estimate lead =
        estimate(differences(source.over_replicates(outcome.name, best), source.over_replicates(outcome.name, chosen)));
    const bool surely = lead.has_interval() && !lead.holds_zero();
    if (only_rounding(lead.mean, std::fabs(outcome.effects[best].level.mean))) continue;
    others.push_back({.perspective = k, .best = best, .surely = surely});
  }
  return others;
}

}  // namespace

std::vector<std::size_t> rewarded_metrics(const Scenario& scenario) {
  std::vector<std::size_t> rewarded;
  for (const auto& [name, policy] : scenario.policies) {
    for (const Phase& phase : policy.phases) {
      for (const Scheme& scheme : phase.incentives) {
        const std::string& metric =
            std::visit([](const auto& kind) -> const std::string& { return kind.metric; }, scheme);
        const auto position = static_cast<std::size_t>(scenario.setting.metrics.index(metric));
        if (std::find(rewarded.begin(), rewarded.end(), position) == rewarded.end()) rewarded.push_back(position);
      }
    }
  }
  return rewarded;
}

std::vector<std::size_t> headline_metrics(const Scenario& scenario) {
  const std::vector<std::size_t> rewarded = rewarded_metrics(scenario);
  std::vector<std::size_t> volumes;
  for (const std::size_t position : rewarded) {
    if (is_volume(scenario.setting.metrics.entries[position].value)) volumes.push_back(position);
  }
  if (!volumes.empty()) return volumes;
  return {rewarded.empty() ? 0 : rewarded.front()};
}

const Outcome& Comparison::outcome(const std::string& name, const std::string& metric) const {
  for (const Outcome& one : outcomes) {
    if (one.name == name && one.metric == metric) return one;
  }
  throw Bug("comparison: there is no outcome " + name + " " + metric);
}

std::vector<std::size_t> Comparison::shown() const {
  std::vector<std::size_t> all = ranking;
  all.insert(all.end(), references.begin(), references.end());
  return all;
}

std::optional<Comparison::Widest> Comparison::widest_gap() const {
  std::optional<Widest> widest;
  double gap = kTold;
  for (const std::size_t p : ranking) {  // a reference is never in a headline
    for (std::size_t d = 0; d < policies[p].divergences.size(); ++d) {
      const Estimate& one = policies[p].divergences[d].gap;
      if (!(one.low > 0) || !(one.mean > gap)) continue;
      widest = Widest{p, d};
      gap = one.mean;
    }
  }
  return widest;
}

const Split* split_of(const PolicyComparison& policy, const std::string& outcome, const std::string& metric) {
  for (const Split& split : policy.splits) {
    if (split.outcome == outcome && split.metric == metric) return &split;
  }
  return nullptr;
}

bool Lever::flips() const {
  return at_low.high < 0 || at_high.high < 0;
}

double net_value_magnitude(const Averages& averages, const Scenario& scenario) {
  double size = 0;
  for (std::size_t p = 0; p < averages.names("policy").size(); ++p) {
    const double price = std::fabs(scenario.setting.organisation.value_price);
    for (const double value : averages.over_replicates("value", p)) size = std::fmax(size, price * std::fabs(value));
    for (const char* part : {"cost", "net_value"}) {
      for (const double sum : averages.over_replicates(part, p)) size = std::fmax(size, std::fabs(sum));
    }
  }
  return size;
}

namespace {

/// What a comparison says of the scenario itself, before any figure.
Comparison heading_of(const Results& results, const Measured& source, double confidence, std::size_t perspective) {
  const Scenario& scenario = results.scenario;
  Comparison comparison;
  comparison.title = scenario.title;
  comparison.description = scenario.description;
  comparison.author = scenario.author;
  comparison.date = scenario.date;
  comparison.unit = scenario.time.unit;
  comparison.sources = scenario.sources;
  comparison.source_name = results.name;
  comparison.digest = results.digest;
  comparison.program = results.program;
  comparison.overrides = results.overrides;
  comparison.replicates = source.averages.replicates();
  comparison.confidence = confidence;
  comparison.employees = scenario.setting.population.size;
  comparison.steps = source.courses.steps();
  comparison.all_steps = static_cast<std::size_t>(scenario.time.steps);
  comparison.averaged_steps = results.whole_means ? comparison.all_steps : comparison.steps.size();
  comparison.comparison = source.comparison;
  comparison.activities = source.names("activity");
  comparison.activity_labels = labels_of(scenario.setting.activities);
  for (const auto& [name, activity] : scenario.setting.activities) {
    comparison.activity_words.push_back(activity.called.description);
    comparison.gaming.push_back(activity.gaming);
  }
  for (const std::size_t m : headline_metrics(scenario)) comparison.metrics.push_back(source.names("metric")[m]);
  comparison.perspective = perspective;
  comparison.currency = scenario.setting.organisation.currency;
  for (std::size_t p = 0; p < source.names("policy").size(); ++p) {
    (scenario.policies.entries[p].value.is_option() ? comparison.ranking : comparison.references).push_back(p);
  }
  return comparison;
}

/// What is said of the policy at `p`; `comparison` has outcomes and activities already.
PolicyComparison policy_of(const Comparison& comparison, const Scenario& scenario, Measured& source,
                           const Ranked& ranked, const std::vector<Gap>& gaps, std::size_t p) {
  const std::size_t activities = comparison.activities.size();
  PolicyComparison policy;
  policy.name = source.names("policy")[p];
  policy.label = labels_of(scenario.policies)[p];
  policy.option = scenario.policies.entries[p].value.is_option();
  policy.rank = ranked.ranks[p];
  policy.failed = static_cast<int>(comparison.replicates) - comparison.outcome("net_value").effects[p].level.n;
  policy.best_by_luck = ranked.chances[p];
  policy.to_next = ranked.to_next[p];
  for (const Gap& gap : gaps) {
    if (gap.policy() == p) policy.divergences.push_back(divergence_of(source, gap));
  }
  policy.rewarded = rewarded_of(source, p);
  for (std::size_t k = 0; k < activities; ++k) {
    policy.effort.push_back(mean_of(source.over_replicates("effort", p, k)));
  }
  if (source.has("group_value")) {
    for (std::size_t g = 0; g < source.names("group").size(); ++g) {
      policy.groups.push_back(group_of(source, p, g, activities));
    }
  }
  for (const char* variable : {"value", "net_value", "gaming_share", "cost", "waste"}) {
    policy.courses.push_back(course_of(source, p, variable, "", 0));
  }
  for (const std::size_t m : headline_metrics(scenario)) {
    const std::string& metric = source.names("metric")[m];
    policy.courses.push_back(course_of(source, p, "dashboard", metric, m));
    policy.courses.push_back(course_of(source, p, "alignment", metric, m));
  }
  for (std::size_t k = 0; k < activities; ++k) {
    policy.courses.push_back(course_of(source, p, "effort", comparison.activities[k], k));
  }
  return policy;
}

}  // namespace

Comparison compared(const Results& results, double confidence, std::size_t perspective) {
  Measured source(results);
  const Scenario& scenario = results.scenario;
  Comparison comparison = heading_of(results, source, confidence, perspective);
  const std::size_t policies = source.names("policy").size();
  std::vector<Gap> gaps;  // by policy, and within it by headline metric
  for (std::size_t p = 0; p < policies; ++p) {
    for (const std::size_t m : headline_metrics(scenario)) {
      if (p != source.comparison) gaps.emplace_back(source, p, m);
    }
  }
  read_series(source, gaps);
  comparison.outcomes = outcomes_of(source, confidence);
  const Ranked ranked = rank(comparison, source, confidence);
  for (std::size_t p = 0; p < policies; ++p) {
    comparison.policies.push_back(policy_of(comparison, scenario, source, ranked, gaps, p));
  }
  comparison.harms = harms_of(comparison, scenario);
  comparison.other_accounts = other_accounts_of(comparison, source);
  comparison.origins = origins_of(scenario, resolved(scenario));
  comparison.left_out = left_out_of(scenario);
  return comparison;
}

}  // namespace goodhart
