/// Which points of a study are left out.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "goodhart/scenario/experiment.hpp"
#include "goodhart/scenario/expression.hpp"
#include "goodhart/study/study.hpp"

namespace goodhart {

/// The conditions of an experiment on the numbers that vary (`where`).
class Conditions {
 public:
  Conditions(const Experiment& experiment, const std::vector<Varied>& inputs) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!inputs[i].range.as) continue;
      names.push_back(inputs[i].name);
      places_.push_back(i);
    }
    if (!experiment.where) return;
    for (const std::string& text : *experiment.where) formulas_.emplace_back(text, names);
  }
  bool hold(const std::vector<double>& values) const {
    std::vector<double> named;
    for (const std::size_t place : places_) named.push_back(values[place]);
    return std::all_of(formulas_.begin(), formulas_.end(), [&](const Formula& formula) { return formula(named) > 0; });
  }

 private:
  std::vector<Formula> formulas_;
  std::vector<std::size_t> places_;
};

}  // namespace goodhart
