/// Reading scenarios: a visitor over the declared fields that fills them from a document and says what is wrong.
#include "goodhart/scenario/read.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <tuple>
#include <type_traits>

#include "check.hpp"
#include "goodhart/scenario/expression.hpp"

namespace goodhart {

std::string expectation(const About& about, bool whole) {
  const std::string kind = whole ? "a whole number" : "a number";
  const bool low = !std::isinf(about.low), high = !std::isinf(about.high);
  if (low && about.low == about.high) return number_text(about.low);
  if (low && high && !about.above) return kind + " from " + number_text(about.low) + " to " + number_text(about.high);
  std::string text = kind;
  if (low) text += (about.above ? " above " : " of at least ") + number_text(about.low);
  if (high) text += std::string(low ? " and" : " of") + " at most " + number_text(about.high);
  if (!low && !high && !whole && about.finite) text = "a finite number";
  return text;
}

namespace {

bool within(double value, const About& about) {
  if (std::isnan(value) || (about.finite && std::isinf(value))) return false;
  return (about.above ? value > about.low : value >= about.low) && value <= about.high;
}

/// A text of at most 40 characters or so, for messages.
std::string shortened(const std::string& text) {
  if (text.size() <= 40) return text;
  std::size_t end = 37;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not within a UTF-8 character
  return text.substr(0, end) + "...";
}

/// Would it be a number without its quotes?
bool looks_like_number(const Node& node) {
  return node.kind == Node::Kind::scalar && node.quoted && as_number(Node::scalar(node.text)).has_value();
}

/// What a node is, for "got ...".
std::string described(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return "nothing";
    case Node::Kind::list:
      return "a list";
    case Node::Kind::map:
      return "a map";
    case Node::Kind::scalar:
      break;
  }
  if (as_number(node)) return node.text;
  return (node.quoted && looks_like_number(node) ? "the text '" : "'") + shortened(node.text) + "'";
}

/// A note on scalars that are meant as numbers but are none here, or not everywhere.
std::string hint(const Node& node) {
  if (looks_like_number(node)) return "; remove the quotes";
  if (node.kind != Node::Kind::scalar || node.quoted || node.text.empty() || as_number(node)) return "";
  const bool sign = node.text[0] == '-' || node.text[0] == '+';
  const std::string minus = node.text[0] == '-' ? "-" : "";
  const std::string text = node.text.substr(sign ? 1 : 0);
  const auto only = [&text](const char* signs) {
    return text.find_first_not_of(signs) == text.npos && text.find_first_of("0123456789") != text.npos;
  };
  if (text.starts_with("0x") || text.starts_with("0X") || text.starts_with("0o") || text.starts_with("0b"))
    return "; write it as a decimal number";
  if (only("0123456789.") && text[0] == '0') {
    const std::size_t start = std::min(text.find_first_not_of('0'), text.size() - 1);
    return "; a leading zero is read as octal by some, so write " + minus + (text[start] == '.' ? "0" : "") +
           text.substr(start);
  }
  if (only("0123456789._")) {
    std::string plain = text;
    std::erase(plain, '_');
    return "; write " + minus + plain;
  }
  if (text.back() == '%' && only("0123456789. %")) {
    const std::optional<double> percent = as_number(Node::scalar(text.substr(0, text.find_first_of(" %"))));
    return percent ? "; write " + minus + number_text(*percent / 100) : "";
  }
  if (only("0123456789,.")) return "; write the number without commas, and with a point for decimals";
  if (only("0123456789.eE+-") && text.find_first_of("eE") != text.npos) return "; write a decimal number below 1e308";
  return "";
}

/// The names that a document declares, for fields that must name one of them.
struct Declared {
  std::vector<std::string> activities, metrics, policies, traits, groups;

  explicit Declared(const Node& root) {
    const auto keys = [](const Node* node, std::vector<std::string>& into) {
      if (!node) return;
      for (const Member& member : node->members) into.push_back(member.key);
    };
    keys(root.find("activities"), activities);
    keys(root.find("metrics"), metrics);
    keys(root.find("policies"), policies);
    if (const Node* population = root.find("population")) {
      keys(population->find("traits"), traits);
      if (const Node* all = population->find("groups")) {
        keys(all, groups);
        for (const Member& group : all->members) keys(group.value.find("traits"), traits);
      }
    }
    // Groups share names of traits.
    std::set<std::string> seen;
    std::erase_if(traits, [&seen](const std::string& name) { return !seen.insert(name).second; });
  }
  const std::vector<std::string>& of(Names names) const {
    static const std::vector<std::string> nothing;
    switch (names) {
      case Names::activity:
        return activities;
      case Names::metric:
        return metrics;
      case Names::policy:
        return policies;
      case Names::trait:
        return traits;
      case Names::path:  // what a path leads to is known only once all has been read
      case Names::none:
        break;
    }
    return nothing;
  }
  /// Is this none of the declared names? Not where nothing at all is declared of what must be: that is a mistake of its
  /// own.
  bool lacks(Names names, const std::string& name) const {
    const std::vector<std::string>& all = of(names);
    return names != Names::none && names != Names::path && (names == Names::trait || !all.empty()) &&
           std::find(all.begin(), all.end(), name) == all.end();
  }
  static const char* noun(Names names) {
    switch (names) {
      case Names::activity:
        return "activity";
      case Names::metric:
        return "metric";
      case Names::trait:
        return "trait";
      case Names::policy:
      case Names::path:
      case Names::none:
        break;
    }
    return "policy";
  }
};

class Reader {
 public:
  Reader(const Node& root, std::vector<Diagnostic>& diagnostics) : declared_(root), diagnostics_(diagnostics) {
    expression_names_ = declared_.traits;
    expression_names_.insert(expression_names_.end(), declared_.groups.begin(), declared_.groups.end());
    expression_names_.push_back("team_size");
    expression_names_.push_back("founder");
    expression_words_ = expression_names_;
    for (const char* function : {"if", "min", "max", "abs", "exp", "log", "sqrt"})
      expression_words_.emplace_back(function);
  }

  /// Paths of fields that have a default only because they are missing or could not be read.
  std::set<std::string> unread;

  /// The fields of all numbers that could be read.
  std::map<const Node*, NumberField> numbers;

  void error(const Place& place, const std::string& path, const std::string& message) {
    diagnostics_.push_back({Diagnostic::Severity::error, place, path, message});
    unread.insert(path);
  }

  /// Reads the fields of a description struct from a map.
  template <class T>
  void fields(const Node& node, const std::string& path, T& into) {
    if (node.kind != Node::Kind::map) {
      const std::vector<std::string> keys = keys_of<T>();
      error(node.place, path,
            (keys.empty() ? "takes no fields, but has " : "must be a map of " + listed(keys, "and") + ", got ") +
                described(node));
      return;
    }
    FieldReader visitor{*this, node, path};
    T::fields(into, visitor);
    visitor.finish();
  }

  // --- single values
  // ---------------------------------------------------------------------------------------------------

  template <class T>
  void value(const Node& node, const std::string& path, T& into, const About& about) {
    if constexpr (std::is_same_v<T, bool>) {
      if (node.kind == Node::Kind::scalar && !node.quoted && (node.text == "true" || node.text == "false")) {
        into = node.text == "true";
      } else {
        error(node.place, path, "must be true or false, got " + described(node));
      }
    } else if constexpr (std::is_integral_v<T>) {
      whole_number(node, path, into, about);
    } else if constexpr (std::is_same_v<T, double>) {
      number(node, path, into, about);
    } else if constexpr (std::is_same_v<T, std::string>) {
      text(node, path, into, about);
    } else if constexpr (std::is_same_v<T, Quantity>) {
      quantity(node, path, into, about);
    } else if constexpr (std::is_same_v<T, Measures>) {
      measures(node, path, into, about);
    } else if constexpr (std::is_same_v<T, Noise>) {
      noise(node, path, into, about);
    } else if constexpr (std::is_same_v<T, Override>) {
      overrides(node, path, into);
    } else if constexpr (std::is_same_v<T, Range>) {
      range(node, path, into);
    } else if constexpr (std::is_same_v<T, Policy>) {
      policy(node, path, into);
    } else if constexpr (is_optional<T>::value) {
      const bool none = about.default_text && std::string(about.default_text) == "none" &&
                        node.kind == Node::Kind::scalar && node.text == "none";
      if (none) return;
      into.emplace();
      value(node, path, *into, about);
    } else if constexpr (is_vector<T>::value) {
      list(node, path, into, about);
    } else if constexpr (is_named<T>::value) {
      named(node, path, into, about);
    } else if constexpr (is_variant<T>::value) {
      choice(node, path, into);
    } else if constexpr (HasShorthand<T>) {
      if (node.kind == Node::Kind::map && !is_quantity_map<T>(node)) {
        fields(node, path, into);
      } else {
        FirstField visitor{*this, node, path, false};
        T::fields(into, visitor);
      }
    } else {
      fields(node, path, into);
    }
  }

 private:
  /// Visits the fields of one struct; remembers the keys to find the unknown ones.
  struct FieldReader {
    Reader& reader;
    const Node& node;
    std::string path;
    std::vector<std::string> known = {};
    std::vector<std::string> refused = {};  ///< keys that have their error already
    std::vector<std::pair<std::string, const char*>> missing = {};
    bool rest_taken = false;

    std::string below(const std::string& key) const { return path.empty() ? key : path + "." + key; }

    const Node* take(const char* key, const About& about) {
      known.emplace_back(key);
      const Node* found = node.find(key);
      if (!found && about.required) missing.emplace_back(key, about.help);
      return found;
    }
    template <class T>
    void operator()(const char* key, T& into, const About& about) {
      if (const Node* found = take(key, about)) reader.value(*found, below(key), into, about);
    }
    template <std::size_t N>
    void words(const char* key, std::string& into, const char* const (&allowed)[N], const About& about) {
      const Node* found = take(key, about);
      if (!found) return;
      const std::vector<std::string> options(allowed, allowed + N);
      if (found->kind == Node::Kind::scalar &&
          std::find(options.begin(), options.end(), found->text) != options.end()) {
        into = found->text;
        return;
      }
      const std::string list = options.size() == 1 ? "must be " + options[0] : "must be one of " + listed(options);
      std::string message = list + ", got " + described(*found);
      if (found->kind == Node::Kind::scalar) {
        if (const auto near = nearest_name(found->text, options)) message += "; did you mean '" + *near + "'?";
      }
      reader.error(found->place, below(key), message);
    }
    template <std::size_t N>
    void words(const char* key, std::optional<std::string>& into, const char* const (&allowed)[N], const About& about) {
      std::string word;
      words(key, word, allowed, about);
      if (!word.empty()) into = word;
    }
    /// Keys that are names of something declared: whatever is left over. Visited last.
    void rest(const char*, Named<Quantity>& into, const About& about) {
      rest_taken = true;
      for (const Member& member : node.members) {
        if (std::find(known.begin(), known.end(), member.key) != known.end()) continue;
        if (std::find(refused.begin(), refused.end(), member.key) != refused.end()) continue;
        if (reader.declared_.lacks(about.names, member.key)) {
          const auto& names = reader.declared_.of(about.names);
          std::vector<std::string> near = known;
          near.insert(near.end(), names.begin(), names.end());
          reader.error(
              member.place, below(member.key),
              reader.unknown(member.key, std::string("is neither a field nor a ") + Declared::noun(about.names), near));
          continue;
        }
        into.entries.push_back({member.key, Quantity()});
        reader.value(member.value, below(member.key), into.entries.back().value, about);
      }
    }
    void later(const char* key, const char* help) {
      const auto found =
          std::find_if(node.members.begin(), node.members.end(), [&](const Member& m) { return m.key == key; });
      if (found == node.members.end()) return;
      refused.emplace_back(key);
      reader.error(found->place, below(key),
                   std::string("is part of the format (") + help + ") but not of this version of goodhart; remove it");
    }
    /// To be called when all fields have been visited: says what is unknown, and what is missing but for typos.
    void finish() {
      std::set<std::string> meant;
      for (const Member& member : node.members) {
        if (rest_taken) break;
        if (std::find(known.begin(), known.end(), member.key) != known.end()) continue;
        if (std::find(refused.begin(), refused.end(), member.key) != refused.end()) continue;
        if (const auto near = nearest_name(member.key, known)) meant.insert(*near);
        reader.error(member.place, below(member.key), reader.unknown(member.key, "is not a field here", known));
      }
      for (const auto& [key, help] : missing) {
        if (!meant.contains(key))
          reader.error(node.place, below(key), std::string("is missing; it is needed: ") + help);
        reader.unread.insert(below(key));
      }
    }
  };

  /// Reads a struct written as just its first field.
  struct FirstField {
    Reader& reader;
    const Node& node;
    std::string path;
    bool done;
    template <class T>
    void operator()(const char*, T& into, const About& about) {
      if (!done) reader.value(node, path, into, about);
      done = true;
    }
  };

  /// "is not a field here; did you mean 'x'?", or all that is allowed where nothing is near.
  std::string unknown(const std::string& name, const std::string& what, const std::vector<std::string>& allowed) const {
    if (const std::size_t colon = name.find(':'); colon != name.npos && name.find(' ') == name.npos)
      return what + "; put a space after the colon: " + name.substr(0, colon) + ": " + name.substr(colon + 1);
    if (const auto near = nearest_name(name, allowed)) return what + "; did you mean '" + *near + "'?";
    if (allowed.empty()) return what + "; none is allowed";
    return what + "; allowed: " + listed(allowed, "and");
  }

  void found_number(const Node& node, const About& about, bool whole) {
    numbers.insert_or_assign(&node, NumberField{about.low, about.high, about.above, whole});
  }

  void whole_number(const Node& node, const std::string& path, auto& into, const About& about) {
    found_number(node, about, true);
    using Whole = std::remove_reference_t<decltype(into)>;
    About bounds = about;
    bounds.finite = true;
    if constexpr (std::is_unsigned_v<Whole>) bounds.low = std::max(bounds.low, 0.0);
    const std::optional<double> number = as_number(node);
    if (!number || *number != std::floor(*number) || !within(*number, bounds)) {
      error(node.place, path, refusal(node, bounds, true));
      return;
    }
    // Seeds above 2^53 are not exact as doubles: read the digits where that is what was written.
    const char* const end = node.text.data() + node.text.size();
    Whole exact{};
    const auto [stop, code] = std::from_chars(node.text.data(), end, exact);
    if (code == std::errc() && stop == end) {
      into = exact;
    } else if (*number < static_cast<double>(std::numeric_limits<Whole>::max())) {
      into = static_cast<Whole>(*number);
    } else {
      error(node.place, path,
            "must be at most " + std::to_string(std::numeric_limits<Whole>::max()) + ", got " + described(node));
    }
  }

  /// "must be ..., got ...", for a number that a field cannot take.
  static std::string refusal(const Node& node, const About& about, bool whole) {
    const std::optional<double> number = as_number(node);
    const bool infinite = number && std::isinf(*number) && about.finite;
    const std::string expected = expectation(about, whole);
    const bool said = expected.find("finite") != expected.npos || !std::isinf(about.high);
    return "must be " + expected + (infinite && !said ? " and finite" : "") + ", got " + described(node) + hint(node);
  }

  void number(const Node& node, const std::string& path, double& into, const About& about) {
    const std::optional<double> number = as_number(node);
    if (number && within(*number, about)) {
      found_number(node, about, false);
      into = *number;
      return;
    }
    std::string message = refusal(node, about, false);
    std::vector<std::string> used;
    const bool expression = node.kind == Node::Kind::scalar && !number &&
                            !check_expression(node.text, expression_names_, &used) && !used.empty();
    if (expression || is_distribution(node)) message += "; it is the same for everybody, so it must be a plain number";
    error(node.place, path, message);
  }

  /// {normal: {...}} and the like.
  static bool is_distribution(const Node& node) {
    if (node.kind != Node::Kind::map || node.members.size() != 1) return false;
    bool found = false;
    for_each_kind<Distribution>([&](const auto& kind) { found = found || node.members[0].key == kind.kName; });
    return found;
  }

  void text(const Node& node, const std::string& path, std::string& into, const About& about) {
    if (node.kind != Node::Kind::scalar) {
      error(node.place, path, "must be text, got " + described(node));
      return;
    }
    into = node.text;
    if (into.empty()) {
      error(node.place, path, "must not be empty");
    } else if (about.names != Names::none && declared_.lacks(about.names, into)) {
      const std::string noun = Declared::noun(about.names);
      error(node.place, path,
            declared_.of(about.names).empty()
                ? "there is no " + noun + " '" + shortened(into) + "': population.traits declares none"
                : unknown(into, "there is no " + noun + " '" + shortened(into) + "'", declared_.of(about.names)));
    }
  }

  /// Collects the keys of a description struct.
  struct Keys {
    std::vector<std::string> keys = {};
    template <class Field>
    void operator()(const char* key, const Field&, const About&) {
      keys.emplace_back(key);
    }
    void words(const char* key, const auto&, const auto&, const About&) { keys.emplace_back(key); }
    void rest(const char* key, const auto&, const About&) { keys.emplace_back(key); }
    void later(const char*, const char*) {}
  };
  template <class T>
  static std::vector<std::string> keys_of() {
    const T description;
    Keys visitor;
    T::fields(description, visitor);
    return visitor.keys;
  }

  /// {normal: {...}} and the like, as opposed to a map of the struct's fields.
  template <class T>
  static bool is_quantity_map(const Node& node) {
    if (node.kind != Node::Kind::map || node.members.size() != 1) return false;
    const std::vector<std::string> keys = keys_of<T>();
    const Member& only = node.members[0];
    return only.value.kind == Node::Kind::map && std::find(keys.begin(), keys.end(), only.key) == keys.end() &&
           !nearest_name(only.key, keys);
  }

  /// What is wrong where a distribution can give what the field cannot take. Less likely than this is left to chance.
  static std::string outside(const Distribution& distribution, const About& about) {
    constexpr double kRare = 1e-9;
    const double lowest = quantile(distribution, kRare), highest = quantile(distribution, 1 - kRare);
    const std::string wanted = "must be " + expectation(about, false) + ", but this distribution can give ";
    About floor = about, ceiling = about;
    floor.high = -(ceiling.low = -std::numeric_limits<double>::infinity());
    ceiling.above = false;
    // A bound of infinity is no advice.
    const auto example = [&distribution](double sign) {
      const double middle = quantile(distribution, 0.5);
      const double far = std::isfinite(middle) && middle != 0 ? 100 * std::fabs(middle) : 100;
      return sign * std::pow(10, std::floor(std::log10(far)));
    };
    if (!within(lowest, floor) && std::isinf(about.low)) {
      return wanted + "numbers below all that can be computed with; cut it off with a min that can occur, as in min: " +
             number_text(example(-1));
    }
    if (!within(highest, ceiling) && std::isinf(about.high)) {
      return wanted + "numbers above all that can be computed with; cut it off with a max that can occur, as in max: " +
             number_text(example(1));
    }
    if (!within(lowest, floor)) {
      return wanted +
             (about.above ? number_text(about.low) + " or less; cut it off with a min above "
                          : "less; cut it off with min: ") +
             number_text(about.low);
    }
    if (!within(highest, ceiling)) return wanted + "more; cut it off with max: " + number_text(about.high);
    return "";
  }

  void quantity(const Node& node, const std::string& path, Quantity& into, const About& about) {
    into.place = node.place;
    if (node.kind == Node::Kind::map) {
      Distribution distribution;
      const std::size_t before = diagnostics_.size();
      choice(node, path, distribution);
      if (diagnostics_.size() != before) return;
      if (const std::string sentence = fault(distribution); !sentence.empty()) {
        error(node.place, path, sentence);
        return;
      }
      if (const std::string sentence = outside(distribution, about); !sentence.empty()) {
        error(node.place, path, sentence);
        return;
      }
      into.form = distribution;
      return;
    }
    const std::string wanted = "must be a number, a distribution or an expression, got " + described(node);
    if (node.kind != Node::Kind::scalar || node.text.empty()) {
      error(node.place, path, wanted);
      return;
    }
    if (const std::optional<double> number = as_number(node)) {
      if (!within(*number, about)) {
        error(node.place, path, refusal(node, about, false));
        return;
      }
      found_number(node, about, false);
      into.form = *number;
      return;
    }
    const std::string note = hint(node);
    if (!note.empty() || node.text == ".nan" || node.text == ".NaN" || node.text == ".NAN") {
      error(node.place, path, wanted + note);
      return;
    }
    if (const auto trouble = check_expression(node.text, expression_names_)) {
      std::string message = "cannot read the expression " + described(node) + ": " + trouble->message;
      if (!trouble->unknown_name.empty()) {
        std::vector<std::string> distributions;
        for_each_kind<Distribution>([&](const auto& kind) { distributions.emplace_back(kind.kName); });
        if (const auto near = nearest_name(trouble->unknown_name, expression_words_)) {
          message += "; did you mean '" + *near + "'?";
        } else if (const auto law = nearest_name(trouble->unknown_name, distributions)) {
          message += "; a distribution is written as {" + *law + ": {...}}";
        } else {
          message += "; names here: " + listed(expression_names_, "and");
        }
      }
      error(node.place, path, message);
      return;
    }
    into.form = Expression{node.text};
  }

  template <class T>
  void list(const Node& node, const std::string& path, std::vector<T>& into, const About& about) {
    if (node.kind != Node::Kind::list) {
      error(node.place, path,
            "must be a list, got " + described(node) +
                (node.kind == Node::Kind::null  ? "; write [] for an empty list"
                 : node.kind == Node::Kind::map ? "; put a dash before each item, also before a single one"
                                                : ""));
      return;
    }
    into.clear();
    const std::vector<std::string> names = item_names(node);
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      std::string name = std::to_string(i);
      std::string above = path;
      if constexpr (std::is_same_v<T, Scheme> || std::is_same_v<T, Phase>) {
        // Both go by their names right below the policy.
        const bool has_name = std::is_same_v<T, Scheme> || node.items[i].find("name");
        if (has_name && !names[i].empty()) name = names[i];
        for (const char* implied : {".incentives", ".phases"}) {
          if (above.ends_with(implied)) above.resize(above.rfind('.'));
        }
      }
      into.emplace_back();
      value(node.items[i], above + "." + name, into.back(), about);
    }
  }

  template <class T>
  void named(const Node& node, const std::string& path, Named<T>& into, const About& about) {
    if (node.kind != Node::Kind::map) {
      error(node.place, path,
            "must be a map of NAME: value, got " + described(node) +
                (node.kind == Node::Kind::null && !about.required ? "; write {} for an empty map" : ""));
      return;
    }
    if (about.required && node.members.empty()) error(node.place, path, "must have at least one entry");
    for (const Member& member : node.members) {
      if (declared_.lacks(about.names, member.key)) {
        error(member.place, path + "." + member.key,
              unknown(member.key, std::string("there is no ") + Declared::noun(about.names) + " '" + member.key + "'",
                      declared_.of(about.names)));
        continue;
      }
      into.entries.push_back({member.key, T()});
      value(member.value, path + "." + member.key, into.entries.back().value, about);
    }
  }

  /// A map with one key, the choice's name, or the bare name where nothing is required.
  template <class Variant>
  void choice(const Node& node, const std::string& path, Variant& into) {
    std::vector<std::string> names;
    for_each_kind<Variant>([&](const auto& kind) { names.emplace_back(kind.kName); });
    const std::string noun = Family<Variant>::noun;
    const Node nothing = [&] {
      Node map = Node::map();
      map.place = node.place;
      return map;
    }();
    const std::string* name = nullptr;
    const Node* content = nullptr;
    Place place = node.place;
    if (node.kind == Node::Kind::scalar) {
      name = &node.text;
      content = &nothing;
    } else if (node.kind == Node::Kind::map && node.members.size() == 1) {
      name = &node.members[0].key;
      content = node.members[0].value.kind == Node::Kind::null ? &nothing : &node.members[0].value;
      place = node.members[0].place;
    } else {
      std::vector<std::string> names_with_nothing;
      for (const Member& member : node.members) {
        if (member.value.kind == Node::Kind::null && std::find(names.begin(), names.end(), member.key) != names.end())
          names_with_nothing.push_back(member.key);
      }
      error(node.place, path,
            "must be one " + noun + ", " + listed(names) + ", written as {" + names[0] + ": {...}}; got " +
                (node.kind == Node::Kind::map ? "a map with " + std::to_string(node.members.size()) + " keys"
                                              : described(node)) +
                (names_with_nothing.empty() ? "" : "; indent what belongs to " + names_with_nothing[0] + " below it"));
      return;
    }
    for (const char* later : Family<Variant>::later) {
      if (*name == later) {
        error(place, path,
              std::string("the ") + noun + " '" + later +
                  "' is part of the format but not of this version of goodhart; " + "there are " +
                  listed(names, "and"));
        return;
      }
    }
    bool found = false;
    for_each_kind<Variant>([&](auto kind) {
      if (found || *name != kind.kName) return;
      found = true;
      // The key of a choice is part of a distribution's path, but an incentive goes by its name alone.
      const bool incentive = std::is_same_v<Variant, Scheme>;
      const std::string below = incentive ? path : path + "." + kind.kName;
      value(*content, below, kind, About{.help = ""});
      into = kind;
    });
    if (found) return;
    if (std::is_same_v<Variant, Scheme> && is_move(*name)) {
      error(place, path,
            "'" + *name +
                "' is a move of leadership; in a policy written as {incentives, leadership} it "
                "stands below leadership");
      return;
    }
    error(place, path, unknown(*name, "there is no " + noun + " '" + shortened(*name) + "'", names));
  }

  static bool is_move(const std::string& name) {
    bool found = false;
    for_each_kind<Move>([&](const auto& kind) { found = found || name == kind.kName; });
    return found;
  }

  void measures(const Node& node, const std::string& path, Measures& into, const About&) {
    if (node.kind == Node::Kind::scalar && (node.text == "value" || node.text == "contribution")) {
      into.loadings.entries.push_back({node.text, Loading{1.0, 0.0}});
      return;
    }
    if (node.kind != Node::Kind::map || node.members.empty()) {
      std::string message = "must be value, contribution, or a map of activities to loadings, got " + described(node);
      if (node.kind == Node::Kind::map) message = "must name at least one activity, or be value or contribution";
      if (node.kind == Node::Kind::scalar) {
        const auto& activities = declared_.activities;
        if (std::find(activities.begin(), activities.end(), node.text) != activities.end()) {
          message += "; write {" + node.text + ": 1}";
        } else if (const auto near = nearest_name(node.text, {"value", "contribution"})) {
          message += "; did you mean '" + *near + "'?";
        }
      }
      error(node.place, path, message);
      return;
    }
    std::vector<std::string> names = declared_.activities;
    names.emplace_back("value");
    names.emplace_back("contribution");
    for (const Member& member : node.members) {
      const std::string below = path + "." + member.key;
      const bool built_in = member.key == "value" || member.key == "contribution";
      if (!built_in && declared_.lacks(Names::activity, member.key)) {
        error(member.place, below, unknown(member.key, "there is no activity '" + member.key + "'", names));
        continue;
      }
      into.loadings.entries.push_back({member.key, Loading()});
      Loading& loading = into.loadings.entries.back().value;
      if (built_in) {
        double weight = 1;
        value(member.value, below, weight, About{.help = "", .finite = true});
        loading.loading = weight;
      } else {
        value(member.value, below, loading, About{.help = ""});
      }
    }
  }

  void noise(const Node& node, const std::string& path, Noise& into, const About&) {
    // {normal: {scale}} is a law of noise; {normal: {mean, sd}} would be a standard deviation that differs between
    // employees.
    const bool law = node.kind == Node::Kind::map && node.members.size() == 1 &&
                     node.members[0].value.kind == Node::Kind::map &&
                     ((node.members[0].key == "normal" && !node.members[0].value.find("mean") &&
                       !node.members[0].value.find("sd")) ||
                      node.members[0].key == "student_t" || node.members[0].key == "laplace");
    if (law) {
      choice(node, path, into);
      return;
    }
    if (node.kind == Node::Kind::map && node.members.size() == 1) {
      std::vector<std::string> names{"laplace"};
      for_each_kind<Distribution>([&](const auto& kind) { names.emplace_back(kind.kName); });
      const std::string& name = node.members[0].key;
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        error(node.members[0].place, path,
              unknown(name, "there is no noise '" + shortened(name) + "'", {"normal", "student_t", "laplace"}));
        return;
      }
    }
    GaussianNoise gaussian;
    value(node, path, gaussian.scale, About{.help = "", .low = 0, .finite = true});
    into = gaussian;
  }

  /// A map of its fields; or of a distribution, in place of the ends, beside other fields.
  void range(const Node& node, const std::string& path, Range& into) {
    Node others = node;
    Node law = Node::map();
    law.place = node.place;
    std::erase_if(others.members, [&](const Member& member) {
      bool is_law = false;
      for_each_kind<Distribution>([&](const auto& kind) { is_law = is_law || member.key == kind.kName; });
      if (is_law && law.members.empty()) law.members.push_back(member);
      return is_law && law.members.front().key == member.key;
    });
    fields(others, path, into);
    if (!law.members.empty()) {
      into.distribution.emplace();
      choice(law, path, *into.distribution);
      return;
    }
    if (node.kind != Node::Kind::map || into.values || others.find("values")) return;
    for (const auto& [key, is_there, help] :
         {std::tuple("from", into.from.has_value(), "the lowest value that is plausible"),
          std::tuple("to", into.to.has_value(), "the highest")}) {
      const std::string below = path + "." + key;
      if (!is_there && !unread.contains(below))
        error(node.place, below, std::string("is missing; it is needed: ") + help);
    }
  }

  void overrides(const Node& node, const std::string& path, Override& into) {
    if (node.kind != Node::Kind::map) {
      error(node.place, path, "must be a map of PATH: value, got " + described(node));
      return;
    }
    for (const Member& member : node.members) into.entries.push_back({member.key, member.place, member.value});
  }

  /// Visits what a phase and a policy without phases have in common.
  struct PhaseContent {
    static void read(Reader& reader, const Node& node, const std::string& path, Policy& policy) {
      FieldReader visitor{reader, node, path};
      Policy::about(policy, visitor);
      Phase::content(policy.phases.back(), visitor);
      for (const Member& member : node.members) {
        bool scheme = false;
        for_each_kind<Scheme>([&](const auto& kind) { scheme = scheme || member.key == kind.kName; });
        for (const char* later : Family<Scheme>::later) scheme = scheme || member.key == later;
        const bool move = is_move(member.key);
        if (!scheme && !move) continue;
        visitor.refused.push_back(member.key);
        reader.error(member.place, path + "." + member.key,
                     scheme ? "an incentive stands in a list: write '- " + member.key + ": {...}' with a dash"
                            : "a move of leadership stands in a list: write leadership: [{" + member.key + ": {...}}]");
      }
      visitor.finish();
    }
  };

  void policy(const Node& node, const std::string& path, Policy& into) {
    into.phases.clear();
    if (node.kind == Node::Kind::list) {
      into.phases.emplace_back();
      list(node, path, into.phases.back().incentives, About{.help = ""});
      return;
    }
    if (node.kind != Node::Kind::map) {
      error(
          node.place, path,
          "must be a list of incentives, or a map of incentives, audits, leadership and override, or of phases; got " +
              described(node) + (node.kind == Node::Kind::null ? "; write [] for no incentives" : ""));
      return;
    }
    if (const Node* phases = node.find("phases")) {
      into.phased = true;
      Node about = Node::map();  // what stands beside phases and may
      about.place = node.place;
      const Phase phase;
      Keys content;
      Phase::content(phase, content);
      for (const Member& member : node.members) {
        if (member.key == "phases") continue;
        if (std::find(content.keys.begin(), content.keys.end(), member.key) == content.keys.end()) {
          about.members.push_back(member);
        } else {
          error(member.place, path + "." + member.key, "stands beside phases; put it into each phase that it is for");
        }
      }
      FieldReader visitor{*this, about, path};
      Policy::about(into, visitor);
      visitor.finish();
      list(*phases, path + ".phases", into.phases, About{.help = ""});
      if (phases->kind == Node::Kind::list && phases->items.empty())
        error(phases->place, path + ".phases", "must have at least one phase");
      return;
    }
    into.phases.emplace_back();
    PhaseContent::read(*this, node, path, into);
  }

  Declared declared_;
  std::vector<std::string> expression_names_;  ///< what an expression may use: traits, groups and what is built in
  std::vector<std::string> expression_words_;  ///< and the functions
  std::vector<Diagnostic>& diagnostics_;
};

/// Where a path stands in a document, or the nearest thing above it that does: a single value itself, a map or list by
/// its key.
Place place_of(const Node& root, std::string path) {
  while (!path.empty()) {
    const std::size_t dot = path.rfind('.');
    const std::string above = dot == path.npos ? "" : path.substr(0, dot);
    if (const Node* node = find_path(root, path)) {
      if (node->kind == Node::Kind::scalar) return node->place;
      if (const Node* parent = above.empty() ? &root : find_path(root, above)) {
        for (const Member& member : parent->members) {
          if (&member.value == node) return member.place;
        }
      }
      return node->place;
    }
    path = above;
  }
  return root.place;
}

/// Is one of the paths this one, or above it, or below it?
bool related(const std::set<std::string>& paths, const std::string& path) {
  if (paths.empty()) return false;
  if (path.empty() || paths.contains("")) return true;
  for (std::size_t dot = path.find('.'); dot != path.npos; dot = path.find('.', dot + 1)) {
    if (paths.contains(path.substr(0, dot))) return true;
  }
  const auto below = paths.lower_bound(path + ".");
  return paths.contains(path) || (below != paths.end() && below->starts_with(path + "."));
}

/// The parts of a scenario that an override may change: those of `Setting`.
constexpr const char* kSetting[] = {"population", "effort",   "activities", "metrics",     "behaviour",
                                    "workforce",  "learning", "stocks",     "organisation"};

/// What an override may not touch, with the reason; empty where it may.
std::string untouchable(const std::string& path, const Node& base) {
  if (path.find("..") != path.npos || path.starts_with('.') || path.ends_with('.'))
    return "a path is made of names joined by single dots, as in activities.with_ai.cost";
  const std::vector<std::string> roots(std::begin(kSetting), std::end(kSetting));
  const std::string first = path.substr(0, path.find('.'));
  if (std::find(roots.begin(), roots.end(), first) == roots.end()) {
    const auto near = nearest_name(first, roots);
    return "an override changes coefficients below " + listed(roots, "and") + ", not '" + first + "'" +
           (near ? "; did you mean '" + *near + "'?" : "");
  }
  for (const auto& [whole, example] :
       {std::pair("effort", ".budget"), std::pair("organisation", ".pay"), std::pair("workforce", ".attrition"),
        std::pair("learning", ".0.rate"), std::pair("stocks", ".0.decay")}) {
    if (path == whole) return "name the field to change, as in " + path + example;
  }
  if (first == "learning" && (path.ends_with(".trait") || path.ends_with(".by")))
    return "what learns by which activity stays as it is; only rate, ceiling and floor can be overridden";
  if (first == "stocks" && (path.ends_with(".trait") || path.ends_with(".of")))
    return "which stock there is, and whose, stays as it is; only decay and adds can be overridden";
  if (first == "population") {
    if (path.rfind("population.traits.", 0) == 0) {
      return find_path(base, path.substr(0, path.find('.', 18)))
                 ? ""
                 : "there is no such trait; an override changes what is there";
    }
    if (path.rfind("population.groups.", 0) == 0 &&
        (path.find(".traits.") != path.npos || path.find(".behaviour") != path.npos)) {
      return "";
    }
    return "size, teams, groups and network stay as they are; an override changes traits";
  }
  if (first == "activities" || first == "metrics") {
    const std::size_t dot = path.find('.', first.size() + 1);
    const std::string name = path.substr(0, dot);
    if (path == first || !find_path(base, name)) {
      std::vector<std::string> there;
      if (const Node* all = base.find(first)) {
        for (const Member& member : all->members) there.push_back(member.key);
      }
      const auto near = path == first ? std::nullopt : nearest_name(name.substr(first.size() + 1), there);
      return "an override changes what is there, and there is no " + name +
             (near ? "; did you mean '" + first + "." + *near + "'?" : "");
    }
    if (dot == path.npos) return "name the field to change, as in " + path + (first == "metrics" ? ".noise" : ".cost");
    const std::string field = path.substr(dot + 1);
    if (field == "label" || field == "description") return "it is what reports say, whatever the policy";
    if (field == "later") return "name the field to change, as in " + path + ".time";
    if (field == "spread") return "name the field to change, as in " + path + ".innovation";
    if (field.starts_with("spread.") && !find_path(base, name + ".spread"))
      return "an override changes what is there, and " + name + " has no spread: it is open to all";
    if (field == "setup") return "name the field to change, as in " + path + ".time";
    if (field.starts_with("setup.") && !find_path(base, name + ".setup"))
      return "an override changes what is there, and " + name + " has no setup: it needs none";
    for (const char* fixed :
         {"delay", "level", "better", "kind", "gaming", "later.after", "spread.trying.by", "setup.paid"}) {
      if (field == fixed)
        return std::string(fixed) + " is part of what the " + (first == "metrics" ? "metric" : "activity") +
               " is; only coefficients can be overridden";
    }
  }
  return "";
}

/// Reads the setting that a phase's overrides make of the base document. What is wrong with the base alone is not said
/// again.
void apply_overrides(const Policy& policy, Phase& phase, const Node& root, const std::string& path,
                     const std::vector<Diagnostic>& base, std::vector<Diagnostic>& diagnostics) {
  // Without activities or metrics there is nothing to override; that they are missing has been said.
  if (phase.override.entries.empty() || !root.find("activities") || !root.find("metrics")) return;
  Node changed = root;
  bool sound = true;
  for (const Override::Entry& entry : phase.override.entries) {
    const auto refuse = [&](const std::string& message) {
      sound = false;
      diagnostics.push_back({Diagnostic::Severity::error, entry.place, path + ".override." + entry.path, message});
    };
    if (const std::string reason = untouchable(entry.path, root); !reason.empty()) {
      refuse(reason);
    } else if (const auto trouble = set_path(changed, entry.path, entry.value)) {
      refuse(*trouble);
    }
  }
  if (!sound) return;
  std::vector<Diagnostic> found;
  Reader reader(changed, found);
  auto setting = std::make_shared<Setting>();
  // Only the setting is read again: what else stands in the document has been read already.
  Node only = Node::map();
  only.place = changed.place;
  for (const char* key : kSetting) {
    if (const Node* part = changed.find(key)) only.add(key, *part);
  }
  reader.fields(only, "", *setting);
  if (found.empty()) {
    const auto add = [&found, &changed](const std::string& where, const std::string& message) {
      found.push_back({Diagnostic::Severity::error, place_of(changed, where), where, message});
    };
    const Findings errors{add, [](const std::string&, const std::string&) {}};
    check_setting(*setting, errors);
    check_incentives(phase, *setting, path, errors);
    if (setting->workforce.hiring.copy && !find_path(root, "workforce.hiring.copy") && !policy.dismisses()) {
      errors.error("workforce.hiring.copy",
                   "copies the best by a tournament with dismiss: true, but the policy has none");
    }
  }
  if (found.empty()) phase.setting = setting;
  for (Diagnostic& diagnostic : found) {
    const bool known = std::any_of(base.begin(), base.end(), [&diagnostic](const Diagnostic& other) {
      return other.path == diagnostic.path && other.message == diagnostic.message;
    });
    if (known) continue;
    diagnostic.path = path + ".override." + diagnostic.path;
    diagnostics.push_back(diagnostic);
  }
}

bool is_error(const Diagnostic& diagnostic) {
  return diagnostic.severity == Diagnostic::Severity::error;
}

/// What is said to be uncertain or to be chosen must be a number of the scenario, and the scenario must be sound at
/// both ends of its range. Names and defaults are known only once everything has been read.
class RangeCheck {
 public:
  RangeCheck(CheckedScenario& checked, const Node& root) : checked_(checked), root_(root) {
    document_ = resolved_model(*checked.scenario);
  }

  /// The ranges that stand under the path `above`.
  void check(const std::string& above, const Named<Range>& ranges) {
    const Node* written = find_path(root_, above);
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      const auto& [path, range] = ranges.entries[i];
      const Member& member = written->members[i];
      if (!is_number(above + "." + path, path, member.place)) continue;
      bool all = true;
      for (std::size_t a = 0; range.also && a < range.also->size(); ++a) {
        const Node& place = member.value.find("also")->items[a];
        all = is_number(above + "." + path + ".also." + std::to_string(a), (*range.also)[a], place.place) && all;
      }
      if (const std::string sentence = range.fault(); !sentence.empty()) {
        error(member.place, above + "." + path, sentence);
      } else if (all) {
        check_ends(above + "." + path, path, range, member);
      }
    }
  }

 private:
  void error(const Place& place, const std::string& path, const std::string& message) {
    checked_.diagnostics.push_back({Diagnostic::Severity::error, place, path, message});
  }

  /// Says so where a path does not lead to a number that no range has yet.
  bool is_number(const std::string& where, const std::string& path, const Place& place) {
    const Node* node = find_path(document_, path);
    if (!node) {
      error(place, where, "the scenario has nothing there; write a path as --set takes it, as in effort.intrinsic");
    } else if (!as_number(*node)) {
      error(place, where,
            "must lead to a number, as in population.traits.skill.lognormal.sigma; it leads to " + described(*node));
    } else if (const auto [first, is_new] = seen_.emplace(node, path); !is_new) {
      error(place, where, "leads to the same number as " + first->second + "; give it one range");
    } else {
      return true;
    }
    return false;
  }

  void check_ends(const std::string& where, const std::string& path, const Range& range, const Member& member) {
    const double number = *as_number(*find_path(document_, path));
    if (number < range.low() || number > range.high()) {
      // As it may for somebody who tries something out.
      checked_.diagnostics.push_back({Diagnostic::Severity::warning, member.place, where,
                                      "the scenario's own value, " + number_text(number) + ", lies outside"});
    }
    const bool listed = range.values || range.distribution;
    for (const auto& [key, end] : {std::pair("from", range.low()), std::pair("to", range.high())}) {
      Node changed = document_;
      const std::optional<std::string> trouble = set_number(changed, path, range, end);
      const CheckedScenario there = trouble ? CheckedScenario() : read_scenario(changed, Ranges::taken_as_they_are);
      if (there.sound()) continue;
      const auto fault = std::find_if(there.diagnostics.begin(), there.diagnostics.end(), is_error);
      const std::string why = trouble               ? *trouble
                              : fault->path == path ? fault->message
                                                    : fault->path + ": " + fault->message;
      const Node* at = member.value.find(key);
      error(at ? at->place : member.place, where + (listed ? "" : std::string(".") + key),
            "the scenario cannot be run with " + number_text(end) + " there: " + why);
    }
  }

  CheckedScenario& checked_;
  const Node& root_;
  Node document_;
  std::map<const Node*, std::string> seen_;
};

void check_ranges(CheckedScenario& checked, const Node& root) {
  const std::size_t before = checked.diagnostics.size();
  const Experiment experiment = checked.scenario->experiment.value_or(Experiment());
  if (checked.scenario->experiment && experiment.vary.empty() && experiment.levers.empty()) {
    const Node* place = root.find("experiment");
    checked.diagnostics.push_back({Diagnostic::Severity::error, place->place, "experiment",
                                   "says nothing: give it vary, what is uncertain, or levers, what can be chosen"});
  }
  RangeCheck ranges(checked, root);
  ranges.check("experiment.vary", experiment.vary);
  ranges.check("experiment.levers", experiment.levers);
  for (const auto& [name, policy] : checked.scenario->policies) {
    const auto* commit = commit_of(policy);
    if (commit) ranges.check(path_of_commit(name, policy) + ".levers", commit->levers);
  }
  const auto first = checked.diagnostics.begin() + static_cast<std::ptrdiff_t>(before);
  if (std::any_of(first, checked.diagnostics.end(), is_error)) checked.scenario.reset();
}

/// What a lesson says to change next must be numbers of the scenario, and the scenario must be sound with all of them.
void check_next(CheckedScenario& checked, const Node& root) {
  const Named<double>& set = checked.scenario->lesson->next.set;
  Node document = resolved_model(*checked.scenario);
  const std::size_t before = checked.diagnostics.size();
  const auto refuse = [&](const std::string& path, const std::string& message) {
    const Node* written = find_path(root, "lesson.next.set");
    const auto member = std::find_if(written->members.begin(), written->members.end(),
                                     [&](const Member& each) { return each.key == path; });
    const Place place = member == written->members.end() ? written->place : member->place;
    checked.diagnostics.push_back({Diagnostic::Severity::error, place, "lesson.next.set." + path, message});
  };
  for (const auto& [path, value] : set) {
    const Node* node = find_path(document, path);
    if (!node) {
      refuse(path, "the scenario has nothing there; write a path as --set takes it, as in effort.intrinsic");
    } else if (!as_number(*node)) {
      refuse(path, "must lead to a number, as in population.size; it leads to " + described(*node));
    } else if (const auto trouble = set_number(document, path, value)) {
      refuse(path, *trouble);
    }
  }
  if (checked.diagnostics.size() == before) {
    const CheckedScenario then = read_scenario(document);
    if (!then.sound()) {
      const auto fault = std::find_if(then.diagnostics.begin(), then.diagnostics.end(), is_error);
      refuse(set.entries.front().name, "the scenario cannot be run so: " + fault->path + ": " + fault->message);
    }
  }
  if (checked.diagnostics.size() > before) checked.scenario.reset();
}

}  // namespace

std::map<const Node*, NumberField> number_fields(const Node& root) {
  std::vector<Diagnostic> nothing;
  Scenario scenario;
  Reader reader(root, nothing);
  reader.fields(root, "", scenario);
  return std::move(reader.numbers);
}

std::optional<std::string> set_number(Node& document, const std::string& path, double value) {
  const Node* node = find_path(document, path);
  const std::optional<double> number = node ? as_number(*node) : std::nullopt;
  if (!number) return "there is no number";
  Node* groups = const_cast<Node*>(find_path(document, "population.groups"));
  const auto share_of = [](Member& group) { return group.value.find("share"); };
  const bool share = groups && std::any_of(groups->members.begin(), groups->members.end(),
                                           [&](Member& group) { return share_of(group) == node; });
  for (std::size_t g = 0; share && g < groups->members.size(); ++g) {
    Node* theirs = share_of(groups->members[g]);
    if (!theirs || theirs == node) continue;
    *theirs = Node::number(*number < 1 ? as_number(*theirs).value_or(0) * (1 - value) / (1 - *number) : 0.0);
  }
  return set_path(document, path, Node::number(value));
}

std::optional<std::string> set_number(Node& document, const std::string& path, const Range& range, double value) {
  std::optional<std::string> trouble = set_number(document, path, value);
  for (std::size_t a = 0; range.also && !trouble && a < range.also->size(); ++a) {
    trouble = set_number(document, (*range.also)[a], value);
  }
  return trouble;
}

CheckedScenario read_scenario(const Node& root, Ranges ranges) {
  CheckedScenario checked;
  std::vector<Diagnostic>& diagnostics = checked.diagnostics;
  if (root.kind != Node::Kind::map) {
    diagnostics.push_back({Diagnostic::Severity::error, root.place, "",
                           "a scenario is a map that starts with 'goodhart: 1'; got " + described(root)});
    return checked;
  }
  Scenario scenario;
  Reader reader(root, diagnostics);
  reader.fields(root, "", scenario);

  std::vector<Diagnostic> findings;
  const auto add = [&findings, &root](Diagnostic::Severity severity) {
    return [&findings, &root, severity](const std::string& path, const std::string& message) {
      findings.push_back({severity, place_of(root, path), path, message});
    };
  };
  // Combinations are checked even where single fields failed, so that one pass reports all. A field that failed has its
  // default, so nothing is said of what lies above, at or below it.
  const Findings into{add(Diagnostic::Severity::error), add(Diagnostic::Severity::warning)};
  check_setting(scenario.setting, into);
  check_scenario(scenario, into);
  for (const Diagnostic& finding : findings) {
    if (!related(reader.unread, finding.path)) diagnostics.push_back(finding);
  }
  const std::vector<Diagnostic> base = diagnostics;
  for (auto& [name, policy] : scenario.policies.entries) {
    for (Phase& phase : policy.phases) {
      const std::string path = "policies." + name + (policy.phased ? "." + phase.name : "");
      apply_overrides(policy, phase, root, path, base, diagnostics);
    }
  }
  const bool failed = std::any_of(diagnostics.begin(), diagnostics.end(), is_error);
  // A warning beside errors may be their doing: a metric whose incentive could not be read seems to have no reader.
  if (failed) {
    std::erase_if(diagnostics,
                  [](const Diagnostic& diagnostic) { return diagnostic.severity == Diagnostic::Severity::warning; });
  }
  std::stable_sort(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.place.source, a.place.line, a.place.column) <
           std::tie(b.place.source, b.place.line, b.place.column);
  });
  if (!failed) checked.scenario = std::move(scenario);
  const auto chooses = [](const Scenario& sound) { return sound.experiment || !committed_levers(sound).empty(); };
  if (checked.scenario && ranges == Ranges::tried && chooses(*checked.scenario)) check_ranges(checked, root);
  if (checked.scenario && checked.scenario->lesson) check_next(checked, root);
  return checked;
}

// --- resolved scenarios
// ------------------------------------------------------------------------------------------------

namespace {

/// Writes the fields of a struct into a map, defaults included.
struct Writer {
  Node& map;

  template <class T>
  void operator()(const char* key, const T& value, const About&) {
    if constexpr (is_optional<T>::value) {
      if (value) map.add(key, written(*value));
    } else if constexpr (std::is_same_v<T, std::string>) {
      if (!value.empty()) map.add(key, written(value));
    } else if constexpr (std::is_same_v<T, Override>) {
      if (!value.entries.empty()) map.add(key, written(value));
    } else {
      map.add(key, written(value));
    }
  }
  template <class Text, std::size_t N>
  void words(const char* key, const Text& value, const char* const (&)[N], const About& about) {
    (*this)(key, value, about);
  }
  void rest(const char*, const Named<Quantity>& value, const About&) {
    for (const auto& [name, quantity] : value) map.add(name, written(quantity));
  }
  void later(const char*, const char*) {}

  template <class T>
  static Node written(const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      return Node::scalar(value ? "true" : "false");
    } else if constexpr (std::is_integral_v<T>) {
      return Node::scalar(std::to_string(value));
    } else if constexpr (std::is_same_v<T, double>) {
      return Node::number(value);
    } else if constexpr (std::is_same_v<T, std::string>) {
      return Node::scalar(value, true);
    } else if constexpr (std::is_same_v<T, Quantity>) {
      if (const auto* expression = std::get_if<Expression>(&value.form)) {
        // A name alone is text: `no` without quotes is no trait to other readers of YAML.
        const bool name = std::all_of(expression->text.begin(), expression->text.end(), [](char c) {
          return c == '_' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        });
        return Node::scalar(expression->text, name);
      }
      if (const auto* distribution = std::get_if<Distribution>(&value.form)) return written(*distribution);
      return Node::number(*value.number());
    } else if constexpr (std::is_same_v<T, Measures>) {
      Node node = Node::map();
      for (const auto& [name, loading] : value.loadings) {
        const bool weight = name == "value" || name == "contribution";
        node.add(name, weight || loading.saturation.is(0) ? written(loading.loading) : fields(loading));
      }
      return node;
    } else if constexpr (std::is_same_v<T, Override>) {
      Node node = Node::map();
      for (const Override::Entry& entry : value.entries) node.add(entry.path, entry.value);
      return node;
    } else if constexpr (std::is_same_v<T, Range>) {
      Node node = value.distribution ? written(*value.distribution) : Node::map();
      Writer writer{node};
      Range::fields(value, writer);
      return node;
    } else if constexpr (std::is_same_v<T, Policy>) {
      Node node = Node::map();
      Writer about{node};
      Policy::about(value, about);
      if (value.phased) {
        node.add("phases", written(value.phases));
      } else {
        Writer writer{node};
        Phase::content(value.phases.front(), writer);
      }
      return node;
    } else if constexpr (is_vector<T>::value) {
      Node node = Node::list();
      for (const auto& item : value) node.items.push_back(written(item));
      return node;
    } else if constexpr (is_named<T>::value) {
      Node node = Node::map();
      for (const auto& [name, item] : value) node.add(name, written(item));
      return node;
    } else if constexpr (is_variant<T>::value) {
      return std::visit(
          [](const auto& kind) {
            Node content = fields(kind);
            if (content.members.empty()) return Node::scalar(kind.kName);
            Node node = Node::map();
            node.add(kind.kName, std::move(content));
            return node;
          },
          value);
    } else {
      return fields(value);
    }
  }
  template <class T>
  static Node fields(const T& value) {
    Node node = Node::map();
    Writer writer{node};
    T::fields(value, writer);
    return node;
  }
};

}  // namespace

Node resolved(const Scenario& scenario) {
  Scenario complete = scenario;
  if (!complete.compare_with) complete.compare_with = complete.policies.entries.front().name;
  if (!complete.setting.population.team_size) complete.setting.population.team_size = complete.setting.population.size;
  for (auto& [name, policy] : complete.policies.entries) {
    for (Phase& phase : policy.phases) {
      for (Scheme& scheme : phase.incentives) {
        std::visit(
            [](auto& kind) {
              if constexpr (requires { kind.least(); }) kind.floor = kind.least();
            },
            scheme);
      }
    }
  }
  return Writer::fields(complete);
}

Node resolved_model(const Scenario& scenario) {
  Node document = resolved(scenario);
  std::erase_if(document.members,
                [](const Member& member) { return member.key == "experiment" || member.key == "lesson"; });
  return document;
}

std::string Called::shown(const std::string& name) const {
  if (!label.empty()) return label;
  std::string spaced = name;
  std::replace(spaced.begin(), spaced.end(), '_', ' ');
  return spaced;
}

std::vector<std::string> incentive_names(const std::vector<Scheme>& incentives) {
  std::vector<std::string> names;
  for (const Scheme& scheme : incentives) {
    names.push_back(
        std::visit([](const auto& kind) { return kind.name.empty() ? std::string(kind.kName) : kind.name; }, scheme));
  }
  return numbered(std::move(names));
}

int Policy::longest(std::size_t p, int steps) const {
  const int from = phases[p].from.value_or(0);
  for (std::size_t next = p + 1; next < phases.size() && phases[p].from; ++next) {
    if (phases[next].from) return std::min(*phases[next].from, steps) - from;
  }
  return steps - from;
}

bool Phase::dismisses() const {
  return std::any_of(incentives.begin(), incentives.end(), [](const Scheme& scheme) {
    return std::visit([](const auto& kind) { return goodhart::dismisses(kind); }, scheme);
  });
}

bool Policy::dismisses() const {
  return std::any_of(phases.begin(), phases.end(), [](const Phase& phase) { return phase.dismisses(); });
}

std::vector<std::string> Policy::incentive_names() const {
  std::vector<std::string> names;
  for (const Phase& phase : phases) {
    for (const std::string& name : goodhart::incentive_names(phase.incentives)) {
      names.push_back(phased ? phase.name + "/" + name : name);
    }
  }
  return names;
}

}  // namespace goodhart
