/// A visitor over the declared fields, beside the resolved document, which has the values as texts.
#include "odd_parameters.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <type_traits>

#include "goodhart/core/document.hpp"
#include "goodhart/scenario/read.hpp"

namespace goodhart {
namespace {

constexpr std::size_t kMostItems = 20;  // of a list, in a table
constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

/// A distribution: "lognormal(median 1, sigma 0.3)", with its bounds and who shares a draw where they say something.
std::string distribution_text(const std::string& kind, const Node& fields, std::size_t most);

/// A value as the resolved document has it, on one line; of lists the first items.
std::string text_of(const Node& node, std::size_t most = kMostItems) {
  if (node.kind == Node::Kind::list) {
    std::string text;
    for (std::size_t i = 0; i < node.items.size() && i < most; ++i) {
      text += (i > 0 ? ", " : "") + text_of(node.items[i], most);
    }
    const std::size_t more = node.items.size() - std::min(node.items.size(), most);
    return "[" + text + (more > 0 ? ", and " + std::to_string(more) + " more" : "") + "]";
  }
  if (node.kind == Node::Kind::map) {
    if (node.members.size() == 1 && node.members[0].value.kind == Node::Kind::map) {
      return distribution_text(node.members[0].key, node.members[0].value, most);
    }
    std::string text;
    for (const Member& member : node.members)
      text += (text.empty() ? "" : ", ") + member.key + " " + text_of(member.value, most);
    return text;
  }
  if (node.quoted || !as_number(node)) return node.text;
  const double number = *as_number(node);
  return std::isinf(number) ? (number > 0 ? "unlimited" : "no lower limit") : number_text(number);
}

std::string distribution_text(const std::string& kind, const Node& fields, std::size_t most) {
  std::string inner, bounds;
  for (const auto& [key, place, value] : fields.members) {
    const bool unbounded = value.text == ".inf" || value.text == "-.inf";
    if (key == "min" || key == "max") {
      if (!unbounded) bounds += std::string(", ") + (key == "min" ? "at least " : "at most ") + text_of(value, most);
    } else if (key == "per") {
      if (value.text == "team") bounds += ", one draw for each team";
    } else {
      inner += (inner.empty() ? "" : ", ") + key + " " + text_of(value, most);
    }
  }
  return kind + "(" + inner + ")" + bounds;
}

/// Is the value as if the field were not there?
template <class T>
bool is_off(const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    return !value;
  } else if constexpr (std::is_arithmetic_v<T>) {
    return value == 0 || std::isinf(static_cast<double>(value));
  } else if constexpr (std::is_same_v<T, Quantity>) {
    return value.number() && is_off(*value.number());
  } else if constexpr (is_optional<T>::value) {
    return !value.has_value();
  } else if constexpr (requires { value.empty(); }) {
    return value.empty();
  } else {
    return false;
  }
}

/// Fields whose default switches nothing on although it is neither zero nor absent.
const std::set<std::string_view> kNeutralDefaults{"discount", "applicants", "level",    "better", "visible",
                                                  "end",      "role",       "currency", "outcome"};

/// The defaults of a struct, as far as they say that a field is off.
struct Defaults {
  std::set<std::string_view> off;
  std::map<std::string_view, std::string> neutral;

  template <class T>
  void operator()(const char* key, const T& value, const About&) {
    if (is_off(value)) off.insert(key);
    if (!kNeutralDefaults.contains(key)) return;
    if constexpr (std::is_arithmetic_v<T>) neutral[key] = number_text(static_cast<double>(value));
    if constexpr (std::is_same_v<T, std::string>) neutral[key] = value;
  }
  void words(const char* key, const auto& value, const auto&, const About& about) { (*this)(key, value, about); }
  void rest(const char*, const Named<Quantity>&, const About&) {}
  void later(const char*, const char*) {}
};

}  // namespace

/// Meets each field of a struct with its path and its place in the resolved document.
class Walk {
 public:
  /// `node` is null where only mechanisms are asked for: in what a phase's overrides make of the setting.
  Walk(Inventory& inventory, std::string path, std::string pattern, const Node* node, Defaults defaults = {})
      : inventory_(inventory),
        path_(std::move(path)),
        pattern_(std::move(pattern)),
        node_(node),
        defaults_(std::move(defaults)) {}

  template <class T>
  void operator()(const char* key, const T& value, const About& about) {
    const std::string name = key;
    // What the layout of the document says by itself, or other parts of the scenario.
    if (name == "goodhart" || (name == "name" && std::is_same_v<T, std::string>)) return;
    meet(value, below(path_, name), below(pattern_, name), node_ ? node_->find(key) : nullptr, about,
         is_default_off(name, value, about));
  }
  template <class Text>
  void words(const char* key, const Text& value, const auto&, const About& about) {
    (*this)(key, value, about);
    if constexpr (std::is_same_v<Text, std::string>) inventory_.marks_.insert(below(pattern_, key) + "." + value);
  }
  void rest(const char* key, const Named<Quantity>& amounts, const About& about) {
    for (const auto& [name, quantity] : amounts) {
      meet(quantity, below(path_, name), below(pattern_, key), node_ ? node_->find(name) : nullptr, about, false);
    }
  }
  void later(const char*, const char*) {}

 private:
  static std::string below(const std::string& path, const std::string& name) {
    return path.empty() ? name : path + "." + name;
  }

  template <class T>
  bool is_default_off(const std::string& key, const T& value, const About& about) const {
    if (about.required) return false;
    if (const auto neutral = defaults_.neutral.find(key); neutral != defaults_.neutral.end()) {
      if constexpr (std::is_arithmetic_v<T>) return number_text(static_cast<double>(value)) == neutral->second;
      if constexpr (std::is_same_v<T, std::string>) return value == neutral->second;
    }
    return is_off(value) && defaults_.off.contains(key);
  }

  void mark(const std::string& pattern) {
    for (std::size_t end = pattern.find('.'); end != pattern.npos; end = pattern.find('.', end + 1)) {
      inventory_.marks_.insert(pattern.substr(0, end));
    }
    inventory_.marks_.insert(pattern);
  }

  void add(const std::string& path, const std::string& pattern, const std::string& value, const About& about,
           bool off) {
    if (!off) mark(pattern);
    if (node_) inventory_.parameters_.push_back({path, value, about.unit, about.help, "", !off, value});
  }
  /// The same, as it stands in the document.
  void add(const std::string& path, const std::string& pattern, const Node* node, const About& about, bool off) {
    add(path, pattern, node ? text_of(*node) : "", about, off);
    if (node && node_) inventory_.parameters_.back().exact = text_of(*node, kAll);
  }

  /// What a kind is, without what this one has not.
  template <class Kind>
  static std::string meaning_of(const Kind& kind) {
    if constexpr (requires { kind.meaning(); }) return kind.meaning();
    const std::string help = Kind::kHelp;
    if constexpr (std::is_same_v<Kind, GaussianNoise>) return help.substr(0, help.find(';'));
    return help;
  }

  template <class T>
  void fields(const T& value, const std::string& path, const std::string& pattern, const Node* node) {
    Defaults defaults;
    const T standard{};
    T::fields(standard, defaults);
    Walk walk(inventory_, path, pattern, node, std::move(defaults));
    T::fields(value, walk);
  }

  template <class T>
  void meet(const T& value, const std::string& path, const std::string& pattern, const Node* node, const About& about,
            bool off) {
    if constexpr (std::is_same_v<T, Quantity>) {
      if (const auto* distribution = std::get_if<Distribution>(&value.form)) {
        mark("distribution");
        std::visit(
            [&](const auto& kind) {
              if constexpr (requires { kind.per; }) {
                if (kind.per == "team") mark("per_team");
              }
            },
            *distribution);
      } else if (const auto* expression = std::get_if<Expression>(&value.form)) {
        mark("expression");
        if (expression->text.find("team_size") != std::string::npos) mark("per_team");
      }
      add(path, pattern, node, about, off);
    } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
      add(path, pattern, node, about, off);
    } else if constexpr (std::is_same_v<T, Measures>) {
      for (const auto& [name, loading] : value.loadings) {
        const bool whole = name == "value" || name == "contribution";
        mark("measures." + (whole ? name : std::string("activity")));
        const Node* one = node ? node->find(name) : nullptr;
        const About reads{.help = whole ? "weight with which the metric reads it" : "reading of the first unit",
                          .unit = whole ? "" : "units of the metric per unit"};
        if (one && one->kind == Node::Kind::map && one->find("loading")) {
          fields(loading, below(path, name), "measures", one);
        } else {
          meet(loading.loading, below(path, name), "measures.loading", one, reads, false);
        }
      }
    } else if constexpr (std::is_same_v<T, TeamValue>) {
      if (!value.value.is(0) || !value.saturation.is(0)) fields(value, path, pattern, node);
    } else if constexpr (std::is_same_v<T, Override>) {
      for (const Override::Entry& entry : value.entries) {
        mark("override");
        if (!node_) continue;
        inventory_.parameters_.push_back({path + "." + entry.path, text_of(entry.value), "",
                                          "in place of " + entry.path, "", true, text_of(entry.value, kAll)});
      }
    } else if constexpr (std::is_same_v<T, Policy>) {
      add(path, "policies", "a policy", About{.help = "what is compared"}, false);
      Defaults of_policy;
      const Policy policy;
      Policy::about(policy, of_policy);
      Walk about_itself(inventory_, path, pattern, node, std::move(of_policy));
      Policy::about(value, about_itself);
      for (std::size_t p = 0; p < value.phases.size(); ++p) {
        const Phase& phase = value.phases[p];
        if (value.phased) {
          add(path + ".phases." + phase.name, "phases", "a phase", About{.help = "a stretch of the policy"}, false);
          const Node* list = node ? node->find("phases") : nullptr;
          fields(phase, path + ".phases." + phase.name, "phase", list ? &list->items.at(p) : nullptr);
        } else {
          Defaults defaults;
          const Phase standard;
          Phase::fields(standard, defaults);
          Walk walk(inventory_, path, "phase", node, std::move(defaults));
          Phase::content(phase, walk);
        }
        if (phase.setting) {
          Walk walk(inventory_, "", "", nullptr);
          Setting::fields(*phase.setting, walk);
        }
      }
    } else if constexpr (std::is_same_v<T, Range>) {
      const About range{.help = "what is plausible for this number"};
      add(path, pattern, number_text(value.low()) + " to " + number_text(value.high()), range, false);
    } else if constexpr (is_optional<T>::value) {
      if (value) meet(*value, path, pattern, node, about, false);
    } else if constexpr (std::is_same_v<T, std::vector<std::string>> || std::is_same_v<T, std::vector<double>> ||
                         std::is_same_v<T, std::vector<std::vector<int>>>) {
      add(path, pattern, node, about, off);
    } else if constexpr (is_vector<T>::value) {
      std::vector<std::string> names;
      if (node) names = item_names(*node);
      for (std::size_t i = 0; i < value.size(); ++i) {
        constexpr bool kAddressed =
            is_variant<typename T::value_type>::value;  // incentives and moves go by their names
        const bool named = kAddressed && i < names.size() && !names[i].empty();
        const Node* item = node ? &node->items.at(i) : nullptr;
        meet(value[i], below(path, named ? names[i] : std::to_string(i)), pattern, item, about, false);
      }
    } else if constexpr (is_named<T>::value) {
      const bool own = pattern == "population.traits", of_group = pattern == "population.groups.NAME.traits";
      const About what = own        ? About{.help = "a trait: a named number of each employee"}
                         : of_group ? About{.help = "the trait in this group"}
                                    : about;
      for (const auto& [name, item] : value) {
        meet(item, below(path, name), pattern + ".NAME", node ? node->find(name) : nullptr, what, false);
      }
    } else if constexpr (is_variant<T>::value) {
      std::visit(
          [&](const auto& kind) {
            using Kind = std::decay_t<decltype(kind)>;
            if constexpr (std::is_same_v<T, Noise>) {
              if (kind.scale.is(0)) return;
            }
            std::string family = Family<T>::noun;
            if (family == "move of leadership") family = "move";
            const std::string kind_pattern = family + "." + Kind::kName;
            mark(kind_pattern);
            // A choice says its kind, and what that is. In a list the path has the kind or the name that stands for it.
            constexpr bool in_list = std::is_same_v<T, Scheme> || std::is_same_v<T, Move>;
            if (node_) {
              const bool plain = std::is_same_v<T, Dashboard> && std::is_same_v<Kind, DashboardMean>;
              inventory_.parameters_.push_back({path, Kind::kName, "", meaning_of(kind), "", !plain, Kind::kName});
            }
            const Node* inner = node && node->kind == Node::Kind::map ? node->find(Kind::kName) : nullptr;
            fields(kind, in_list ? path : below(path, Kind::kName), kind_pattern, inner);
          },
          value);
    } else {
      const std::string_view whole = std::is_same_v<T, Audits> ? "audits" : std::string_view(pattern);
      if constexpr (std::is_same_v<T, Audits> || std::is_same_v<T, Later> || std::is_same_v<T, Spread> ||
                    std::is_same_v<T, CopyHiring> || std::is_same_v<T, SetUp> || std::is_same_v<T, Suspicion>) {
        mark(std::string(whole));
      }
      fields(value, path, std::string(whole), node);
    }
  }

  Inventory& inventory_;
  std::string path_, pattern_;
  const Node* node_;
  Defaults defaults_;
};

namespace {

/// The ranges at and below a place of the document, in words.
std::string ranges_at(const Node& node, const std::string& name, const std::map<const Node*, const Range*>& ranges) {
  std::string text;
  if (const auto range = ranges.find(&node); range != ranges.end()) {
    text = (name.empty() ? "" : name + " ") + number_text(range->second->low()) + " to " +
           number_text(range->second->high());
  }
  const auto add = [&](const std::string& more) {
    if (!more.empty()) text += (text.empty() ? "" : "; ") + more;
  };
  for (const Member& member : node.members) add(ranges_at(member.value, member.key, ranges));
  for (const Node& item : node.items) add(ranges_at(item, "", ranges));
  return text;
}

}  // namespace

Inventory::Inventory(const Scenario& written) {
  // What the resolved document says, too.
  Scenario scenario = written;
  if (!scenario.compare_with) scenario.compare_with = scenario.policies.entries.front().name;
  PopulationSpec& population = scenario.setting.population;
  if (!population.team_size) population.team_size = population.size;
  const Node document = resolved(scenario);
  Defaults defaults;
  const Scenario standard;
  Scenario::fields(standard, defaults);
  Walk walk(*this, "", "", &document, std::move(defaults));
  Scenario::fields(scenario, walk);
  if (scenario.experiment) {
    std::map<const Node*, const Range*> ranges;
    for (const auto& [path, range] : scenario.experiment->vary) ranges[find_path(document, path)] = &range;
    for (Parameter& parameter : parameters_) {
      // Only where the value itself stands: a choice has its numbers below.
      const Node* node = find_path(document, parameter.path);
      const bool is_value = node && parameter.value == text_of(*node);
      if (is_value) parameter.range = ranges_at(*node, "", ranges);
    }
  }
  conclude();
}

void Inventory::say_what_is_here(Parameter& parameter) const {
  std::string& meaning = parameter.meaning;
  const auto is_at = [&](std::string_view head, std::string_view tail) {
    return parameter.path.starts_with(head) && parameter.path.ends_with(tail);
  };
  if (is_at("metrics.", ".better")) meaning = "which way is up";
  if (is_at("policies.", ".role")) meaning = "a reference is compared with, and cannot be chosen";
  if (is_at("metrics.", ".kind")) meaning = "what kind of metric it is to reports";
  if (is_at("activities.", ".gaming")) {
    meaning = std::string("counts as gaming") + (uses("audits") ? ", is audited" : "") +
              (uses("behaviour.honest") ? ", is closed to the honest" : "");
  }
  if (is_at("activities.", ".spread.initial") && !uses("leavers")) meaning = meaning.substr(0, meaning.find(';'));
  if (is_at("policies.", "") && !uses("phases")) {
    constexpr std::string_view kPhase = "phase";
    const std::size_t found = meaning.find(kPhase);
    if (found != meaning.npos) meaning.replace(found, kPhase.size(), "policy");
  }
}

void Inventory::conclude() {
  const auto also = [&](const char* mark, std::string_view where) {
    if (uses(where)) marks_.insert(mark);
  };
  also("inertia",
       "behaviour.best_response.inertia|behaviour.honest.inertia|behaviour.fixed.inertia|behaviour.quantal.inertia|"
       "behaviour.learning.inertia|behaviour.imitation.inertia|behaviour.trial.inertia");
  also("peers", "activities.NAME.erosion|activities.NAME.spread|behaviour.imitation");
  also("compares", "scheme.tournament|scheme.relative|scheme.status");
  also("leavers", "workforce.attrition|workforce.outside|scheme.tournament.dismiss|audits.dismiss");
  also("moves", "move.ratchet|move.escalate|move.retrain|move.revise|move.infer|move.commit");
  also("mates", "activities.NAME.team_value|activities.NAME.team_load");
  also("teams",
       "mates|metrics.NAME.level.team|scheme.tournament.scope.team|scheme.relative.scope.team|scheme.status.scope.team|"
       "move.ratchet.of.team|per_team|record.teams");
  if (uses("peers") && uses("network.team")) marks_.insert("teams");
  // Their values matter to nobody.
  const auto idle = [&](const std::string& path) {
    return (path.starts_with("population.network") && !uses("peers")) ||
           (path == "population.team_size" && !uses("teams")) ||
           (path.starts_with("workforce.") && !uses("leavers") && !path.starts_with("workforce.attrition"));
  };
  for (Parameter& parameter : parameters_) {
    if (idle(parameter.path)) parameter.in_use = false;
    say_what_is_here(parameter);
  }
  for (Parameter& parameter : parameters_) {
    if (!parameter.path.starts_with("activities.") || !parameter.path.ends_with(".visible")) continue;
    const std::string activity = parameter.path.substr(0, parameter.path.rfind('.') + 1);
    const auto has = [&](const std::string& field) {
      return std::any_of(parameters_.begin(), parameters_.end(), [&](const Parameter& other) {
        return other.in_use && other.path.starts_with(activity + field);
      });
    };
    parameter.in_use = has("gaming") || has("erosion") || has("spread");
  }
}

bool Inventory::uses(std::string_view mechanisms) const {
  const auto next = [](std::string_view& rest, char divider) {
    const std::size_t end = std::min(rest.find(divider), rest.size());
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
  };
  while (!mechanisms.empty()) {
    std::string_view any = next(mechanisms, '&');
    const bool negated = any.front() == '!';
    if (negated) any.remove_prefix(1);
    bool found = false;
    while (!any.empty()) found = marks_.contains(next(any, '|')) || found;
    if (found == negated) return false;
  }
  return true;
}

}  // namespace goodhart
