/// What is wrong with a scenario whose fields are all well formed.
#include "check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <optional>
#include <set>

#include "goodhart/scenario/edits.hpp"
#include "goodhart/scenario/expression.hpp"
#include "goodhart/scenario/limits.hpp"
#include "leadership/kind.hpp"

namespace goodhart {

namespace {

/// Is there a move of leadership in the phase of which this holds?
template <class Test>
bool any_move(const Phase& phase, Test test) {
  return std::any_of(phase.leadership.begin(), phase.leadership.end(), [&](const Move& move) {
    return test(std::visit([](const auto& kind) { return traits_of(kind); }, move));
  });
}

constexpr std::size_t kLongestName = 64;

/// What other programs take for a truth value or for nothing, even as text in a table.
bool means_something_else(const std::string& name) {
  return name == "true" || name == "false" || name == "null" || name == "nan" || name == "inf";
}

bool well_named(const std::string& name) {
  if (name.empty() || name.size() > kLongestName || name[0] < 'a' || name[0] > 'z') return false;
  if (means_something_else(name)) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

std::string name_rule(const std::string& name) {
  if (name.size() > kLongestName) {
    return "is a name of " + std::to_string(name.size()) + " characters; names have at most " +
           std::to_string(kLongestName);
  }
  if (means_something_else(name))
    return "'" + name + "' is no name, because tables of results would be read as if it were a value; choose another";
  return "'" + name + "' is not a name; names start with a small letter and go on with small letters, digits and _";
}

/// Texts that stand in one line of a report, and texts that may have several.
void check_text(const std::string& text, bool lines, const std::string& path, const Findings& findings) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool next_line = text.compare(i, 2, "\xC2\x85") == 0 || text.compare(i, 3, "\xE2\x80\xA8") == 0 ||
                           text.compare(i, 3, "\xE2\x80\xA9") == 0;
    if (text[i] == '\n' || next_line) {
      if (lines) continue;
      findings.error(path, "must be one line, but has a line break; write it as one line");
      return;
    }
    const bool high = byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if ((byte >= 0x20 && byte != 0x7F && !high) || (lines && byte == '\t')) continue;
    char code[8];
    std::snprintf(code, sizeof code, "%04X",
                  high ? static_cast<unsigned>(static_cast<unsigned char>(text[i + 1])) : byte);
    findings.error(path, std::string("holds a control character, U+") + code + "; remove it" +
                             (byte == '\t' ? ", or write a space" : ""));
    return;
  }
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

/// The shares of groups sum to one, and their names collide with nothing.
void check_groups(const PopulationSpec& population, const Findings& findings) {
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
  if (population.groups.empty() || std::fabs(sum - 1) <= 1e-9) return;
  findings.error("population.groups." + population.groups.begin()->name + ".share",
                 "the shares of all groups must sum to 1; they sum to " + number_text(sum));
}

/// The traits of a population in the order in which they are drawn: those that only groups define come first.
class TraitOrder {
 public:
  explicit TraitOrder(const PopulationSpec& population) : population_(population) {
    for (const auto& [group_name, group] : population.groups) {
      for (const auto& [name, quantity] : group.traits) {
        if (!population.traits.find(name) && !is_in(name)) order_.push_back(name);
      }
    }
    only_groups_ = order_.size();
    for (const auto& [name, quantity] : population.traits) order_.push_back(name);
    all_ = order_;
    for (const auto& [name, group] : population.groups) all_.push_back(name);
    all_.push_back("team_size");
    all_.push_back("founder");
  }

  /// A trait that only groups define must stand in each of them.
  void check_groups(const Findings& findings) const {
    for (std::size_t i = 0; i < only_groups_; ++i) {
      for (const auto& [group_name, group] : population_.groups) {
        if (group.traits.find(order_[i])) continue;
        findings.error("population.groups." + group_name,
                       "has no trait '" + order_[i] +
                           "', which other groups define; give it one here or a general one under population.traits");
      }
    }
  }

  /// Each trait uses only what stands before it.
  void check(const std::string& trait, const Quantity& quantity, const std::string& path,
             const Findings& findings) const {
    const auto own = std::find(order_.begin(), order_.end(), trait);
    for (const std::string& name : used_names(quantity, all_)) {
      const auto other = std::find(order_.begin(), order_.end(), name);
      if (other == order_.end() || other < own) continue;
      if (other == own) {
        findings.error(path, "'" + trait + "' cannot be made of itself");
      } else if (leads_to(name, trait)) {
        findings.error(path, "uses '" + name + "', which is in turn made of '" + trait + "'; break the circle");
      } else if (population_.traits.find(name) && !population_.traits.find(trait)) {
        findings.error(path, "uses '" + name + "', but traits that only groups have come before the others; give '" +
                                 trait + "' a general value too, under population.traits below '" + name + "'");
      } else {
        findings.error(path, "uses '" + name + "', which comes after it; put '" + name + "' before '" + trait + "'");
      }
    }
  }

 private:
  bool is_in(const std::string& name) const { return std::find(order_.begin(), order_.end(), name) != order_.end(); }

  /// What a trait is made of, in any group.
  std::vector<std::string> made_of(const std::string& trait) const {
    std::vector<std::string> names;
    const auto add = [&](const Quantity* quantity) {
      if (!quantity) return;
      for (const std::string& name : used_names(*quantity, all_)) names.push_back(name);
    };
    add(population_.traits.find(trait));
    for (const auto& [group_name, group] : population_.groups) add(group.traits.find(trait));
    return names;
  }

  /// Does what one trait is made of lead back to another?
  bool leads_to(const std::string& from, const std::string& to) const {
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
  }

  const PopulationSpec& population_;
  std::vector<std::string> order_;
  std::size_t only_groups_ = 0;
  std::vector<std::string> all_;  ///< names that a formula may use
};

void refuse_reserved(const std::string& name, const std::string& path, const Findings& findings) {
  const auto& reserved = reserved_names();
  if (std::find(reserved.begin(), reserved.end(), name) == reserved.end()) return;
  findings.error(path, "'" + name + "' has a meaning of its own in expressions; choose another name");
}

void check_population(const PopulationSpec& population, const Findings& findings) {
  check_names(population.groups, "population.groups", findings);
  check_names(population.traits, "population.traits", findings);
  if (population.team_size && *population.team_size > population.size) {
    findings.error("population.team_size", "must be at most the size, " + std::to_string(population.size) + ", got " +
                                               std::to_string(*population.team_size));
  }
  check_groups(population, findings);

  // Every trait, by its path.
  const auto for_each_trait = [&](bool of_groups, auto&& act) {
    for (const auto& [group_name, group] : population.groups) {
      for (const auto& [name, quantity] : group.traits) {
        if (of_groups) act(name, quantity, "population.groups." + group_name + ".traits." + name);
      }
    }
    for (const auto& [name, quantity] : population.traits) {
      if (!of_groups) act(name, quantity, "population.traits." + name);
    }
  };
  const auto refuse = [&](const std::string& name, const Quantity&, const std::string& path) {
    refuse_reserved(name, path, findings);
  };
  for (const auto& [name, group] : population.groups) refuse_reserved(name, "population.groups." + name, findings);
  for_each_trait(true, refuse);
  for_each_trait(false, refuse);
  const TraitOrder order(population);
  order.check_groups(findings);
  const auto in_order = [&](const std::string& name, const Quantity& quantity, const std::string& path) {
    order.check(name, quantity, path, findings);
  };
  for_each_trait(false, in_order);
  for_each_trait(true, in_order);

  for (const NetworkFault& fault : faults_of(population.network, population.size)) {
    findings.error("population.network." + fault.field, fault.sentence);
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
  if (may_be_positive(activity.perceived_value.value_or(activity.value)) || may_be_negative(activity.aversion) ||
      may_be_positive(activity.team_value.value))
    return true;
  for (const auto& [metric_name, metric] : setting.metrics) {
    if (const Loading* loading = metric.measures.loadings.find(name); loading && !is_zero(loading->loading))
      return true;
  }
  if (std::any_of(setting.activities.begin(), setting.activities.end(), [&](const auto& other) {
        return other.value.spread && other.value.spread->trying && other.value.spread->trying->by == name;
      }))
    return true;
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

/// Schemes that compare need somebody to compare with.
template <class Kind>
void check_rivals(const Kind& scheme, const Metric& metric, const Setting& setting, const std::string& at,
                  const Findings& findings) {
  const int size = setting.population.size, team = setting.population.people_per_team();
  const std::string kind = std::string("the scheme ") + Kind::kName;
  if (metric.level == "organisation") {
    findings.error(at + ".metric", kind + " compares readings, but '" + scheme.metric +
                                       "' has the level organisation: it is the same for all");
  } else if (scheme.scope == "team") {
    if (metric.level != "individual") {
      findings.error(at + ".scope", "team mates share the reading of '" + scheme.metric +
                                        "', whose level is team; compare within the organisation, or read individuals");
    } else if (team < 2) {
      findings.error(at + ".scope", kind + " needs at least 2 in a team to compare, but population.team_size is 1");
    }
  } else if (metric.level == "team" && size <= team) {
    findings.error(at + ".metric", kind + " compares teams where the level of '" + scheme.metric +
                                       "' is team, but there is only one; set population.team_size");
  } else if (size < 2) {
    findings.error(at, kind + " needs at least 2 employees to compare, but population.size is 1");
  }
}

/// Says where an incentive cannot pay or cost anybody anything.
template <class Kind>
void check_stakes(const Kind& scheme, const Phase& phase, const std::string& at, const Findings& findings) {
  const std::string nothing = ": nobody ever gains or loses by it";
  if constexpr (requires { scheme.top; }) {
    const bool prize = !scheme.prize.is(0), penalty = !scheme.penalty.is(0);
    if (prize && scheme.top == 0) {
      findings.warning(at + ".prize", "nobody wins it, because top is 0; say what share does");
    } else if (penalty && scheme.bottom == 0) {
      findings.warning(at + ".penalty", "nobody pays it, because bottom is 0; say what share does");
    } else if (!prize && !penalty && !scheme.dismiss) {
      findings.warning(at, "has no prize, no penalty and dismisses nobody" + nothing);
    }
  } else if constexpr (requires { scheme.reward, scheme.penalty; }) {
    if (scheme.reward.is(0) && scheme.penalty.is(0)) findings.warning(at, "has no reward and no penalty" + nothing);
  } else if constexpr (requires { scheme.prize; }) {
    if (scheme.prize.is(0)) findings.warning(at + ".prize", "is 0" + nothing);
  } else if constexpr (requires { scheme.rate; }) {
    // Leadership may find a rate.
    const bool found = any_move(phase, [](const MoveTraits& move) { return move.sets_rates; });
    if (scheme.rate.is(0) && !found) findings.warning(at + ".rate", "is 0" + nothing);
  }
}

/// Warns where pay has no cap, and gaming that raises it no max.
template <class Kind>
void check_bounds(const Kind& scheme, const Setting& setting, const std::string& at, const Findings& findings) {
  const Metric* metric = setting.metrics.find(scheme.metric);
  const double* rate = scheme.rate.number();
  if (!metric || metric->better == "lower" || !std::isinf(scheme.cap) || (rate && *rate <= 0)) return;
  for (const auto& [name, activity] : setting.activities) {
    const double* most = activity.max.number();
    const Loading* loading = metric->measures.loadings.find(name);
    const double* reads = loading ? loading->loading.number() : nullptr;
    if (!activity.gaming || !most || !std::isinf(*most) || !loading || (reads && *reads <= 0)) continue;
    findings.warning(at + ".cap", "is not given, and '" + name + "', which is gaming, raises '" + scheme.metric +
                                      "' without a max: only time, cost and conscience bound what is paid; give the "
                                      "incentive a cap, or the activity a max");
    return;
  }
}

/// Is there a move of leadership that makes this phase begin?
bool revised_to(const Policy& policy, const std::string& name) {
  return std::any_of(policy.phases.begin(), policy.phases.end(), [&](const Phase& phase) {
    return any_move(phase, [&](const MoveTraits& move) { return move.begins == name; });
  });
}

/// What leadership refers to exists, and what it does makes sense.
void check_leadership(const Policy& policy, const Phase& phase, int length, const Setting& setting,
                      const std::string& path, const Findings& findings) {
  for (std::size_t m = 0; m < phase.leadership.size(); ++m) {
    std::visit(
        [&]<class Kind>(const Kind& move) {
          const std::string at = path + ".leadership." + std::to_string(m) + "." + Kind::kName;
          check_move(move, MovePlace{policy, phase, m, length, setting, at, findings});
        },
        phase.leadership[m]);
  }
}

void check_workforce(const Setting& setting, const Findings& findings) {
  const Hiring& hiring = setting.workforce.hiring;
  const std::string path = "workforce.hiring";
  if (hiring.copy) {
    if (hiring.applicants > 1 || !hiring.signal.empty() || hiring.validity > 0)
      findings.error(path + ".copy",
                     "stands beside applicants; newcomers are either copied or chosen, so leave out one");
    return;
  }
  if (hiring.applicants > 1 && hiring.signal.empty())
    findings.error(path + ".signal", "is missing; it is needed where there are several applicants: the trait to go by");
  if (hiring.applicants == 1 && (!hiring.signal.empty() || hiring.validity > 0)) {
    findings.warning(path + (hiring.signal.empty() ? ".validity" : ".signal"),
                     "has no effect with one applicant; say how many apply with applicants");
  }
  if (hiring.applicants > 1 && !hiring.signal.empty() && hiring.validity == 0)
    findings.warning(path + ".validity", "is 0: the signal tells nothing, so applicants are chosen by lot");
}

/// Is a trait made of others, in general or for some group?
bool is_made_of_others(const PopulationSpec& population, const std::string& trait) {
  const auto expression = [](const Quantity* quantity) {
    return quantity && std::holds_alternative<Expression>(quantity->form);
  };
  return expression(population.traits.find(trait)) ||
         std::any_of(population.groups.begin(), population.groups.end(),
                     [&](const auto& group) { return expression(group.value.traits.find(trait)); });
}

void check_learning(const Setting& setting, const Findings& findings) {
  for (std::size_t i = 0; i < setting.learning.size(); ++i) {
    const TraitLearning& learning = setting.learning[i];
    const std::string path = "learning." + std::to_string(i);
    if (is_made_of_others(setting.population, learning.trait)) {
      findings.error(
          path + ".trait",
          "'" + learning.trait + "' is an expression, so it follows other traits; let one that it is made of learn");
    }
    if (learning.rate > 0 && (!learning.ceiling || learning.floor))
      findings.error(path + (learning.floor ? ".floor" : ".ceiling"),
                     learning.floor ? "is for negative rates; a positive rate grows towards a ceiling"
                                    : "is missing; it is needed for a positive rate: what the trait grows towards");
    if (learning.rate < 0 && (!learning.floor || learning.ceiling))
      findings.error(path + (learning.ceiling ? ".ceiling" : ".floor"),
                     learning.ceiling ? "is for positive rates; a negative rate wears the trait down to a floor"
                                      : "is missing; it is needed for a negative rate: what the trait wears down to");
  }
}

/// A stock's trait is one number for all, is the stock's alone, and something is added to it.
void check_stocks(const Setting& setting, const Findings& findings) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < setting.stocks.size(); ++i) {
    const Stock& stock = setting.stocks[i];
    const std::string path = "stocks." + std::to_string(i);
    const Quantity* first = setting.population.traits.find(stock.trait);
    const bool of_groups = std::any_of(setting.population.groups.begin(), setting.population.groups.end(),
                                       [&](const auto& group) { return group.value.traits.find(stock.trait); });
    if (of_groups || (first && !first->number())) {
      findings.error(path + ".trait", "'" + stock.trait +
                                          "' must be one number for all, the level at first, because all see the same "
                                          "stock; write population.traits." +
                                          stock.trait + ": 0, and let other traits be made of it");
    } else if (first && *first->number() < 0) {
      findings.error(
          "population.traits." + stock.trait,
          "is the level of a stock at first, which must be at least 0; got " + number_text(*first->number()));
    }
    if (!seen.insert(stock.trait).second)
      findings.error(path + ".trait", "'" + stock.trait + "' stands twice; give each stock a trait of its own");
    if (std::any_of(setting.learning.begin(), setting.learning.end(),
                    [&](const TraitLearning& learning) { return learning.trait == stock.trait; })) {
      findings.error(path + ".trait",
                     "'" + stock.trait + "' is learnt too (learning); let a trait of its own hold the level");
    }
    const bool fills = std::any_of(stock.adds.begin(), stock.adds.end(), [](const auto& entry) {
      return !entry.value.number() || *entry.value.number() > 0;
    });
    if (!fills)
      findings.warning(path + ".adds", "nothing is ever added to the stock; give an activity a positive number");
  }
}

/// How one can try for access makes sense.
void check_trying(const Setting& setting, const std::string& name, const Findings& findings) {
  const std::optional<Spread>& spread = setting.activities.find(name)->spread;
  if (!spread || !spread->trying) return;
  if (spread->trying->by == name) {
    findings.error("activities." + name + ".spread.trying.by",
                   "'" + name +
                       "' cannot be tried for by itself, as nobody without access can do it; name another "
                       "activity, in which one tries");
  }
}

/// Does this behaviour weigh charges, or do what it does whatever they are?
bool knows_charges(const Behaviour& behaviour) {
  return std::visit([]<class Kind>(const Kind&) { return Optimises<Kind> || Unresponsive<Kind>; }, behaviour);
}

/// A choice that is not how much but whether, such as a setup, is nothing that other behaviours know.
void check_charged_behaviours(const Setting& setting, const std::string& charge, const Findings& findings) {
  const auto check = [&](const Behaviour& behaviour, const std::string& path) {
    if (knows_charges(behaviour)) return;
    findings.error(path, std::string("those who choose by ") +
                             std::visit([](const auto& kind) { return kind.kName; }, behaviour) + " cannot weigh " +
                             charge + "; choose best_response, honest or fixed, or leave it out");
  };
  check(setting.behaviour, "behaviour");
  for (const auto& [name, group] : setting.population.groups) {
    if (group.behaviour) check(*group.behaviour, "population.groups." + name + ".behaviour");
  }
}

void check_setups(const Setting& setting, const Findings& findings) {
  int setups = 0;
  bool once = false;
  for (const auto& [name, activity] : setting.activities) {
    if (!activity.setup) continue;
    once = once || activity.setup->paid == "once";
    const std::string path = "activities." + name + ".setup";
    if (++setups == kMostSetUps + 1) {
      findings.error(path, "there can be at most " + std::to_string(kMostSetUps) +
                               " activities with a setup, because an employee looks at every set of them; leave it out "
                               "here or elsewhere");
    }
    if (is_zero(activity.setup->time) && is_zero(activity.setup->aversion) && is_zero(activity.setup->cost)) {
      findings.warning(path, "has no time, no aversion and no cost: it has no effect");
    }
    if (setups == 1) check_charged_behaviours(setting, path, findings);
  }
  const auto tries = std::find_if(setting.activities.begin(), setting.activities.end(),
                                  [](const auto& entry) { return entry.value.spread && entry.value.spread->trying; });
  if (once && tries != setting.activities.end()) {
    findings.error(
        "activities." + tries->name + ".spread.trying",
        "stands beside a setup that is paid once; each looks ahead over later steps by a rule of its own, so "
        "leave out one, or write paid: each_step");
  }
  if (once && !setting.effort.horizon) {
    findings.error("effort.horizon",
                   "is missing; it is needed where an activity has a setup that is paid once: for how "
                   "many steps employees reckon that it will be of use");
  } else if (!once && setting.effort.horizon) {
    findings.warning("effort.horizon", "has no effect: no activity has a setup that is paid once");
  }
}

/// Audits that look at readings need readings of the same step and of one person.
void check_suspicion(const Audits& audits, const Setting& setting, const std::string& path, const Findings& findings) {
  if (audits.fine > 0) check_charged_behaviours(setting, path + ".fine", findings);
  if (!audits.suspicion) return;
  const Suspicion& suspicion = *audits.suspicion;
  const std::string at = path + ".suspicion";
  if (const auto [field, sentence] = suspicion.fault(); !sentence.empty())
    findings.error(at + (field.empty() ? "" : "." + field), sentence);
  if (audits.penalty > 0) {
    findings.error(path + ".penalty",
                   "stands beside suspicion; what it takes would depend on units and reading at once, which employees "
                   "cannot weigh exactly here: write fine, which is paid whatever the units");
  }
  const Metric* metric = setting.metrics.find(suspicion.metric);
  if (!metric) return;
  if (metric->level != "individual") {
    findings.error(at + ".metric", "'" + suspicion.metric + "' has the level " + metric->level +
                                       "; suspicion falls on single employees, so it must be individual");
  }
  if (metric->delay > 0) {
    findings.error(at + ".metric", "'" + suspicion.metric + "' has a delay of " + std::to_string(metric->delay) +
                                       "; an audit looks at what was done in the step that is read, so it must be 0");
  }
  const auto* student = std::get_if<StudentNoise>(&metric->noise);
  if (student && student->dof <= 2) {
    findings.error("metrics." + suspicion.metric + ".noise.student_t.dof",
                   "must be above 2, so that the noise has a standard deviation, because " + at + " reads it; got " +
                       number_text(student->dof));
  }
  if (audits.fine == 0 && audits.dismiss == 0)
    findings.warning(at, "has no effect on anybody: there is neither a fine nor dismissal");
}

/// Rewards without end are none.
template <class Kind>
void check_limits(const Kind& scheme, const std::string& at, const Findings& findings) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (scheme.least() == kInfinity) {
    findings.error(at + ".floor", "must be less than infinity, which nobody can be paid; leave it out for no floor");
  }
  if (scheme.cap == -kInfinity) {
    findings.error(at + ".cap", "must be more than -infinity, which nobody can be charged; leave it out for no cap");
  }
}

}  // namespace

bool has_setups(const Setting& setting) {
  return std::any_of(setting.activities.begin(), setting.activities.end(),
                     [](const auto& entry) { return entry.value.setup.has_value(); });
}

bool infers(const Scenario& scenario) {
  const auto of_phase = [](const Phase& phase) {
    return any_move(phase, [](const MoveTraits& move) { return move.infers; });
  };
  return std::any_of(scenario.policies.begin(), scenario.policies.end(), [&](const auto& policy) {
    return std::any_of(policy.value.phases.begin(), policy.value.phases.end(), of_phase);
  });
}

void check_incentives(const Phase& phase, const Setting& setting, const std::string& path, const Findings& findings) {
  if (phase.audits) check_suspicion(*phase.audits, setting, path + ".audits", findings);
  const std::vector<std::string> names = incentive_names(phase.incentives);
  for (std::size_t i = 0; i < phase.incentives.size(); ++i) {
    const std::string at = path + "." + names[i];
    std::visit(
        [&](const auto& scheme) {
          const Metric* metric = setting.metrics.find(scheme.metric);
          if (!metric) return;
          const auto* student = std::get_if<StudentNoise>(&metric->noise);
          if (student && student->dof <= 2 && (!is_straight(scheme) || !setting.effort.risk_aversion.is(0))) {
            findings.error("metrics." + scheme.metric + ".noise.student_t.dof",
                           "must be above 2, so that the noise has a standard deviation, because " + at +
                               " reads it; got " + number_text(student->dof));
          }
          if constexpr (requires { scheme.floor, scheme.cap; }) check_limits(scheme, at, findings);
          if constexpr (Compares<std::decay_t<decltype(scheme)>>) check_rivals(scheme, *metric, setting, at, findings);
          if (setting.effort.crowding > 0 && metric->level == "individual" && !scheme.limited() &&
              unbounded_stake(setting, *metric)) {
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
  check_workforce(setting, findings);
  check_learning(setting, findings);
  check_stocks(setting, findings);

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
    check_trying(setting, name, findings);
    if (!can_be_wanted(setting, name, activity))
      findings.warning(path, "has no value, is read by no metric and brings nothing later: nobody could ever want it");
  }
  check_setups(setting, findings);
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

namespace {

/// Does any phase of any policy do this?
template <class Test>
bool any_phase(const Scenario& scenario, Test test) {
  return std::any_of(scenario.policies.begin(), scenario.policies.end(), [&](const auto& policy) {
    return std::any_of(policy.value.phases.begin(), policy.value.phases.end(), test);
  });
}

/// Warns where the last window of an incentive is cut off. A few steps are not worth a word: windows seldom fit a run
/// to the step, and less than a tenth of a phase moves no mean far.
void check_tail(int every, int length, const Policy& policy, std::size_t p, int steps, const std::string& at,
                const Findings& findings) {
  const bool revised = std::any_of(policy.phases.begin(), policy.phases.end(), [](const Phase& phase) {
    return any_move(phase, [](const MoveTraits& move) { return !move.begins.empty(); });
  });
  const int tail = every > 0 && length > 0 ? length % every : 0;
  if (revised || every > length || tail * 10 < length || tail == 0) return;
  const int from = policy.phases[p].from.value_or(0);
  const bool by_run = from + length >= steps;
  findings.warning(at, "the last window is cut off: it opens at step " + std::to_string(from + length - tail) +
                           ", and " + (by_run ? "the run" : "the phase") + " ends " + std::to_string(tail) +
                           (tail == 1 ? " step" : " steps") +
                           " later, so nothing that is done then is rewarded; end it "
                           "after " +
                           std::to_string(length - tail) + " or " + std::to_string(length - tail + every) +
                           " steps, or change the window");
}

/// Warns of what comes only after the end of the run.
void check_ends(const Scenario& scenario, const Findings& findings) {
  const int steps = scenario.time.steps;
  const std::string run = "the run has " + std::to_string(steps) + (steps == 1 ? " step" : " steps");
  for (const auto& [name, metric] : scenario.setting.metrics) {
    if (metric.delay >= steps) {
      findings.warning("metrics." + name + ".delay", run + ", so nothing that is done from step 0 on is ever read");
    }
  }
  for (const auto& [name, activity] : scenario.setting.activities) {
    if (activity.later && activity.later->after >= steps) {
      findings.warning("activities." + name + ".later.after",
                       run + ", so nothing that is done from step 0 on brings this before the end");
    }
  }
  const auto recorded = [&](int every, const std::string& at) {
    if (every > 1 && every >= steps) findings.warning(at, run + ", so only the first and the last are recorded");
  };
  recorded(scenario.record.every, "record.every");
  if (scenario.record.employees) recorded(scenario.record.employees->every, "record.employees.every");
}

/// Warns of fields that have no effect because something else is missing, unless an override may bring it.
void check_company(const Scenario& scenario, const Findings& findings) {
  const Setting& setting = scenario.setting;
  const auto overridden = [&](const std::string& path) {
    return any_phase(scenario, [&](const Phase& phase) {
      return std::any_of(phase.override.entries.begin(), phase.override.entries.end(),
                         [&](const Override::Entry& entry) { return entry.path.starts_with(path); });
    });
  };

  // Access that nobody has cannot be copied.
  const int size = setting.population.size, team = setting.population.people_per_team();
  const bool alone = sees_nobody(setting.population.network, size, team);
  const std::string nobody = "finds nobody to imitate: in this population.network nobody sees anybody";
  for (const auto& [name, activity] : setting.activities) {
    const std::string path = "activities." + name;
    if (team < 2 && (!is_zero(activity.team_value.value) || !is_zero(activity.team_load))) {
      findings.warning(path + (is_zero(activity.team_load) ? ".team_value" : ".team_load"),
                       "has no effect: everybody is alone in a team; set population.team_size");
    }
    if (!activity.spread || overridden(path + ".spread")) continue;
    if (activity.spread->initial == 0 && activity.spread->innovation == 0 && !activity.spread->trying) {
      findings.warning(path + ".spread",
                       "nobody ever has access, so there is nobody to imitate; give it an initial share or innovation");
    } else if (alone && activity.spread->imitation > 0) {
      findings.warning(path + ".spread.imitation", nobody);
    }
  }
  const auto check_behaviour = [&](const Behaviour& behaviour, const std::string& path) {
    const bool ratchets = any_phase(scenario, [](const Phase& phase) {
      return any_move(phase, [](const MoveTraits& move) { return move.moves_targets; });
    });
    std::visit(
        [&]<class Kind>(const Kind& kind) {
          const std::string at = path + "." + Kind::kName;
          if (alone && Watches<Kind>) findings.warning(at, nobody);
          if constexpr (MayForesee<Kind>) {
            if (kind.farsighted && !ratchets) {
              findings.warning(at + ".farsighted",
                               "has no effect: no leadership has a ratchet, so there is nothing to foresee");
            }
          }
        },
        behaviour);
  };
  check_behaviour(setting.behaviour, "behaviour");
  for (const auto& [name, group] : setting.population.groups) {
    if (group.behaviour) check_behaviour(*group.behaviour, "population.groups." + name + ".behaviour");
  }

  const bool shared = any_phase(scenario, [&](const Phase& phase) {
    return std::any_of(phase.incentives.begin(), phase.incentives.end(), [&](const Scheme& scheme) {
      const Metric* metric = setting.metrics.find(std::visit([](const auto& kind) { return kind.metric; }, scheme));
      return !metric || metric->level != "individual";
    });
  });
  if (!is_zero(setting.effort.solidarity) && !shared)
    findings.warning("effort.solidarity",
                     "has no effect: no incentive reads a metric whose level is team or organisation");

  const Workforce& workforce = setting.workforce;
  const bool leave = !is_zero(workforce.attrition) || workforce.outside || any_phase(scenario, [](const Phase& phase) {
    return phase.dismisses() || (phase.audits && phase.audits->dismiss > 0);
  });
  if (!leave && !overridden("workforce.attrition") && (workforce.hiring.applicants > 1 || workforce.cost != 0)) {
    findings.warning(workforce.cost != 0 ? "workforce.cost" : "workforce.hiring",
                     "has no effect: nobody leaves, so nobody is hired; give workforce.attrition");
  }
  if (workforce.outside && workforce.outside->every > scenario.time.steps) {
    findings.warning("workforce.outside.every", "the run has " + std::to_string(scenario.time.steps) +
                                                    (scenario.time.steps == 1 ? " step" : " steps") +
                                                    ", so from step 0 on nobody ever compares");
  }
  if (workforce.outside && workforce.outside->chance == 0 && !overridden("workforce.outside")) {
    findings.warning("workforce.outside.chance", "is 0: nobody leaves, however much better it is elsewhere");
  }
}

}  // namespace

namespace {

/// "1000 is between 512 and 1024"; empty for a power of two.
std::string no_power_of_two(int number) {
  int below = 1;
  while (2 * below <= number) below *= 2;
  if (number < 1 || number == below) return "";
  return "must be a power of two; " + std::to_string(number) + " is between " + std::to_string(below) + " and " +
         std::to_string(2 * below);
}

/// What varies, what can be chosen, and the points that studies take of it.
void check_experiment(const Experiment& experiment, const Findings& findings) {
  std::vector<std::string> names;
  const auto check_names_of = [&](const char* key, const Named<Range>& ranges) {
    for (const auto& [path, range] : ranges) {
      const std::string at = std::string("experiment.") + key + "." + path;
      if (!range.as) continue;
      if (!well_named(*range.as)) {
        findings.error(at + ".as", name_rule(*range.as));
      } else if (std::find(names.begin(), names.end(), *range.as) != names.end()) {
        findings.error(at + ".as", "'" + *range.as + "' stands twice; give each number its own name");
      } else {
        names.push_back(*range.as);
      }
    }
  };
  check_names_of("vary", experiment.vary);
  check_names_of("levers", experiment.levers);
  for (const auto& [path, range] : experiment.levers) {
    const std::string at = "experiment.levers." + path;
    if (!path.starts_with("policies.")) {
      findings.error(at,
                     "is no lever: what leadership chooses stands in a policy, as policies.quota.quota.target; what "
                     "is uncertain stands in experiment.vary");
    }
    if (range.distribution) {
      findings.error(at, "is chosen, so it has no distribution; give it values, or from and to");
    }
  }
  for (std::size_t i = 0; experiment.where && i < experiment.where->size(); ++i) {
    const std::string& condition = (*experiment.where)[i];
    const auto trouble = check_expression(condition, names);
    if (!trouble) continue;
    const std::string why = trouble->unknown_name.empty() ? trouble->message
                            : names.empty()               ? "no number that varies has a name; give it one with as"
                                            : "no number that varies is called '" + trouble->unknown_name +
                                                  "'; names here: " + listed(names, "and");
    findings.error("experiment.where." + std::to_string(i), "cannot read the condition '" + condition + "': " + why);
  }
  if (!experiment.design) return;
  if (const auto* sobol = std::get_if<SobolDesign>(&*experiment.design)) {
    if (const std::string sentence = no_power_of_two(sobol->points); !sentence.empty()) {
      findings.error("experiment.design.sobol.points", sentence);
    }
  }
}

void check_sensitivity(const Experiment& experiment, const Findings& findings) {
  if (!experiment.sensitivity) return;
  if (const auto* sobol = std::get_if<SobolIndices>(&*experiment.sensitivity)) {
    if (const std::string sentence = no_power_of_two(sobol->rows); !sentence.empty()) {
      findings.error("experiment.sensitivity.sobol.rows", sentence);
    }
  }
}

/// What a statistic says of itself.
void check_statistic(const std::string& at, const Statistic& data, const Findings& findings) {
  const int kinds = (data.mean ? 1 : 0) + (data.share ? 1 : 0) + (data.outcome ? 1 : 0);
  if (kinds != 1) {
    findings.error(at, fmt::format("says {} of what it is; give it one of mean: METRIC, share: METRIC and outcome: "
                                   "RESULT",
                                   kinds == 0 ? "nothing" : "several things"));
  }
  if (data.share && !data.between) {
    findings.error(at, "a share needs the values between which readings count, as between: [100, 110]");
  }
  if (data.between && !data.share) findings.error(at + ".between", "is for a share; leave it out");
  if (data.between && (data.between->size() != 2 || !((*data.between)[0] < (*data.between)[1]))) {
    findings.error(at + ".between", "must be two values, the lower one first, as [100, 110]");
  }
  if (data.value && data.file) findings.error(at, "has a value and a file; leave out one of them");
  if (!data.value && !data.file) findings.error(at, "needs what was observed: value, or file: TABLE.csv");
  if (data.file && data.outcome) {
    findings.error(at + ".file", "holds readings of a metric, from which no outcome follows; give its value");
  }
  if (data.column && !data.file) findings.error(at + ".column", "is for a file; leave it out");
  if (data.share && data.value && (*data.value < 0 || *data.value > 1)) {
    findings.error(at + ".value", "is a share, so it must be from 0 to 1");
  }
  // How long the run is counts where the data are compared alone: `--steps` is for everybody.
  if (data.from && data.to && *data.from > *data.to) {
    findings.error(at + ".from", fmt::format("is after the last step that counts, which is {}", *data.to));
  }
}

/// Texts of the scenario itself.
void check_texts(const Scenario& scenario, const Findings& findings) {
  check_text(scenario.title, false, "title", findings);
  check_text(scenario.description, true, "description", findings);
  check_text(scenario.author, false, "author", findings);
  check_text(scenario.date, false, "date", findings);
  check_text(scenario.time.unit, false, "time.unit", findings);
  for (std::size_t i = 0; i < scenario.sources.size(); ++i) {
    const std::string at = "sources." + std::to_string(i);
    check_text(scenario.sources[i].claim, true, at + ".claim", findings);
    check_text(scenario.sources[i].source, true, at + ".source", findings);
  }
}

/// Where a phase of a policy stands.
struct PhasePlace {
  const Scenario& scenario;
  const Policy& policy;
  std::size_t number;
  std::string path;
};

/// Phases are named once and stand in order, the first from the start, each before the end.
void check_order(const PhasePlace& place, std::set<std::string>& names, std::optional<int>& before,
                 const Findings& findings) {
  const Phase& phase = place.policy.phases[place.number];
  const std::string& at = place.path;
  if (!phase.name.empty() && !well_named(phase.name)) findings.error(at + ".name", name_rule(phase.name));
  if (!names.insert(phase.name).second)
    findings.error(at + ".name", "'" + phase.name + "' stands twice; give each phase its own name");
  if (place.number == 0 && phase.from != 0) {
    findings.error(at + ".from", phase.from ? "the first phase must start at 0, got " + std::to_string(*phase.from)
                                            : "is missing; the first phase must start at 0: write from: 0");
  }
  if (phase.from && before && *phase.from <= *before) {
    findings.error(at + ".from", "must be above " + std::to_string(*before) +
                                     ", where the phase before it starts; got " + std::to_string(*phase.from));
  }
  const int steps = place.scenario.time.steps;
  if (phase.from && *phase.from >= steps) {
    findings.warning(at + ".from",
                     "the run ends after " + std::to_string(steps) + " steps, so this phase never starts");
  }
  if (phase.from) before = phase.from;
  if (place.number > 0 && !phase.from && !revised_to(place.policy, phase.name)) {
    findings.warning(at + ".from",
                     "without it the phase begins only where leadership revises the policy, and nothing does so");
  }
}

/// A window that never closes in its phase.
void check_window(int every, const PhasePlace& place, const std::string& at, const Findings& findings) {
  const int steps = place.scenario.time.steps;
  const int length = place.policy.longest(place.number, steps);
  // A window that only an end that nobody knows of cuts off is planned for, and paid for the steps so far.
  const int known_length =
      place.scenario.time.end == "known" ? length : place.policy.longest(place.number, std::numeric_limits<int>::max());
  if (every > length && length > 0) {
    findings.warning(at, "the window of " + std::to_string(every) + " steps is longer than the phase (" +
                             std::to_string(length) + " steps): it never closes" +
                             (every > known_length ? " and nothing is ever paid"
                                                   : ", and pays for the steps so far when the run ends"));
  }
  check_tail(every, length, place.policy, place.number, steps, at, findings);
}

/// The incentives of a phase, one by one.
void check_each_incentive(const PhasePlace& place, const Findings& findings) {
  const Phase& phase = place.policy.phases[place.number];
  const std::vector<std::string> names = incentive_names(phase.incentives);
  std::set<std::string> seen;
  for (std::size_t i = 0; i < phase.incentives.size(); ++i) {
    const std::string at = place.path + "." + names[i];
    std::visit(
        [&](const auto& scheme) {
          if (!scheme.name.empty() && !well_named(scheme.name)) findings.error(at + ".name", name_rule(scheme.name));
          if (!seen.insert(names[i]).second)
            findings.error(at + ".name", "'" + names[i] + "' stands twice; give each incentive its own name");
          check_window(scheme.every, place, at + ".every", findings);
          if (const auto [field, sentence] = fault_in(scheme); !sentence.empty())
            findings.error(at + "." + field, sentence);
          check_stakes(scheme, phase, at, findings);
          if constexpr (requires { scheme.floor, scheme.cap; })
            check_bounds(scheme, place.scenario.setting, at, findings);
        },
        phase.incentives[i]);
  }
  if (phase.incentives.size() > static_cast<std::size_t>(kMostIncentives)) {
    findings.error(place.path, "there can be at most " + std::to_string(kMostIncentives) + " incentives at once, got " +
                                   std::to_string(phase.incentives.size()));
  }
}

void check_policy(const Scenario& scenario, const Policy& policy, const std::string& path, const Findings& findings) {
  std::set<std::string> names;
  std::optional<int> before;
  for (std::size_t p = 0; p < policy.phases.size(); ++p) {
    const Phase& phase = policy.phases[p];
    const std::string name = phase.name.empty() ? std::to_string(p) : phase.name;
    const PhasePlace place{scenario, policy, p, policy.phased ? path + "." + name : path};
    if (policy.phased) check_order(place, names, before, findings);
    check_each_incentive(place, findings);
    check_incentives(phase, scenario.setting, place.path, findings);
    check_leadership(policy, phase, policy.longest(p, scenario.time.steps), scenario.setting, place.path, findings);
  }
}

/// The metrics that something in a phase of a policy reads.
std::set<std::string> metrics_read(const Scenario& scenario) {
  std::set<std::string> read;
  any_phase(scenario, [&](const Phase& phase) {
    for (const Scheme& scheme : phase.incentives)
      read.insert(std::visit([](const auto& kind) { return kind.metric; }, scheme));
    if (phase.audits && phase.audits->suspicion) read.insert(phase.audits->suspicion->metric);
    return any_move(phase, [&](const MoveTraits& move) {
      read.insert(move.metrics.begin(), move.metrics.end());
      return false;
    });
  });
  return read;
}

}  // namespace

void check_scenario(const Scenario& scenario, const Findings& findings) {
  const Setting& setting = scenario.setting;
  check_names(scenario.policies, "policies", findings);
  check_texts(scenario, findings);
  check_ends(scenario, findings);
  if (scenario.experiment) {
    check_experiment(*scenario.experiment, findings);
    check_sensitivity(*scenario.experiment, findings);
    if (const auto& fit = scenario.experiment->fit) {
      if (const std::string sentence = no_power_of_two(fit->points); !sentence.empty()) {
        findings.error("experiment.fit.points", sentence);
      }
      for (const auto& [name, data] : fit->data) {
        check_statistic("experiment.fit.data." + name, data, findings);
      }
    }
  }
  check_lesson(scenario, findings);
  for (const auto& [name, policy] : scenario.policies) check_policy(scenario, policy, "policies." + name, findings);
  if (setting.workforce.hiring.copy && std::none_of(scenario.policies.begin(), scenario.policies.end(),
                                                    [](const auto& policy) { return policy.value.dismisses(); })) {
    findings.error("workforce.hiring.copy",
                   "copies the best by a tournament with dismiss: true, but no policy has one; add it, or describe "
                   "applicants instead");
  }
  check_company(scenario, findings);
  const std::set<std::string> read = metrics_read(scenario);
  for (const auto& [name, metric] : setting.metrics) {
    if (!read.count(name)) findings.warning("metrics." + name, "no incentive reads it: it is only reported");
  }
}

}  // namespace goodhart
