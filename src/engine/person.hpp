/// One employee in one step: its row of the coefficient columns, and what it may ask for when it decides.
#pragma once

#include <array>

#include "coefficients.hpp"

namespace goodhart {

/// One Person serves many, one after another.
struct Person final : Outlook {
  Person(const Now& run, const Sheet& laid, Desk& place) : now(run), sheet(laid), row(laid.coefficients), desk(place) {}

  const Now now;
  const Sheet& sheet;
  const Coefficients& row;
  Desk& desk;
  Supposed supposed;
  std::size_t i = 0, at = 0, q = 0;  ///< number of the employee, place in the strip, place among those picked
  PerActivity efforts{};
  double care = 0;     ///< intrinsic motivation after crowding out
  PerActivity hope{};  ///< what a unit promises through the access that it may bring
  std::array<Charge, kMostCharges> charges;
  std::array<int, kMostCharges> charged_for;  ///< by charge: the activity whose setup it is, or -1 for the fine
  std::uint32_t pays = 0;                     ///< of the charges, by the decision at hand
  bool suspected = false;                     ///< is the last curve of the decision what suspicion takes of a fine?
  // Where decisions are put together.
  Decision problem, alone;
  std::array<double, std::size_t{kMostActivities} * kMostActivities> interaction;
  std::array<double, kMostComponents> rival_means;

  /// Turns to one of those picked.
  void take(std::size_t place);

  double due_time() const { return sheet.due_time[at]; }
  double due_value() const { return sheet.due_value[at]; }
  double due_reading(std::size_t metric) const { return sheet.due_readings ? sheet.due_reading[metric][at] : 0.0; }

  /// What x units of an activity give the team mates, as far as they are worth anything to them.
  double given(std::size_t activity, double x) const {
    const double *value = sheet.given_value[activity], *bend = sheet.given_bend[activity];
    return (value ? value[at] : 0.0) * x - (bend ? bend[at] : 0.0) * (0.5 * x * x);
  }

  int incentives() const override;
  Decision& facing(int incentive) override;
  double draw(OwnPurpose purpose, std::uint32_t index) const override;
  std::optional<PeerView> meet(double u) const override;
};

}  // namespace goodhart
