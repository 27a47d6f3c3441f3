/// Work done in a process of its own, where a crash, an endless loop or a hunger for memory ends that process alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string_view>

namespace goodhart {

/// What the child says: a kind, and bytes whose meaning depends on it.
using Message = std::function<void(char kind, std::string_view bytes)>;

/// The longest message, in bytes; the parent takes a longer one for a sign of a crash.
constexpr std::size_t kLongestMessage = 8'000'001;

/// How a child ended that has not done its work.
class ChildFailure : public std::runtime_error {
 public:
  /// Whether the work, or what it was done on, is to blame; else it is the machine.
  bool by_the_work;
  ChildFailure(const char* what, bool work) : std::runtime_error(what), by_the_work(work) {}
};

/// What the child may use of the machine.
struct Allowance {
  std::uint64_t memory;  ///< bytes of address space, beyond what this process has now
  double seconds;        ///< of processor time, until the child asks for more by `allow_more_time`
};

/// Calls `work` in a child process and `take` in this one, with each message in the order in which it was sent. Returns
/// true when all has been done, and false when `keep_going`, which is asked after each signal, has said no.
///
/// The child is a copy of this process with one thread; there should be no others here that hold locks. It has no
/// standard streams, leaves no core, and dies with its parent. A crash of it, something that `work` throws, and too
/// little time are a ChildFailure here, with a phrase to put after "is damaged: ". What `take` throws is passed on.
/// Whatever happens, the child is gone afterwards. Silence of a minute counts as failure, too.
bool in_child(const Allowance& allowance, const std::function<void(const Message&)>& work, const Message& take,
              const std::function<bool()>& keep_going);

/// For the child: from now on, no file can be opened.
void open_no_more_files();

/// For the child: allows so much more processor time.
void allow_more_time(double seconds);

}  // namespace goodhart
