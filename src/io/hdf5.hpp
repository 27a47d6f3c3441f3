/// HDF5's C handles as values that close themselves, and its error stack as one readable phrase.
#pragma once

#include <hdf5.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace goodhart::hdf5 {

/// What HDF5 refused, as a phrase to put after "cannot write: ". Whoever knows the file's name catches it.
class Failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Keeps HDF5 from printing its error stack. The setting belongs to a thread: call it on entering from outside.
inline void silence() {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

/// The innermost entry of the error stack of this thread, which is nearest to the cause.
inline std::string last_error() {
  std::string phrase;
  const auto take_first = [](unsigned, const H5E_error2_t* entry, void* into) -> herr_t {
    auto& text = *static_cast<std::string*>(into);
    if (text.empty() && entry->desc != nullptr) text = entry->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_first, &phrase);
  return phrase.empty() ? "HDF5 gave no reason" : phrase;
}

/// Passes on what an HDF5 function returned; throws Failure if that is negative, HDF5's sign of an error.
template <typename Result>
Result checked(Result result) {
  if (result < 0) throw Failure(last_error());
  return result;
}

/// Owns one HDF5 identifier, of whatever kind. Empty after a move and by default.
class Handle {
 public:
  Handle() = default;
  explicit Handle(hid_t id) : id_(checked(id)) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~Handle() {
    if (*this) H5Idec_ref(id_);
  }

  /// Closes it now; throws Failure where that fails. The destructor does not tell.
  void close() { checked(H5Idec_ref(std::exchange(id_, H5I_INVALID_HID))); }

  hid_t id() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }

 private:
  hid_t id_ = H5I_INVALID_HID;
};

}  // namespace goodhart::hdf5
