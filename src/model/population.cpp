/// Drawing the people of a run.
#include "goodhart/model/population.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <numeric>

#include "goodhart/core/math.hpp"
#include "goodhart/model/drawn_value_error.hpp"
#include "goodhart/scenario/expression.hpp"
#include "goodhart/scenario/read.hpp"

namespace goodhart {

bool Column::zero() const {
  return std::all_of(numbers_->begin(), numbers_->end(), [](double value) { return value == 0; });
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

/// Calls a function with (key, quantity, about) for each quantity that a description declares. One for each activity by
/// name is for a function that takes (key, quantities, about).
template <class Function>
struct QuantityVisitor {
  Function function;

  void operator()(const char* key, const Quantity& quantity, const About& about) { function(key, quantity, about); }
  void operator()(const char* key, const std::optional<Quantity>& quantity, const About& about) {
    if (quantity) function(key, *quantity, about);
  }
  void operator()(const char* key, const Named<Quantity>& quantities, const About& about) {
    if constexpr (requires { function(key, quantities, about); }) function(key, quantities, about);
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
    bool follows = false;  ///< is it an expression that depends on a trait that changes?

    bool constant() const { return quantity.number() != nullptr; }
  };
  struct Drawn {
    Drawer drawer;
    Column* column;
  };
  /// Whose value is drawn: one who is here, whose traits are in the columns; one who applies, whose traits are drawn on
  /// the way; or one who was there at the start, whose traits are drawn as they were defined then.
  struct Who {
    enum class Kind { present, applying, founding };
    Kind kind;
    std::size_t employee;
    std::int32_t arrival;
    std::uint32_t applicant = 0;
  };
  struct Moments {
    double mean, sd;
  };

  const Luck luck;
  std::vector<std::string> names;           ///< what expressions may use: traits, groups, team_size, founder
  std::vector<std::vector<Drawer>> traits;  ///< by trait, then one per group (or one for all)
  std::deque<Drawn> drawn;                  ///< everything that is not constant, besides traits
  std::vector<double> values;               ///< of `names`, for the employee at hand
  std::deque<Terms> added;
  std::vector<char> moving;                      ///< does the trait change, or follow one that does? (traits)
  std::vector<std::size_t> following_traits;     ///< those that are, for some group, expressions that follow; in order
  std::vector<Drawn*> following;                 ///< of `drawn`
  std::vector<std::vector<Drawer>> founding;     ///< as `traits` when founders were drawn; empty where it is the same
  std::vector<std::optional<Moments>> founders;  ///< what has been asked for (traits)
  const std::vector<Column>& trait_columns;
  const Roster& roster;

  Drawing(Luck run, const std::vector<Column>& columns, const Roster& people)
      : luck(run), trait_columns(columns), roster(people) {}

  // What a population is made of, in this order.
  void name_traits(const PopulationSpec& spec, Population& people);
  void draw_traits(const PopulationSpec& spec, Population& people);
  void draw_effort(const Setting& setting, Population& people);
  void draw_activities(const Setting& setting, Population& people);
  void draw_metrics(const Setting& setting, Population& people);
  void draw_behaviours(const Setting& setting, Population& people);
  auto into(std::vector<std::pair<std::string, Column*>> columns, std::string path);

  Drawer drawer(const Quantity& quantity, const std::string& path, const std::string& luck_name,
                const About& about) const {
    Drawer made{path, quantity, about, Draws(luck.seed, Purpose::quantity, luck_name), std::nullopt};
    if (const auto* expression = std::get_if<Expression>(&quantity.form)) made.formula.emplace(expression->text, names);
    return made;
  }

  /// How a trait is drawn for an employee: as its group has it.
  const Drawer& of_trait(std::size_t trait, std::size_t employee) const { return one_of(traits[trait], employee); }
  const Drawer& one_of(const std::vector<Drawer>& drawers, std::size_t employee) const {
    return drawers[drawers.size() == 1 ? 0 : static_cast<std::size_t>(roster.group[employee])];
  }

  Who occupant(std::size_t employee) const { return {Who::Kind::present, employee, roster.arrival[employee]}; }

  /// Does an expression use a trait, one that changes or follows if `moving_only`?
  bool uses_trait(const Drawer& drawer, bool moving_only) const {
    return drawer.formula &&
           std::any_of(drawer.formula->used().begin(), drawer.formula->used().end(), [&](std::size_t index) {
             return index < traits.size() && (!moving_only || moving[index] != 0);
           });
  }

  double trait_value(std::size_t trait, const Who& who) {
    if (who.kind == Who::Kind::present) return trait_columns[trait][who.employee];
    const bool then = who.kind == Who::Kind::founding && !founding[trait].empty();
    return draw(one_of(then ? founding[trait] : traits[trait], who.employee), who);
  }

  double name_value(std::size_t index, const Who& who) {
    if (index < traits.size()) return trait_value(index, who);
    index -= traits.size();
    if (index < roster.groups.size()) return roster.group_of(who.employee) == static_cast<int>(index) ? 1.0 : 0.0;
    index -= roster.groups.size();
    if (index == 0) return static_cast<double>(roster.members(roster.team_of(who.employee)));
    return who.arrival == Roster::kFounder ? 1.0 : 0.0;
  }

  double draw(const Drawer& drawer, const Who& who) {
    double value = 0;
    if (const double* number = drawer.quantity.number()) {
      value = *number;
    } else if (const auto* distribution = std::get_if<Distribution>(&drawer.quantity.form)) {
      // Index 0 is the newcomer's own; 1 the team's, which is keyed by the team; the others those of further
      // applicants.
      const bool team = per_team(*distribution);
      const auto key = static_cast<std::uint32_t>(team ? roster.team_of(who.employee) : who.employee);
      const std::uint32_t own = who.applicant == 0 ? 0 : who.applicant + 1;
      value = quantile(*distribution, drawer.draws.uniform(luck.replicate, key, team ? Roster::kFounder : who.arrival,
                                                           team ? 1 : own));
    } else {
      for (const std::size_t index : drawer.formula->used()) values[index] = name_value(index, who);
      value = (*drawer.formula)(values);
    }
    check(drawer, who.employee, value);
    return value;
  }

  /// Draws for everybody who is here.
  void draw_all(const Drawer& drawer, std::vector<double>& all) {
    constexpr std::size_t kAtOnce = 256;
    const auto* distribution = std::get_if<Distribution>(&drawer.quantity.form);
    const bool founders_only =
        std::all_of(roster.arrival.begin(), roster.arrival.end(), [](auto when) { return when == Roster::kFounder; });
    if (distribution == nullptr || per_team(*distribution) || !founders_only) {
      for (std::size_t i = 0; i < all.size(); ++i) all[i] = draw(drawer, occupant(i));
      return;
    }
    for (std::size_t begin = 0; begin < all.size(); begin += kAtOnce) {
      const std::span<double> some = std::span(all).subspan(begin, std::min(kAtOnce, all.size() - begin));
      drawer.draws.uniforms(luck.replicate, static_cast<std::uint32_t>(begin), Roster::kFounder, 0, some);
      quantiles(*distribution, some);
      for (std::size_t at = 0; at < some.size(); ++at) check(drawer, begin + at, some[at]);
    }
  }

  void check(const Drawer& drawer, std::size_t employee, double value) const {
    const About& about = drawer.about;
    // Infinity stands for no bound where somebody writes it; where it is drawn or computed, numbers have run out.
    const bool sound =
        std::isfinite(value) && value <= about.high && (about.above ? value > about.low : value >= about.low);
    if (sound) return;
    const bool distribution = std::holds_alternative<Distribution>(drawer.quantity.form);
    if (std::isnan(value)) {
      throw DrawnValueError(
          drawer.quantity.place, drawer.path,
          fmt::format("for employee {} the expression has no value: it divides by 0, or takes the log of what is not "
                      "above 0, or a root or power that does not exist; keep its parts within bounds with min(...), "
                      "max(...) or if(...)",
                      employee));
    }
    throw DrawnValueError(
        drawer.quantity.place, drawer.path,
        fmt::format("must be {}{}, but for employee {} it is {}; {}", expectation(about, false),
                    std::isinf(value) && !about.finite ? " and finite" : "", employee, number_text(value),
                    distribution ? "truncate the distribution with min and max"
                                 : "keep the expression within bounds with min(...) and max(...)"));
  }

  Column column(const Drawer& drawer) {
    if (drawer.constant()) return Column(*drawer.quantity.number());
    if (drawer.formula && drawer.formula->bare() && drawer.formula->used().front() < trait_columns.size()) {
      const Column& trait = trait_columns[drawer.formula->used().front()];
      if (!trait.constant()) {
        for (std::size_t i = 0; i < roster.size; ++i) check(drawer, i, trait[i]);
        return trait;
      }
    }
    std::vector<double> all(roster.size);
    draw_all(drawer, all);
    return Column(std::move(all));
  }

  /// Draws a quantity into a column that stays where it is.
  void fill(Column& into, const Quantity& quantity, const std::string& path, const About& about) {
    Drawer made = drawer(quantity, path, path, about);
    into = column(made);
    follow(into, std::move(made));
  }

  /// Takes over a quantity that has been drawn already, into a column that stays where it is.
  void fill_alike(Column& into, const Column& drawn_already, const Quantity& quantity, const std::string& path,
                  const About& about) {
    into = drawn_already;
    follow(into, drawer(quantity, path, path, about));
  }

  /// Notes what a column is drawn by, for when people change.
  void follow(Column& into, Drawer made) {
    if (made.constant()) return;
    drawn.push_back({std::move(made), &into});
    note_following(drawn.back());
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

  /// Puts every quantity that a behaviour declares into `terms`, in the order of its fields; where they stand by
  /// activity, one for each activity, 0 for those not named.
  template <class Kind>
  void add_all(const Kind& kind, const std::string& path, const Named<Activity>& activities, Terms& terms) {
    struct Count {
      std::size_t each;
      std::size_t* count;
      void operator()(const char*, const Quantity&, const About&) { ++*count; }
      void operator()(const char*, const Named<Quantity>&, const About&) { *count += each; }
    };
    struct Fill {
      Drawing& drawing;
      const std::string& path;
      const Named<Activity>& activities;
      Terms& terms;
      std::size_t at = 0;
      void operator()(const char* key, const Quantity& quantity, const About& about) {
        drawing.fill(terms[at++], quantity, path + "." + key, about);
      }
      void operator()(const char* key, const Named<Quantity>& quantities, const About& about) {
        for (const auto& [name, quantity] : quantities) {
          drawing.fill(terms[at + static_cast<std::size_t>(activities.index(name))], quantity,
                       path + "." + key + "." + name, about);
        }
        at += activities.size();
      }
    };
    std::size_t count = 0;
    for_each_quantity(kind, Count{activities.size(), &count});
    terms.resize(count);  // before the first is filled, because each stays where it is
    for_each_quantity(kind, Fill{*this, path, activities, terms});
  }

  /// Draws all that are not traits anew for one employee.
  void draw_the_rest(std::size_t employee) {
    const Who who = occupant(employee);
    for (Drawn& one : drawn) one.column->set(employee, draw(one.drawer, who));
  }

  void note_following(Drawn& one) {
    one.drawer.follows = uses_trait(one.drawer, true);
    if (one.drawer.follows) following.push_back(&one);
  }

  /// Finds all that follows the moving traits. Traits are made of those before them, so one pass will do.
  void find_following() {
    following_traits.clear();
    following.clear();
    for (std::size_t t = 0; t < traits.size(); ++t) {
      bool any = false;
      for (Drawer& drawer : traits[t]) {
        drawer.follows = uses_trait(drawer, true);
        any = any || drawer.follows;
      }
      if (!any) continue;
      moving[t] = 1;
      following_traits.push_back(t);
    }
    for (Drawn& one : drawn) note_following(one);
  }

  const Moments& founders_of(std::size_t trait) {
    std::optional<Moments>& known = founders[trait];
    if (known) return *known;
    const auto people = static_cast<double>(roster.size);
    std::vector<double> all(roster.size);
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i] = trait_value(trait, Who{Who::Kind::founding, i, Roster::kFounder});
      sum += all[i];
    }
    for (const double value : all) squares += (value - sum / people) * (value - sum / people);
    known = Moments{sum / people, std::sqrt(squares / people)};
    return *known;
  }

  /// What a distribution gives at the lowest and the highest draw there can be (core/random.hpp).
  static std::pair<double, double> range(const Distribution& distribution) {
    constexpr double kLowest = 0x1p-53;
    return {quantile(distribution, kLowest), quantile(distribution, 1 - kLowest)};
  }
};

Population::~Population() = default;

/// Names the traits in order: those that only groups define, then the general ones. All names are known before the
/// first is drawn, because the check has made sure that each is made of those before it.
void Population::Drawing::name_traits(const PopulationSpec& spec, Population& people) {
  std::vector<std::string> order;
  for (const auto& [group_name, group] : spec.groups) {
    for (const auto& [name, quantity] : group.traits) {
      if (!spec.traits.find(name) && std::find(order.begin(), order.end(), name) == order.end()) order.push_back(name);
    }
  }
  for (const auto& [name, quantity] : spec.traits) order.push_back(name);
  people.trait_names = order;
  names = order;
  names.insert(names.end(), roster.groups.begin(), roster.groups.end());
  names.emplace_back("team_size");
  names.emplace_back("founder");
  values.resize(names.size());
  traits.resize(order.size());
  moving.resize(order.size());
  founding.resize(order.size());
  founders.resize(order.size());
  people.traits.reserve(order.size());
}

void Population::Drawing::draw_traits(const PopulationSpec& spec, Population& people) {
  const std::vector<std::string>& order = people.trait_names;
  const About about{.help = "", .finite = true};
  for (std::size_t t = 0; t < order.size(); ++t) {
    const std::string general = "population.traits." + order[t];
    const Quantity* common = spec.traits.find(order[t]);
    bool own = false;
    for (const auto& [group_name, group] : spec.groups) own = own || group.traits.find(order[t]);
    auto& drawers = traits[t];
    if (!own) {
      drawers.push_back(drawer(*common, general, general, about));
      people.traits.push_back(column(drawers.front()));
      continue;
    }
    for (const auto& [group_name, group] : spec.groups) {
      const Quantity* specific = group.traits.find(order[t]);
      // The luck is the trait's: an employee has the same rank in it, whatever the group's distribution.
      drawers.push_back(
          specific ? drawer(*specific, "population.groups." + group_name + ".traits." + order[t], general, about)
                   : drawer(*common, general, general, about));
    }
    std::vector<double> all(roster.size);
    people.traits.emplace_back();
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = draw(of_trait(t, i), occupant(i));
    people.traits.back() = Column(std::move(all));
  }
}

/// Takes the quantities that a description declares, one by one, and fills the column of each. One that had no column
/// would be read and never drawn.
auto Population::Drawing::into(std::vector<std::pair<std::string, Column*>> columns, std::string path) {
  return [this, columns = std::move(columns), path = std::move(path)](const char* key, const Quantity& quantity,
                                                                      const About& bounds) {
    const auto found = std::find_if(columns.begin(), columns.end(), [&](const auto& one) { return one.first == key; });
    if (found == columns.end()) throw Bug("population: there is no column for " + path + "." + key);
    fill(*found->second, quantity, path + "." + key, bounds);
  };
}

void Population::Drawing::draw_effort(const Setting& setting, Population& people) {
  const std::vector<std::pair<std::string, Column*>> effort_columns{{"budget", &people.effort.budget},
                                                                    {"norm", &people.effort.norm},
                                                                    {"strain", &people.effort.strain},
                                                                    {"intrinsic", &people.effort.intrinsic},
                                                                    {"risk_aversion", &people.effort.risk_aversion},
                                                                    {"solidarity", &people.effort.solidarity},
                                                                    {"horizon", &people.effort.horizon}};
  for_each_quantity(setting.effort, into(effort_columns, "effort"));
  people.effort.interactions.resize(setting.effort.interactions.size());
  for (std::size_t i = 0; i < people.effort.interactions.size(); ++i) {
    const Interaction& interaction = setting.effort.interactions[i];
    people.effort.interactions[i].first = setting.activities.index(interaction.between[0]);
    people.effort.interactions[i].second = setting.activities.index(interaction.between[1]);
    for_each_quantity(interaction, into({{"strain", &people.effort.interactions[i].strain}},
                                        "effort.interactions." + std::to_string(i)));
  }
}

void Population::Drawing::draw_activities(const Setting& setting, Population& people) {
  people.activities.resize(setting.activities.size());
  for (std::size_t k = 0; k < people.activities.size(); ++k) {
    const auto& [name, activity] = setting.activities.entries[k];
    ActivityColumns& columns = people.activities[k];
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
                                      {"cost", &columns.cost},
                                      {"team_load", &columns.team_load},
                                      {"perceived_value", &columns.perceived_value}},
                                     path));
    for_each_quantity(
        activity.team_value,
        into({{"value", &columns.team_value}, {"saturation", &columns.team_saturation}}, path + ".team_value"));
    if (!activity.perceived_value) {
      // What is believed is what is: the same draws.
      fill_alike(columns.perceived_value, columns.value, activity.value, path + ".value",
                 About{.help = "", .finite = true});
    }
    if (activity.setup) {
      for_each_quantity(
          *activity.setup,
          into({{"time", &columns.setup_time}, {"aversion", &columns.setup_aversion}, {"cost", &columns.setup_cost}},
               path + ".setup"));
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
}

void Population::Drawing::draw_metrics(const Setting& setting, Population& people) {
  people.metrics.resize(setting.metrics.size());
  for (std::size_t j = 0; j < people.metrics.size(); ++j) {
    const auto& [name, metric] = setting.metrics.entries[j];
    MetricColumns& columns = people.metrics[j];
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
    columns.loading.resize(people.activities.size());
    columns.bend.resize(people.activities.size());
    for (const auto& [measured, loading] : metric.measures.loadings) {
      if (measured == "value" || measured == "contribution") {
        (measured == "value" ? columns.value_weight : columns.contribution_weight) += *loading.loading.number();
        continue;
      }
      const auto k = static_cast<std::size_t>(setting.activities.index(measured));
      for_each_quantity(loading, into({{"loading", &columns.loading[k]}, {"saturation", &columns.bend[k]}},
                                      path + ".measures." + measured));
    }
  }
}

/// Whatever quantities behaviours declare.
void Population::Drawing::draw_behaviours(const Setting& setting, Population& people) {
  people.behaviours.resize(1 + setting.population.groups.size());
  const auto behaviour_terms = [&](const Behaviour& behaviour, const std::string& path, Terms& terms) {
    std::visit([&](const auto& kind) { add_all(kind, path + "." + kind.kName, setting.activities, terms); }, behaviour);
  };
  behaviour_terms(setting.behaviour, "behaviour", people.behaviours[0]);
  for (std::size_t g = 0; g < setting.population.groups.size(); ++g) {
    const auto& [name, group] = setting.population.groups.entries[g];
    if (group.behaviour)
      behaviour_terms(*group.behaviour, "population.groups." + name + ".behaviour", people.behaviours[g + 1]);
  }
}

Population::Population(const Setting& setting, const Roster& roster, Luck luck)
    : drawing_(std::make_unique<Drawing>(luck, traits, roster)) {
  drawing_->name_traits(setting.population, *this);
  drawing_->draw_traits(setting.population, *this);
  drawing_->draw_effort(setting, *this);
  drawing_->draw_activities(setting, *this);
  drawing_->draw_metrics(setting, *this);
  drawing_->draw_behaviours(setting, *this);
}

const Terms& Population::add_terms(const Scheme& scheme, const std::string& path) {
  return std::visit([&](const auto& kind) -> const Terms& { return drawing_->add(kind, path); }, scheme);
}

const Terms& Population::add_terms(const Audits& audits, const std::string& path) {
  return drawing_->add(audits, path);
}

const Terms& Population::add_terms(const Workforce& workforce, const std::string& path) {
  return drawing_->add(workforce, path);
}

const Terms& Population::add_terms(const TraitLearning& learning, const std::string& path) {
  return drawing_->add(learning, path);
}

const Terms& Population::add_terms(const Outside& outside, const std::string& path) {
  return drawing_->add(outside, path);
}

const Terms& Population::add_terms(const Stock& stock, const Named<Activity>& all, const std::string& path) {
  Terms& terms = drawing_->added.emplace_back();
  drawing_->add_all(stock, path, all, terms);
  return terms;
}

// --- people change
// -----------------------------------------------------------------------------------------------------

void Population::will_change(int trait) {
  const auto t = static_cast<std::size_t>(trait);
  if (traits[t].constant()) traits[t].spread(drawing_->roster.size);
  drawing_->moving[t] = 1;
  drawing_->find_following();
}

void Population::set_trait(std::size_t employee, int trait, double value) {
  const auto t = static_cast<std::size_t>(trait);
  if (!drawing_->moving[t]) throw Bug("trait " + trait_names[t] + " changes, but nobody said that it would");
  traits[t].set(employee, value);
}

void Population::refresh(std::size_t employee) {
  Drawing& drawing = *drawing_;
  const Drawing::Who who = drawing.occupant(employee);
  for (const std::size_t t : drawing.following_traits) {
    const Drawing::Drawer& drawer = drawing.of_trait(t, employee);
    if (drawer.follows) traits[t].set(employee, drawing.draw(drawer, who));
  }
  for (Drawing::Drawn* one : drawing.following) one->column->set(employee, drawing.draw(one->drawer, who));
}

void Population::carry_over(const Population& before) {
  Drawing& drawing = *drawing_;
  const Drawing& old = *before.drawing_;  // only looked at: several may be made from one
  const std::size_t size = drawing.roster.size, groups = std::max<std::size_t>(drawing.roster.groups.size(), 1);
  const auto same = [groups](const std::vector<Drawing::Drawer>& a, const std::vector<Drawing::Drawer>& b) {
    for (std::size_t g = 0; g < groups; ++g) {
      if (!a[a.size() == 1 ? 0 : g].quantity.same_as(b[b.size() == 1 ? 0 : g].quantity)) return false;
    }
    return true;
  };
  bool changed = false;
  for (std::size_t t = 0; t < traits.size(); ++t) {
    const auto found = std::find(before.trait_names.begin(), before.trait_names.end(), trait_names[t]);
    if (found == before.trait_names.end()) continue;
    const auto b = static_cast<std::size_t>(found - before.trait_names.begin());
    drawing.founders[t] = old.founders[b];
    const auto& first = old.founding[b].empty() ? old.traits[b] : old.founding[b];
    if (!same(drawing.traits[t], first)) {
      for (const Drawing::Drawer& drawer : first) {
        drawing.founding[t].push_back(
            drawing.drawer(drawer.quantity, drawer.path, "population.traits." + trait_names[t], drawer.about));
      }
    }
    if (!same(drawing.traits[t], old.traits[b])) continue;
    if (traits[t].constant() && before.traits[b].constant()) continue;
    for (std::size_t i = 0; i < size; ++i) {
      if (traits[t][i] == before.traits[b][i] || drawing.uses_trait(drawing.of_trait(t, i), false)) continue;
      if (traits[t].constant()) traits[t].spread(size);
      traits[t].set(i, before.traits[b][i]);
      changed = true;
    }
  }
  if (!changed) return;
  for (std::size_t t = 0; t < traits.size(); ++t) {
    for (std::size_t i = 0; i < size; ++i) {
      const Drawing::Drawer& drawer = drawing.of_trait(t, i);
      if (drawing.uses_trait(drawer, false)) traits[t].set(i, drawing.draw(drawer, drawing.occupant(i)));
    }
  }
  for (Drawing::Drawn& one : drawing.drawn) {
    if (!drawing.uses_trait(one.drawer, false)) continue;
    for (std::size_t i = 0; i < size; ++i) one.column->set(i, drawing.draw(one.drawer, drawing.occupant(i)));
  }
}

void Population::hire(std::size_t employee, std::uint32_t applicant) {
  Drawing& drawing = *drawing_;
  Drawing::Who who = drawing.occupant(employee);
  who.applicant = applicant;
  for (std::size_t t = 0; t < traits.size(); ++t) {
    if (!traits[t].constant()) traits[t].set(employee, drawing.draw(drawing.of_trait(t, employee), who));
  }
  drawing.draw_the_rest(employee);
}

double Population::applicant_trait(std::size_t employee, std::uint32_t applicant, int trait) {
  const auto t = static_cast<std::size_t>(trait);
  const std::int32_t arrival = drawing_->roster.arrival[employee];
  return drawing_->trait_value(t, Drawing::Who{Drawing::Who::Kind::applying, employee, arrival, applicant});
}

std::vector<const double*> Population::read_in_each_step() const {
  std::vector<const double*> numbers;
  const auto note = [&](const Column& column) {
    if (column.constant()) return;
    const double* first = column.from(0);
    if (std::find(numbers.begin(), numbers.end(), first) == numbers.end()) numbers.push_back(first);
  };
  for (const ActivityColumns& activity : activities) {
    for (const auto* column : {&activity.value, &activity.perceived_value, &activity.saturation, &activity.time,
                               &activity.max, &activity.strain, &activity.aversion, &activity.cost,
                               &activity.team_value, &activity.team_saturation, &activity.team_load}) {
      note(*column);
    }
  }
  for (const MetricColumns& metric : metrics) {
    note(metric.baseline);
    note(metric.scale);
    for (const Column& loading : metric.loading) note(loading);
    for (const Column& bend : metric.bend) note(bend);
  }
  for (const auto* column : {&effort.budget, &effort.norm, &effort.strain, &effort.intrinsic}) note(*column);
  return numbers;
}

double Population::founders_mean(int trait) {
  return drawing_->founders_of(static_cast<std::size_t>(trait)).mean;
}

double Population::founders_sd(int trait) {
  return drawing_->founders_of(static_cast<std::size_t>(trait)).sd;
}

void Population::copy_traits(std::size_t employee, std::size_t model, double mutate) {
  Drawing& drawing = *drawing_;
  const Drawing::Who who = drawing.occupant(employee);
  for (std::size_t t = 0; t < traits.size(); ++t) {
    if (traits[t].constant()) continue;
    const Drawing::Drawer& drawer = drawing.of_trait(t, employee);
    const auto* distribution = std::get_if<Distribution>(&drawer.quantity.form);
    if (!distribution || per_team(*distribution)) {
      traits[t].set(employee, drawing.draw(drawer, who));
      continue;
    }
    double value = traits[t][model];
    if (!stepped(*distribution)) {
      const Draws draws(drawing.luck.seed, Purpose::mutation, trait_names[t]);
      const double u = draws.uniform(drawing.luck.replicate, static_cast<std::uint32_t>(employee), who.arrival);
      const auto [low, high] = Drawing::range(*distribution);
      value += mutate * drawing.founders_of(t).sd * normal_quantile(u);
      value = std::clamp(value, low, high);
    }
    traits[t].set(employee, value);
  }
  drawing.draw_the_rest(employee);
}

}  // namespace goodhart
