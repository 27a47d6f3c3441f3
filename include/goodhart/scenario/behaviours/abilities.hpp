/// What a behaviour may state of itself, in its description. Whatever it does not state gets a default.
///
/// | stated as                  | means                                                                              |
/// |----------------------------|------------------------------------------------------------------------------------|
/// | `kOptimises = true`        | it always chooses the global maximiser of its decision: its source says nothing    |
/// | `kClosesGaming = true`     | it never does what counts as gaming, whatever that pays                            |
/// | `kResponds = false`        | what it does does not depend on what incentives promise                            |
/// | `kWatches = true`          | it looks at what peers did and got                                                 |
/// | `kRemembers = true`        | it keeps numbers of its own from step to step                                      |
/// | a field `farsighted`       | it may foresee ratchets                                                            |
/// | quantities among its fields| they are drawn for each employee: `Outlook::terms`, in the order of the fields     |
#pragma once

namespace goodhart {

template <class Kind>
concept Optimises = requires {
  requires Kind::kOptimises;
};
template <class Kind>
concept ClosesGaming = requires {
  requires Kind::kClosesGaming;
};
template <class Kind>
concept Unresponsive = requires {
  requires !Kind::kResponds;
};
template <class Kind>
concept Watches = requires {
  requires Kind::kWatches;
};
template <class Kind>
concept Remembers = requires {
  requires Kind::kRemembers;
};
template <class Kind>
concept MayForesee = requires(const Kind& kind) {
  kind.farsighted->discount;
};

/// What must go together, for the list of behaviours: one who optimises responds.
template <class Kind>
concept SoundBehaviour = !(Optimises<Kind> && Unresponsive<Kind>);

}  // namespace goodhart
