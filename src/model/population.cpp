/// Drawing the people of a run.
#include "goodhart/model/population.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <numeric>

#include "goodhart/scenario/expression.hpp"
#include "goodhart/scenario/read.hpp"

namespace goodhart {

bool Column::zero() const {
  return std::all_of(values_.begin(), values_.end(), [](double value) { return value == 0; });
}

Roster::Roster(const PopulationSpec& spec, Luck luck)
    : size(static_cast<std::size_t>(spec.size)),
      team_size(static_cast<std::size_t>(spec.people_per_team())),
      arrival(size, kFounder) {
  if (spec.groups.empty()) return;
  // Sizes by largest remainder, ties to the group named first.
  const std::size_t count = spec.groups.size();
  std::vector<std::size_t> people(count);
  std::vector<double> remainder(count);
  std::size_t assigned = 0;
  for (std::size_t g = 0; g < count; ++g) {
    groups.push_back(spec.groups.entries[g].name);
    // A share that is a whole number of people but for rounding counts as one.
    const double exact = spec.groups.entries[g].value.share * static_cast<double>(size);
    const double whole = std::fabs(exact - std::round(exact)) < 1e-6 ? std::round(exact) : std::floor(exact);
    people[g] = static_cast<std::size_t>(whole);
    remainder[g] = exact - whole;
    assigned += people[g];
  }
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainder[a] > remainder[b]; });
  for (std::size_t i = 0; assigned < size; ++i, ++assigned) ++people[order[i % count]];

  // Shuffled over the teams: each employee draws a number, the lowest go to the first group.
  const Draws draws(luck.seed, Purpose::group);
  std::vector<std::pair<double, std::size_t>> lots(size);
  for (std::size_t i = 0; i < size; ++i) {
    lots[i] = {draws.uniform(luck.replicate, static_cast<std::uint32_t>(i), kFounder), i};
  }
  std::sort(lots.begin(), lots.end());
  group.resize(size);
  std::size_t at = 0;
  for (std::size_t g = 0; g < count; ++g) {
    for (std::size_t n = 0; n < people[g]; ++n) group[lots[at++].second] = static_cast<std::int16_t>(g);
  }
}

namespace {

/// Calls a function with (key, quantity, about) for each quantity that a description declares.
template <class Function>
struct QuantityVisitor {
  Function function;

  void operator()(const char* key, const Quantity& quantity, const About& about) { function(key, quantity, about); }
  void operator()(const char* key, const std::optional<Quantity>& quantity, const About& about) {
    if (quantity) function(key, *quantity, about);
  }
  template <class T>
  void operator()(const char*, const T&, const About&) {}
  template <class... Arguments>
  void words(const char*, Arguments&&...) {}
  void rest(const char*, const Named<Quantity>& quantities, const About& about) {
    for (const auto& [name, quantity] : quantities) function(name.c_str(), quantity, about);
  }
  void later(const char*, const char*) {}
};

template <class Description, class Function>
void for_each_quantity(const Description& description, Function function) {
  QuantityVisitor<Function> visitor{std::move(function)};
  Description::fields(description, visitor);
}

}  // namespace

/// How the columns were drawn, kept so that single employees can be drawn anew.
struct Population::Drawing {
  /// One quantity, ready to be drawn for one employee after another.
  struct Drawer {
    std::string path;
    Quantity quantity;
    About about;
    Draws draws;
    std::optional<Formula> formula;

    bool constant() const { return quantity.number() != nullptr; }
  };
  struct Drawn {
    Drawer drawer;
    Column* column;
  };

  const Luck luck;
  std::vector<std::string> names;           ///< what expressions may use: traits, groups, team_size, founder
  std::vector<std::vector<Drawer>> traits;  ///< by trait, then one per group (or one for all)
  std::deque<Drawn> drawn;                  ///< everything that is not constant, besides traits
  std::vector<double> values;               ///< of `names`, for the employee at hand
  std::deque<Terms> added;
  const std::vector<Column>& trait_columns;
  const Roster& roster;

  Drawing(Luck run, const std::vector<Column>& columns, const Roster& people)
      : luck(run), trait_columns(columns), roster(people) {}

  Drawer drawer(const Quantity& quantity, const std::string& path, const std::string& luck_name,
                const About& about) const {
    Drawer made{path, quantity, about, Draws(luck.seed, Purpose::quantity, luck_name), std::nullopt};
    if (const auto* expression = std::get_if<Expression>(&quantity.form)) made.formula.emplace(expression->text, names);
    return made;
  }

  double name_value(std::size_t index, std::size_t employee) const {
    if (index < traits.size()) return trait_columns[index][employee];
    index -= traits.size();
    if (index < roster.groups.size()) return roster.group_of(employee) == static_cast<int>(index) ? 1.0 : 0.0;
    index -= roster.groups.size();
    if (index == 0) return static_cast<double>(roster.members(roster.team_of(employee)));
    return roster.arrival[employee] == Roster::kFounder ? 1.0 : 0.0;
  }

  double draw(const Drawer& drawer, std::size_t employee) {
    double value = 0;
    if (const double* number = drawer.quantity.number()) {
      value = *number;
    } else if (const auto* distribution = std::get_if<Distribution>(&drawer.quantity.form)) {
      // A team's draw is keyed by the team and by another index, so that it is nobody's own.
      const bool team = per_team(*distribution);
      const auto who = static_cast<std::uint32_t>(team ? roster.team_of(employee) : employee);
      const std::int32_t when = team ? Roster::kFounder : roster.arrival[employee];
      value = quantile(*distribution, drawer.draws.uniform(luck.replicate, who, when, team ? 1 : 0));
    } else {
      for (const std::size_t index : drawer.formula->used()) values[index] = name_value(index, employee);
      value = (*drawer.formula)(values);
    }
    check(drawer, employee, value);
    return value;
  }

  void check(const Drawer& drawer, std::size_t employee, double value) const {
    const About& about = drawer.about;
    const bool sound = !std::isnan(value) && !(about.finite && std::isinf(value)) && value <= about.high &&
                       (about.above ? value > about.low : value >= about.low);
    if (sound) return;
    const bool distribution = std::holds_alternative<Distribution>(drawer.quantity.form);
    const Place& place = drawer.quantity.place;
    const std::string where = place.line > 0 ? fmt::format("{}:{}:{}: ", place.source, place.line, place.column) : "";
    throw RunError(fmt::format("{}{}: must be {}, but for employee {} it is {}; {}", where, drawer.path,
                               expectation(about, false), employee, number_text(value),
                               distribution ? "truncate the distribution with min and max"
                                            : "keep the expression within bounds with min(...) and max(...)"));
  }

  Column column(const Drawer& drawer) {
    if (drawer.constant()) return Column(*drawer.quantity.number());
    std::vector<double> all(roster.size);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = draw(drawer, i);
    return Column(std::move(all));
  }

  /// Draws a quantity into a column that stays where it is.
  void fill(Column& into, const Quantity& quantity, const std::string& path, const About& about) {
    Drawer made = drawer(quantity, path, path, about);
    into = column(made);
    if (!made.constant()) drawn.push_back({std::move(made), &into});
  }

  /// Draws all quantities of a description, in the order in which it declares them.
  template <class Description>
  const Terms& add(const Description& description, const std::string& path) {
    Terms& terms = added.emplace_back();
    std::size_t count = 0;
    for_each_quantity(description, [&](const char*, const Quantity&, const About&) { ++count; });
    terms.resize(count);  // before the first is filled, because each stays where it is
    std::size_t at = 0;
    for_each_quantity(description, [&](const char* key, const Quantity& quantity, const About& about) {
      fill(terms[at++], quantity, path + "." + key, about);
    });
    return terms;
  }
};

Population::~Population() = default;

Population::Population(const Setting& setting, const Roster& roster, Luck luck)
    : drawing_(std::make_unique<Drawing>(luck, traits, roster)) {
  Drawing& drawing = *drawing_;
  const PopulationSpec& spec = setting.population;

  // Traits in order: those that only groups define, then the general ones. All names are known before the first is
  // drawn, because the check has made sure that each is made of those before it.
  std::vector<std::string> order;
  for (const auto& [group_name, group] : spec.groups) {
    for (const auto& [name, quantity] : group.traits) {
      if (!spec.traits.find(name) && std::find(order.begin(), order.end(), name) == order.end()) order.push_back(name);
    }
  }
  for (const auto& [name, quantity] : spec.traits) order.push_back(name);
  trait_names = order;
  drawing.names = order;
  drawing.names.insert(drawing.names.end(), roster.groups.begin(), roster.groups.end());
  drawing.names.emplace_back("team_size");
  drawing.names.emplace_back("founder");
  drawing.values.resize(drawing.names.size());
  drawing.traits.resize(order.size());
  traits.reserve(order.size());
  const About about{.help = "", .finite = true};
  for (std::size_t t = 0; t < order.size(); ++t) {
    const std::string general = "population.traits." + order[t];
    const Quantity* common = spec.traits.find(order[t]);
    bool own = false;
    for (const auto& [group_name, group] : spec.groups) own = own || group.traits.find(order[t]);
    auto& drawers = drawing.traits[t];
    if (!own) {
      drawers.push_back(drawing.drawer(*common, general, general, about));
      traits.push_back(drawing.column(drawers.front()));
      continue;
    }
    for (const auto& [group_name, group] : spec.groups) {
      const Quantity* specific = group.traits.find(order[t]);
      // The luck is the trait's: an employee has the same rank in it, whatever the group's distribution.
      drawers.push_back(specific ? drawing.drawer(*specific, "population.groups." + group_name + ".traits." + order[t],
                                                  general, about)
                                 : drawing.drawer(*common, general, general, about));
    }
    std::vector<double> all(roster.size);
    traits.emplace_back();
    for (std::size_t i = 0; i < all.size(); ++i)
      all[i] = drawing.draw(drawers[static_cast<std::size_t>(roster.group[i])], i);
    traits.back() = Column(std::move(all));
  }

  // Effort.
  const std::vector<std::pair<std::string, Column*>> effort_columns{{"budget", &effort.budget},
                                                                    {"norm", &effort.norm},
                                                                    {"strain", &effort.strain},
                                                                    {"intrinsic", &effort.intrinsic},
                                                                    {"risk_aversion", &effort.risk_aversion}};
  const auto into = [&](const std::vector<std::pair<std::string, Column*>>& columns, const std::string& path) {
    return [&drawing, columns, path](const char* key, const Quantity& quantity, const About& bounds) {
      for (const auto& [name, column] : columns) {
        if (name == key) drawing.fill(*column, quantity, path + "." + key, bounds);
      }
    };
  };
  for_each_quantity(setting.effort, into(effort_columns, "effort"));
  effort.interactions.resize(setting.effort.interactions.size());
  for (std::size_t i = 0; i < effort.interactions.size(); ++i) {
    const Interaction& interaction = setting.effort.interactions[i];
    effort.interactions[i].first = setting.activities.index(interaction.between[0]);
    effort.interactions[i].second = setting.activities.index(interaction.between[1]);
    for_each_quantity(interaction,
                      into({{"strain", &effort.interactions[i].strain}}, "effort.interactions." + std::to_string(i)));
  }

  // Activities.
  activities.resize(setting.activities.size());
  for (std::size_t k = 0; k < activities.size(); ++k) {
    const auto& [name, activity] = setting.activities.entries[k];
    ActivityColumns& columns = activities[k];
    columns.erosion = activity.erosion;
    columns.visible = activity.visible;
    columns.gaming = activity.gaming;
    const std::string path = "activities." + name;
    for_each_quantity(activity, into({{"value", &columns.value},
                                      {"saturation", &columns.saturation},
                                      {"time", &columns.time},
                                      {"max", &columns.max},
                                      {"strain", &columns.strain},
                                      {"aversion", &columns.aversion},
                                      {"cost", &columns.cost}},
                                     path));
    if (activity.perceived_value) {
      for_each_quantity(activity, into({{"perceived_value", &columns.perceived_value}}, path));
    } else {
      // What is believed is what is: the same draws.
      drawing.fill(columns.perceived_value, activity.value, path + ".value", About{.help = "", .finite = true});
    }
    if (!activity.later) continue;
    columns.after = activity.later->after;
    columns.later_amounts.resize(activity.later->amounts.size());
    std::vector<std::pair<std::string, Column*>> later{
        {"time", &columns.later_time}, {"value", &columns.later_value}, {"foreseen", &columns.foreseen}};
    for (std::size_t a = 0; a < columns.later_amounts.size(); ++a) {
      const std::string& metric = activity.later->amounts.entries[a].name;
      columns.later_amounts[a].first = setting.metrics.index(metric);
      later.emplace_back(metric, &columns.later_amounts[a].second);
    }
    for_each_quantity(*activity.later, into(later, path + ".later"));
  }

  // Metrics.
  metrics.resize(setting.metrics.size());
  for (std::size_t j = 0; j < metrics.size(); ++j) {
    const auto& [name, metric] = setting.metrics.entries[j];
    MetricColumns& columns = metrics[j];
    const std::string path = "metrics." + name;
    for_each_quantity(metric, into({{"baseline", &columns.baseline}}, path));
    std::visit(
        [&](const auto& law) {
          for_each_quantity(law, into({{"scale", &columns.scale}}, path + ".noise"));
          if constexpr (requires { law.dof; }) {
            columns.deviations =
                law.dof > 2 ? std::sqrt(law.dof / (law.dof - 2)) : std::numeric_limits<double>::infinity();
          } else if constexpr (std::is_same_v<std::decay_t<decltype(law)>, LaplaceNoise>) {
            columns.deviations = std::sqrt(2.0);
          }
        },
        metric.noise);
    columns.loading.resize(activities.size());
    columns.bend.resize(activities.size());
    for (const auto& [measured, loading] : metric.measures.loadings) {
      if (measured == "value" || measured == "contribution") {
        columns.value_weight += *loading.loading.number();
        continue;
      }
      const auto k = static_cast<std::size_t>(setting.activities.index(measured));
      for_each_quantity(loading, into({{"loading", &columns.loading[k]}, {"saturation", &columns.bend[k]}},
                                      path + ".measures." + measured));
    }
  }

  // Behaviours: only `fixed` has quantities, by activity.
  behaviours.resize(1 + spec.groups.size());
  const auto behaviour_terms = [&](const Behaviour& behaviour, const std::string& path, Terms& terms) {
    if (const auto* fixed = std::get_if<Fixed>(&behaviour)) {
      terms.resize(activities.size());
      for (const auto& [name, quantity] : fixed->efforts) {
        drawing.fill(terms[static_cast<std::size_t>(setting.activities.index(name))], quantity,
                     path + ".fixed.efforts." + name, About{.help = "", .low = 0, .finite = true});
      }
    }
  };
  behaviour_terms(setting.behaviour, "behaviour", behaviours[0]);
  for (std::size_t g = 0; g < spec.groups.size(); ++g) {
    const auto& [name, group] = spec.groups.entries[g];
    if (group.behaviour)
      behaviour_terms(*group.behaviour, "population.groups." + name + ".behaviour", behaviours[g + 1]);
  }
}

const Terms& Population::add_terms(const Scheme& scheme, const std::string& path) {
  return std::visit([&](const auto& kind) -> const Terms& { return drawing_->add(kind, path); }, scheme);
}

const Terms& Population::add_terms(const Audits& audits, const std::string& path) {
  return drawing_->add(audits, path);
}

void Population::redraw(std::size_t employee) {
  Drawing& drawing = *drawing_;
  for (std::size_t t = 0; t < traits.size(); ++t) {
    if (traits[t].constant()) continue;
    const auto& drawers = drawing.traits[t];
    const std::size_t which = drawers.size() == 1 ? 0 : static_cast<std::size_t>(drawing.roster.group[employee]);
    traits[t].set(employee, drawing.draw(drawers[which], employee));
  }
  for (Drawing::Drawn& one : drawing.drawn) one.column->set(employee, drawing.draw(one.drawer, employee));
}

}  // namespace goodhart
