/// How a field is declared, once: parsing, checking, defaults, schema, resolved output and documentation all read it
/// from here.
///
/// A description struct lists its fields in a static template:
///
///   struct Time {
///     int steps = 52;
///     template <class Self, class Visitor>
///     static void fields(Self& self, Visitor& visit) {
///       visit("steps", self.steps, About{.help = "length of the run", .unit = "steps", .low = 1});
///     }
///   };
///
/// The default is the member's initialiser. A visitor is anything that can be called with (key, member, About).
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "goodhart/core/document.hpp"

namespace goodhart {

/// What else in the scenario the text of a field must name.
enum class Names { none, activity, metric, policy, trait, path };

/// What is to be known of a field besides its type and default.
struct About {
  const char* help;
  const char* unit = "";
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool above = false;     ///< the lower bound itself is not allowed
  bool finite = false;    ///< infinity is not allowed
  bool required = false;  ///< there is no default
  Names names = Names::none;
  const char* default_text = nullptr;  ///< where the default follows from other fields
};

/// A map whose keys the user chooses, in the order written.
template <class T>
struct Named {
  struct Entry {
    std::string name;
    T value;
  };
  std::vector<Entry> entries;

  const T* find(std::string_view name) const {
    for (const Entry& entry : entries) {
      if (entry.name == name) return &entry.value;
    }
    return nullptr;
  }
  int index(std::string_view name) const {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (entries[i].name == name) return static_cast<int>(i);
    }
    return -1;
  }
  std::size_t size() const { return entries.size(); }
  bool empty() const { return entries.empty(); }
  auto begin() const { return entries.begin(); }
  auto end() const { return entries.end(); }
};

/// A family of kinds (`std::variant` of description structs): what one of them is called, and those that are part of
/// the format but not of this version. Each kind says its own name (`kName`) and what it is (`kHelp`).
template <class Variant>
struct Family;

/// True where a struct may be written as just its first field: `loading: 2` for `loading: {value: 2}`.
template <class T>
concept HasShorthand = requires {
  T::kShorthand;
};

// What a field's type is made of, for visitors that treat such types alike.
template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
template <class T>
struct is_vector : std::false_type {};
template <class T>
struct is_vector<std::vector<T>> : std::true_type {};
template <class T>
struct is_named : std::false_type {};
template <class T>
struct is_named<Named<T>> : std::true_type {};
template <class T>
struct is_variant : std::false_type {};
template <class... T>
struct is_variant<std::variant<T...>> : std::true_type {};

/// Calls a function for each alternative of a variant type, with a default-constructed alternative.
template <class Variant, class Function, std::size_t... I>
void for_each_kind(Function&& function, std::index_sequence<I...>) {
  (function(std::variant_alternative_t<I, Variant>{}), ...);
}
template <class Variant, class Function>
void for_each_kind(Function&& function) {
  for_each_kind<Variant>(std::forward<Function>(function), std::make_index_sequence<std::variant_size_v<Variant>>{});
}

}  // namespace goodhart
