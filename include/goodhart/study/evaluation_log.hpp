/// What a search or a fit has run, so that an interrupted one goes on.
#pragma once

#include <cstdint>

#include "goodhart/study/study.hpp"

namespace goodhart {

/// Evaluations that are known, and whoever is told of new ones. A search or a fit asks in an order that does not depend
/// on what is known, and numbers its evaluations in that order; so one that goes on comes to the same numbers, and gets
/// the same bytes.
class EvaluationLog {
 public:
  virtual ~EvaluationLog() = default;
  /// The evaluation of that number on that replicate; null where it has to be run. Safe from several threads, while
  /// nobody keeps.
  virtual const Unit* find(std::uint32_t number, std::uint32_t replicate) const = 0;
  /// Takes an evaluation that went well: number and replicate as `point` and `replicate`, and its values under one
  /// policy. From one thread at a time. What is kept from here on need not be found before the next start.
  virtual void keep(const Unit& unit) = 0;
};

}  // namespace goodhart
