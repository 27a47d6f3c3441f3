/// What a call has to say against what it was given.
#pragma once

#include <string>

#include "goodhart/core/errors.hpp"

namespace goodhart::test {

/// The sentence of the UserError that an action throws; empty where it throws none.
template <class Act>
std::string refusal(const Act& act) {
  try {
    act();
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

}  // namespace goodhart::test
