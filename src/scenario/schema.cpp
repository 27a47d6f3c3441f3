/// JSON Schema and format reference: two visitors over the declared fields.
#include "goodhart/scenario/schema.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "goodhart/core/document.hpp"
#include "goodhart/scenario/scenario.hpp"
#include "goodhart_first_file.hpp"

namespace goodhart {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kNamePattern = "^[a-z][a-z0-9_]*$";

/// The plural of a family's noun.
template <class Variant>
std::string plural() {
  const std::string noun = Family<Variant>::noun;
  if (noun == "noise") return "noise distributions";
  if (noun == "move of leadership") return "moves of leadership";
  return noun.ends_with("y") ? noun.substr(0, noun.size() - 1) + "ies" : noun + "s";
}

/// Does a struct have a field without default?
struct AsksForMore {
  bool found = false;
  void operator()(const char*, const auto&, const About& about) { found = found || about.required; }
  void words(const char*, const auto&, const auto&, const About& about) { found = found || about.required; }
  void rest(const char*, const auto&, const About&) {}
  void later(const char*, const char*) {}
};
template <class Kind>
bool can_be_bare() {
  AsksForMore visitor;
  const Kind kind;
  Kind::fields(kind, visitor);
  return !visitor.found && !HasShorthand<Kind>;  // what may be written as one value needs one
}

/// A field's default as text, if it has one that can be written in a few signs.
template <class T>
std::optional<std::string> default_of(const T& value, const About& about) {
  if (about.required) return std::nullopt;
  if (about.default_text) return about.default_text;
  if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_arithmetic_v<T>) {
    return number_text(static_cast<double>(value));
  } else if constexpr (std::is_same_v<T, std::string>) {
    return value;
  } else if constexpr (std::is_same_v<T, Quantity>) {
    return number_text(*value.number());
  } else if constexpr (std::is_same_v<T, Noise>) {
    return "0";
  } else if constexpr (is_variant<T>::value) {
    return std::visit([](const auto& kind) { return std::string(kind.kName); }, value);
  } else {
    return std::nullopt;
  }
}

// --- JSON Schema
// -------------------------------------------------------------------------------------------------------

class SchemaMaker {
 public:
  Json schema() {
    Json root = object_of(Scenario());
    Json out;
    out["$schema"] = "https://json-schema.org/draft/2020-12/schema";
    out["title"] = "goodhart scenario, format 1";
    out["description"] = "What happens to an organisation when a measure becomes a target.";
    out.update(root);
    defs_["expression"] = {{"type", "string"},
                           {"minLength", 1},
                           {"description", "a formula over traits and groups, such as skill * (1 + boost)"}};
    defs_["quantity"] = {
        {"description", "may differ between employees: a number, a distribution, or an expression over traits"},
        {"anyOf",
         Json::array({{{"type", "number"}}, {{"$ref", "#/$defs/distribution"}}, {{"$ref", "#/$defs/expression"}}})}};
    of(Distribution(), About{.help = ""});
    out["$defs"] = defs_;
    return out;
  }

 private:
  /// Collects the properties of one description struct.
  struct Properties {
    SchemaMaker& maker;
    Json properties = Json::object();
    Json required = Json::array();
    std::optional<Json> rest_schema = std::nullopt;

    template <class T>
    void operator()(const char* key, const T& value, const About& about) {
      add(key, maker.of(value, about), value, about);
    }
    void words(const char* key, const auto& value, const auto& allowed, const About& about) {
      Json options = Json::array();
      for (const char* word : allowed) options.push_back(word);
      add(key, Json{{"enum", options}}, value, about);
    }
    void rest(const char*, const Named<Quantity>&, const About& about) {
      rest_schema = maker.described(maker.of(Quantity(), about), about);
    }
    void later(const char*, const char*) {}

    template <class T>
    void add(const char* key, Json schema, const T& value, const About& about) {
      constexpr Form form = std::is_same_v<T, bool>          ? Form::truth
                            : std::is_same_v<T, std::string> ? Form::text
                            : std::is_integral_v<T>          ? Form::integer
                                                             : Form::any;
      add_one(key, std::move(schema), default_of(value, about), form, about);
    }

    /// What a default's text stands for.
    enum class Form { any, truth, integer, text };

    /// The same for all types: it is compiled once.
    void add_one(const char* key, Json schema, const std::optional<std::string>& text, Form form, const About& about) {
      schema = maker.described(std::move(schema), about);
      if (text) {
        // Neither infinity nor what follows from other fields is a value in JSON.
        const auto number = as_number(Node::scalar(*text));
        if (about.default_text || (number && std::isinf(*number))) {
          schema["description"] = schema["description"].get<std::string>() + "; default: " + *text;
        } else if (form == Form::truth) {
          schema["default"] = *text == "true";
        } else if (number && form != Form::text) {
          schema["default"] = form == Form::integer || *number == std::floor(*number)
                                  ? Json(static_cast<std::int64_t>(*number))
                                  : Json(*number);
        } else if (!text->empty()) {
          schema["default"] = *text;
        }
      }
      if (about.required) required.push_back(key);
      properties[key] = std::move(schema);
    }
  };

  Json described(Json schema, const About& about) {
    std::string text = about.help;
    if (*about.unit) text += " [" + std::string(about.unit) + "]";
    if (!text.empty()) schema["description"] = text;
    return schema;
  }

  void bound(Json& schema, const About& about) {
    const auto number = [](double value) {
      return value == std::floor(value) && std::fabs(value) < 1e15 ? Json(static_cast<std::int64_t>(value))
                                                                   : Json(value);
    };
    if (!std::isinf(about.low)) schema[about.above ? "exclusiveMinimum" : "minimum"] = number(about.low);
    if (!std::isinf(about.high)) schema["maximum"] = number(about.high);
  }

  /// A map with exactly the fields of a description struct.
  template <class T>
  Json object_of(const T& value) {
    Properties visitor{*this};
    T::fields(value, visitor);
    return object_with(visitor);
  }
  Json object_with(const Properties& visitor) {
    Json schema;
    schema["type"] = "object";
    schema["properties"] = visitor.properties;
    if (!visitor.required.empty()) schema["required"] = visitor.required;
    if (visitor.rest_schema) schema["patternProperties"] = {{kNamePattern, *visitor.rest_schema}};
    schema["additionalProperties"] = false;
    return schema;
  }

  Json map_of(Json values, const char* keys = kNamePattern) {
    return {{"type", "object"}, {"patternProperties", {{keys, std::move(values)}}}, {"additionalProperties", false}};
  }

  static Json either(const Json& one, const Json& other) { return {{"anyOf", Json::array({one, other})}}; }

  /// The schema of a struct's first field.
  struct First {
    SchemaMaker& maker;
    Json& first;
    template <class Field>
    void operator()(const char*, const Field& field, const About& about) {
      if (first.is_null()) first = maker.of(field, about);
    }
  };

  /// A struct, or just its first field.
  template <class T>
  Json with_shorthand(const T& value) {
    Json first;
    First visitor{*this, first};
    T::fields(value, visitor);
    return either(first, object_of(value));
  }

  template <class T>
  Json of(const T& value, const About& about) {
    Json schema;
    if constexpr (std::is_same_v<T, bool>) {
      schema["type"] = "boolean";
    } else if constexpr (std::is_integral_v<T>) {
      schema["type"] = "integer";
      bound(schema, about);
      if (std::is_unsigned_v<T>) schema["minimum"] = 0;
      if (std::isinf(about.high)) schema["maximum"] = std::numeric_limits<T>::max();
    } else if constexpr (std::is_same_v<T, double>) {
      schema["type"] = "number";
      bound(schema, about);
    } else if constexpr (std::is_same_v<T, std::string>) {
      schema["type"] = "string";
      schema["minLength"] = 1;
      if (about.names != Names::none) schema["pattern"] = kNamePattern;
    } else if constexpr (std::is_same_v<T, Quantity>) {
      schema["$ref"] = "#/$defs/quantity";
      bound(schema, about);  // bounds bind numbers alone
    } else if constexpr (std::is_same_v<T, Measures>) {
      Json loadings = map_of(with_shorthand(Loading()));
      loadings["minProperties"] = 1;
      schema["anyOf"] = Json::array({{{"enum", {"value", "contribution"}}}, loadings});
    } else if constexpr (std::is_same_v<T, Noise>) {
      schema["anyOf"] = Json::array({{{"$ref", "#/$defs/quantity"}, {"minimum", 0}}, family(value)});
    } else if constexpr (std::is_same_v<T, Override>) {
      schema["type"] = "object";
    } else if constexpr (std::is_same_v<T, Range>) {
      Properties visitor{*this};
      Range::fields(value, visitor);
      for_each_kind<Distribution>([&](const auto& kind) {
        visitor.properties[kind.kName] = of(kind, About{.help = ""});
        visitor.properties[kind.kName]["description"] = std::string("in place of from and to: ") + kind.kHelp;
      });
      schema = object_with(visitor);
    } else if constexpr (std::is_same_v<T, Policy>) {
      const Phase phase;
      Properties content{*this}, phased{*this};
      Policy::about(value, content);
      Phase::content(phase, content);
      Policy::about(value, phased);
      phased.properties["phases"] = {{"type", "array"}, {"minItems", 1}, {"items", object_of(phase)}};
      schema["oneOf"] =
          Json::array({of(phase.incentives, About{.help = ""}),
                       {{"type", "object"}, {"properties", content.properties}, {"additionalProperties", false}},
                       {{"type", "object"},
                        {"properties", phased.properties},
                        {"required", {"phases"}},
                        {"additionalProperties", false}}});
    } else if constexpr (is_optional<T>::value) {
      schema = of(typename T::value_type{}, about);
      if (about.default_text && std::string_view(about.default_text) == "none")
        schema = either({{"const", "none"}}, schema);
    } else if constexpr (is_vector<T>::value) {
      schema["type"] = "array";
      schema["items"] = of(typename T::value_type{}, about);
    } else if constexpr (is_named<T>::value) {
      schema = map_of(of(decltype(T::Entry::value){}, about), about.names == Names::path ? ".+" : kNamePattern);
      if (about.required) schema["minProperties"] = 1;
    } else if constexpr (is_variant<T>::value) {
      schema = family(value);
    } else if constexpr (HasShorthand<T>) {
      schema = with_shorthand(value);
    } else {
      schema = object_of(value);
    }
    return schema;
  }

  static void add_choice(Json& choices, Json content, const char* name, const char* help, bool bare) {
    content["description"] = help;
    if (bare) {
      content["type"] = {"object", "null"};
      choices.push_back({{"const", name}, {"description", help}});
    }
    choices.push_back(
        {{"type", "object"}, {"properties", {{name, content}}}, {"required", {name}}, {"additionalProperties", false}});
  }

  /// A choice: a map with the kind's name as its one key, or the bare name.
  template <class Variant>
  Json family(const Variant&) {
    const std::string noun = Family<Variant>::noun;
    if (!defs_.contains(noun)) {
      defs_[noun] = nullptr;  // so that a family within a family would end
      Json choices = Json::array();
      for_each_kind<Variant>([&](const auto& kind) {
        using Kind = std::decay_t<decltype(kind)>;
        add_choice(choices, of(kind, About{.help = ""}), kind.kName, kind.kHelp, can_be_bare<Kind>());
      });
      defs_[noun] = {{"oneOf", choices}};
    }
    return {{"$ref", "#/$defs/" + noun}};
  }

  Json defs_ = Json::object();
};

// --- format reference
// --------------------------------------------------------------------------------------------------

/// Collects tables of fields, one for each description struct it meets.
class ReferenceMaker {
 public:
  std::string tables() {
    section("The whole file", "", Scenario());
    std::string out;
    for (const auto& [title, text] : sections_) out += "### " + title + "\n\n" + text + "\n";
    family<Distribution>(
        "Any of them takes `min` and `max`, which truncate it, and `per: team`, which gives a team one "
        "draw in common.");
    out += "## Choices\n\n";
    for (const auto& [title, text] : families_) out += "### " + title + "\n\n" + text + "\n";
    out +=
        "## Not in this version\n\nThe format reserves these names. This version of goodhart does not support them and "
        "says so.\n\n";
    for (const std::string& line : not_yet_) out += "- " + line + "\n";
    return out;
  }

 private:
  using Titled = std::pair<std::string, std::string>;

  /// Writes the rows of one table, and the tables of the structs in it.
  struct Rows {
    ReferenceMaker& maker;
    std::string path;
    std::string text = {};
    std::vector<std::string> skipped = {};  ///< keys said of all kinds at once

    std::string below(const std::string& key) const { return path.empty() ? key : path + "." + key; }

    template <class T>
    void operator()(const char* key, const T& value, const About& about) {
      row(key, type_of(value, about), value, about);
      maker.descend(below(key), value);
    }
    void words(const char* key, const auto& value, const auto& allowed, const About& about) {
      std::vector<std::string> options;
      for (const char* word : allowed) options.push_back("`" + std::string(word) + "`");
      row(key, listed(options), value, about);
    }
    void rest(const char* key, const Named<Quantity>& value, const About& about) { row(key, "quantity", value, about); }
    void later(const char* key, const char* help) { maker.not_yet_.push_back("`" + below(key) + "`: " + help); }
    template <class T>
    void row(const std::string& key, const std::string& type, const T& value, const About& about) {
      if (std::find(skipped.begin(), skipped.end(), key) != skipped.end()) return;
      const auto text_of_default = default_of(value, about);
      std::string standard = about.required ? "required" : text_of_default.value_or("");
      if (standard.empty()) standard = "–";
      text += "| `" + key + "` | " + type + " | " + standard + " | " + about.unit + " | " + bounds_of<T>(about) +
              " | " + about.help + " |\n";
    }
  };

  static constexpr const char* kHead =
      "| key | type | default | unit | bounds | meaning |\n|---|---|---|---|---|---|\n";

  template <class T>
  static std::string bounds_of(const About& about) {
    if (about.low == about.high) return number_text(about.low);
    std::string text;
    const auto add = [&text](const std::string& bound) { text += (text.empty() ? "" : ", ") + bound; };
    if (!std::isinf(about.low)) add((about.above ? "> " : "≥ ") + number_text(about.low));
    if (std::is_unsigned_v<T> && !std::is_same_v<T, bool>) add("≥ 0");
    if (!std::isinf(about.high)) add("≤ " + number_text(about.high));
    if (about.finite && std::isinf(about.high)) add("finite");
    return text;
  }

  template <class T>
  static std::string type_of(const T&, const About& about) {
    if constexpr (std::is_same_v<T, bool>) {
      return "true or false";
    } else if constexpr (std::is_integral_v<T>) {
      return "whole number";
    } else if constexpr (std::is_same_v<T, double>) {
      return "number";
    } else if constexpr (std::is_same_v<T, std::string>) {
      return about.names == Names::activity ? "activity"
             : about.names == Names::metric ? "metric"
             : about.names == Names::policy ? "policy"
             : about.names == Names::trait  ? "trait"
                                            : "text";
    } else if constexpr (std::is_same_v<T, Quantity>) {
      return "quantity";
    } else if constexpr (std::is_same_v<T, Measures>) {
      return "`value`, `contribution`, or a map of ACTIVITY: loading";
    } else if constexpr (std::is_same_v<T, Noise>) {
      return "quantity or [noise](#" + anchor(plural<Noise>()) + ")";
    } else if constexpr (std::is_same_v<T, Override>) {
      return "map of PATH: value";
    } else if constexpr (std::is_same_v<T, Policy>) {
      return "policy";
    } else if constexpr (is_optional<T>::value) {
      return type_of(typename T::value_type{}, about);
    } else if constexpr (is_vector<T>::value) {
      const std::string item = type_of(typename T::value_type{}, about);
      return "list of " + (item == "map"              ? "maps"
                           : item == "number"         ? "numbers"
                           : item == "whole number"   ? "whole numbers"
                           : item == "activity"       ? "activities"
                           : item.starts_with("list") ? "lists" + item.substr(4)
                                                      : item);
    } else if constexpr (is_named<T>::value) {
      return std::string("map of ") +
             (about.names == Names::activity ? "ACTIVITY"
              : about.names == Names::path   ? "PATH"
                                             : "NAME") +
             ": " + type_of(decltype(T::Entry::value){}, about);
    } else if constexpr (is_variant<T>::value) {
      return std::string("[") + Family<T>::noun + "](#" + anchor(plural<T>()) + ")";
    } else if constexpr (HasShorthand<T>) {
      std::string first;
      FirstType visitor{first};
      const T shorthand;
      T::fields(shorthand, visitor);
      return first + " or map";
    } else {
      return "map";
    }
  }

  /// The type of a struct's first field.
  struct FirstType {
    std::string& first;
    void operator()(const char*, const auto& field, const About& about) {
      if (first.empty()) first = type_of(field, about);
    }
  };

  static std::string anchor(std::string title) {
    std::replace(title.begin(), title.end(), ' ', '-');
    return title;
  }

  /// Adds the table of a struct, and after it those of the structs in it.
  template <class T>
  void section(const std::string& title, const std::string& path, const T& value) {
    const std::size_t at = sections_.size();
    sections_.emplace_back(title, "");
    Rows rows{*this, path};
    T::fields(value, rows);
    sections_[at].second = kHead + rows.text;
  }

  /// Meets what a field holds.
  template <class T>
  void descend(const std::string& path, const T& value) {
    if constexpr (std::is_same_v<T, Measures>) {
      section("`" + path + ".ACTIVITY`", path + ".ACTIVITY", Loading());
      sections_.back().second +=
          "\nA bare quantity is the loading: `with_ai: 100`. Beside activities, `value` and `contribution` may stand "
          "with a number as their weight.\n";
    } else if constexpr (std::is_same_v<T, Policy>) {
      const std::size_t at = sections_.size();
      section("`policies.NAME`", path, Phase());
      Rows about{*this, path};
      Policy::about(value, about);
      sections_[at].second += about.text;
      sections_[at].second +=
          "\nA policy is written in one of three forms: a list of incentives (`trust: []`); a map of `incentives`, "
          "`audits`, `leadership` and `override`; or a map with `phases`, a list of maps of these fields, each in "
          "force from its step on. `label`, `description` and `role` belong to the whole policy and stand beside "
          "`phases`. Only phases have `name` and `from`. A phase without `from` begins when leadership revises the "
          "policy.\n";
    } else if constexpr (is_optional<T>::value) {
      descend(path, typename T::value_type{});
    } else if constexpr (is_vector<T>::value) {
      descend(path, typename T::value_type{});
    } else if constexpr (is_named<T>::value) {
      descend(path + (std::is_same_v<T, Named<Range>> || std::is_same_v<T, Named<double>> ? ".PATH" : ".NAME"),
              decltype(T::Entry::value){});
    } else if constexpr (is_variant<T>::value) {
      if constexpr (!std::is_same_v<T, Distribution>) family<T>("");
    } else if constexpr (requires { value.number(); } || std::is_same_v<T, Override> || std::is_arithmetic_v<T> ||
                         std::is_same_v<T, std::string>) {
      // Nothing below.
    } else {
      section("`" + path + "`", path, value);
    }
  }

  /// Adds the kinds of a family with their fields, once.
  template <class Variant>
  void family(const std::string& note) {
    const std::string title = capital(plural<Variant>());
    for (const auto& [known, text] : families_) {
      if (known == title) return;
    }
    const std::size_t at = families_.size();
    families_.emplace_back(title, "");
    std::string text = note.empty() ? "" : note + "\n\n";
    for_each_kind<Variant>([&](const auto& kind) {
      using Kind = std::decay_t<decltype(kind)>;
      Rows rows{*this, kind.kName};
      if constexpr (std::is_base_of_v<Truncation, Kind>) rows.skipped = {"min", "max", "per"};
      Kind::fields(kind, rows);
      std::string brief = can_be_bare<Kind>() ? " May be written as the bare name." : "";
      if constexpr (HasShorthand<Kind>) brief = " May be written as `{" + std::string(kind.kName) + ": VALUE}`.";
      text += (text.empty() || text.ends_with("\n\n") ? "" : "\n");
      text += "- **`" + std::string(kind.kName) + "`**: " + kind.kHelp + "." + brief + "\n";
      if (!rows.text.empty()) text += "\n" + indented(kHead + rows.text);
    });
    families_[at].second = text;
    for (const char* later : Family<Variant>::later)
      not_yet_.push_back("`" + std::string(later) + "`, a " + Family<Variant>::noun);
  }

  static std::string capital(std::string text) {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text;
  }
  static std::string indented(const std::string& text) {
    std::string out;
    for (std::size_t from = 0; from < text.size();) {
      const std::size_t end = std::min(text.find('\n', from), text.size());
      out += "  " + text.substr(from, end - from) + "\n";
      from = end + 1;
    }
    return out;
  }

  std::vector<Titled> sections_;
  std::vector<Titled> families_;
  std::vector<std::string> not_yet_;
};

constexpr const char* kIntroduction =
    R"(<!-- Written by `goodhart schema --markdown` from the declared fields; change those, not this file. -->

# The scenario format, version 1

A scenario is one YAML file that holds everything that decides the outcome: the employees, the activities that they can
spend their time on, the metrics, and the policies to compare. Only `goodhart`, `title`, `activities`, `metrics` and
`policies` are required, so a first file is short:

```yaml
)";

constexpr const char* kHowTo =
    R"(```

In words: employees can work by hand, or with an assistant that helps most at first and costs 65 per unit. They can also keep
the assistant busy for nothing; most of them dislike that. Two metrics are measured: prompts and output. Three policies are
compared: no incentive, a quota on prompts, and a bonus for output above a target. The policies begin after eight weeks, and
habits change slowly.

## How to write a scenario

- **Names** of activities, metrics, policies, groups, traits and phases start with a lower-case letter. Lower-case letters,
  digits and `_` may follow, up to 64 characters in all. A trait and a group may not share a name. `true`, `false`, `null`,
  `nan` and `inf` are not allowed as names, because tables of results would be read as if these were values. `yes`, `no`, `on`,
  `off`, `y` and `n` are allowed; `goodhart resolve` writes them in quotes.
- **A quantity** may differ between employees. It is a number (`0.3`), a distribution from which each employee draws once
  (`{lognormal: {median: 1, sigma: 0.8}}`), or an expression over traits (`skill * (1 + boost)`).
- **A choice** is a map with one key, the name of what is chosen: `{best_response: {inertia: 0.8}}`. If no further fields are
  needed, the name alone is enough: `behaviour: honest`.
- **Numbers** are decimal, without leading zeros. `.inf` means that there is no bound, where that is allowed. A share is a number
  from 0 to 1. A duration is a whole number of steps.
- **An expression** may use `+ - * / ^`; the comparisons `< <= > >= == !=`, which give 1 if they hold and 0 if not;
  `if(c, a, b)`, `min`, `max`, `abs`, `exp`, `log` and `sqrt`; the traits declared before it; group names (1 for members, 0 for
  others); `team_size`; and `founder` (1 for employees who were there at the start). An expression with a comma needs quotes
  inside braces. Expressions that people read differently are errors: write `(a < b) * (b < c)` for `a < b < c`, parentheses in
  `a^b^c` and `-a^b`, and `2 * a` for `2 a`. An expression that divides by 0, or takes the logarithm of a number that is not above
  0, has no value; only the branch that an `if` does not take may do so. If a quantity of an employee has no finite value, the run
  ends with a message.
- **A path** names one place in the file, in messages, in `override` and in `--set`. It joins keys and list items by dots, as in
  `policies.usage_quota.quota.target`. List items are named by their position or their name. An incentive is named by its `name`,
  or else by its scheme; if a scheme occurs again, by the scheme with `_2`, `_3` and so on.
- **Short forms** can be addressed by the full paths that `goodhart resolve` prints. For example, `--set` and `experiment.vary` accept
  `metrics.output.noise.normal.scale` where the file says `noise: 0.3`.
- **A range** of `experiment.vary` or `experiment.levers` has `from` and `to`, or `values`, or a distribution instead, as in
  `{beta: {a: 2, b: 20}}`. The scenario must be valid at both ends of the range, or at the 2.5 % and 97.5 % quantiles of the
  distribution. If the share of a group is varied, the shares of the other groups keep their proportions.
- **A bonus with a target** pays nothing below the target. To charge employees for missing it, write a `floor`: `floor: -0.1`
  charges up to a tenth of pay, `floor: -.inf` charges without limit.
- **Money** is the unit of `cost` and of prices; the organisation pays it. Rewards and penalties are in units of pay: `reward: 0.05`
  is five per cent of one step's pay. `strain` is how much an activity tires.
- **What makes a scenario slow.** Time grows with employees, steps, policies and replicates alike; what differs is what a
  decision takes. Straight rewards, and rewards that nothing changes, take some nanoseconds for an employee and a step. A reward
  that is curved because its metric is noisy takes some hundred: a quota, a contest, a bonus with a floor or a cap. (A bonus has
  a floor of 0 unless you write `floor: -.inf`.) Microseconds are taken by contests within teams, by metrics that bend because
  value saturates, by a floor together with a cap, by several curved rewards at once, and by fines and setups. Whatever changes
  from step to step makes people decide anew: stocks, traits that are learned, people who come and go. `goodhart check --cost`
  estimates what a scenario takes before you run it.
- **A lesson** asks readers for predictions before a run. Its `questions` name a variable of the results; the answers are computed
  when the lesson is run, so they cannot be written into the file.

These are errors: unknown keys, duplicate keys, tabs, tags, numbers out of bounds, names of things that do not exist, and
invisible characters in keys or outside of quotes. All errors are reported at once, each with its place in the file.

## Every field

)";

}  // namespace

std::string json_schema() {
  return SchemaMaker().schema().dump(2) + "\n";
}

std::string format_reference() {
  return kIntroduction + std::string(kFirstFile) + kHowTo + ReferenceMaker().tables();
}

}  // namespace goodhart
