/// What a scheme may state that it can do, in its description. Whatever it does not state gets a default, or must be
/// said in full by its source (model/schemes/kind.hpp).
///
/// | stated as                        | means                                                                        |
/// |----------------------------------|------------------------------------------------------------------------------|
/// | `kCompares = true`               | it rewards a merit among others, not M itself                                |
/// | `kTarget = &Kind::quantity`      | it has a target, which leadership may move                                   |
/// | `kRate = &Kind::quantity`        | it pays in proportion to M, at this rate                                     |
/// | `bool straight() const`          | its expected reward may be a straight line, as steep as its rate             |
/// | `kMonotone = true`               | its reward does not turn: it rises or falls in M throughout                  |
/// | `kOnlyTarget = true`             | of what it says, only the target hangs on readings                           |
/// | `kManyAtOnce = true`             | it has the rewards of many employees at once, faster than one by one         |
/// | `bool dismisses() const`         | those who come last may be dismissed                                         |
/// | `fault() const`                  | what the bounds of single fields cannot say: the field, and a sentence       |
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>

#include "goodhart/scenario/quantity.hpp"

namespace goodhart {

template <class Kind>
concept Compares = requires {
  requires Kind::kCompares;
};
template <class Kind>
concept HasTarget = requires {
  { Kind::kTarget } -> std::convertible_to<Quantity Kind::*>;
};
template <class Kind>
concept HasRate = requires {
  { Kind::kRate } -> std::convertible_to<Quantity Kind::*>;
};
template <class Kind>
concept MayBeStraight = requires(const Kind& kind) {
  { kind.straight() } -> std::same_as<bool>;
};
/// Straight whatever its fields say: `straight` is static, constexpr and true.
template <class Kind>
concept AlwaysStraight = MayBeStraight<Kind> && requires {
  requires std::bool_constant<Kind::straight()>::value;
};
template <class Kind>
concept Monotone = requires {
  requires Kind::kMonotone;
};
template <class Kind>
concept OnlyTarget = HasTarget<Kind> && requires {
  requires Kind::kOnlyTarget;
};
template <class Kind>
concept ManyAtOnce = requires {
  requires Kind::kManyAtOnce;
};
/// Leadership may find its rate anew.
template <class Kind>
concept Retrainable = HasRate<Kind> && !Compares<Kind>;

/// What must go together, for the list of schemes: a straight reward is as steep as its rate.
template <class Kind>
concept SoundScheme = !MayBeStraight<Kind> || HasRate<Kind>;

template <class Kind>
bool is_straight(const Kind& kind) {
  if constexpr (MayBeStraight<Kind>) return kind.straight();
  return false;
}

template <class Kind>
bool dismisses(const Kind& kind) {
  if constexpr (requires { kind.dismisses(); }) return kind.dismisses();
  return false;
}

template <class Kind>
std::pair<std::string, std::string> fault_in(const Kind& kind) {
  if constexpr (requires { kind.fault(); }) return kind.fault();
  return {};
}

/// Counts the quantities that a description declares up to one of them.
struct QuantityFinder {
  const Quantity* wanted;
  std::size_t place = 0;
  bool found = false;

  void operator()(const char*, const Quantity& one, const About&) {
    found = found || &one == wanted;
    if (!found) ++place;
  }
  template <class T>
  void operator()(const char*, const T&, const About&) {}
  template <class... Arguments>
  void words(const char*, Arguments&&...) {}
  void later(const char*, const char*) {}
};

/// Where a quantity stands among those that a description declares: its position in Terms.
template <class Kind>
std::size_t place_of(Quantity Kind::*quantity) {
  const Kind kind{};
  QuantityFinder finder{&(kind.*quantity)};
  Kind::fields(kind, finder);
  return finder.place;
}

}  // namespace goodhart
