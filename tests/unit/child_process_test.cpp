/// Work in a process of its own: what it says arrives, and whatever becomes of it, this process goes on and knows why.
#include "io/child_process.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace goodhart;

constexpr Allowance kPlenty{std::uint64_t{1} << 30U, 20};
const Message kNobody = [](char, std::string_view) {};
const std::function<bool()> kGoOn = [] { return true; };

/// How a child ends that does this.
std::string ending(const std::function<void(const Message&)>& work, const Allowance& allowance = kPlenty) {
  try {
    return in_child(allowance, work, kNobody, kGoOn) ? "done" : "stopped";
  } catch (const ChildFailure& failure) {
    return (failure.by_the_work ? "work: " : "machine: ") + std::string(failure.what());
  }
}

bool has_children() {
  return ::waitpid(-1, nullptr, WNOHANG) >= 0 || errno != ECHILD;
}

}  // namespace

TEST_CASE("messages of a child arrive whole and in order") {
  std::vector<std::string> told;
  const std::string large(3'000'000, 'x');
  const auto work = [&](const Message& tell) {
    tell('a', "one");
    tell('b', "");
    tell('c', large);
    for (int i = 0; i < 1000; ++i) tell('d', std::to_string(i));
  };
  CHECK(in_child(
      kPlenty, work, [&](char kind, std::string_view bytes) { told.push_back(kind + std::string(bytes)); }, kGoOn));
  REQUIRE(told.size() == 1003);
  CHECK(told[0] == "aone");
  CHECK(told[1] == "b");
  CHECK(told[2] == "c" + large);
  CHECK(told[1002] == "d999");
  CHECK(!has_children());
}

TEST_CASE("a child that crashes, loops, throws or leaves is a failure of its work") {
  const std::string crashed = "work: what is in it crashed the process that reads it";
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE}) {
    CHECK(ending([&](const Message&) { std::raise(signal); }) == crashed);
  }
  CHECK(ending([](const Message&) { throw std::runtime_error("trouble"); }) == crashed);
  CHECK(ending([](const Message&) { std::_Exit(0); }) == crashed);
  CHECK(ending([](const Message& tell) { tell('a', std::string(kLongestMessage + 1, 'x')); }) ==
        "work: what is in it upset the process that reads it");
  CHECK(ending(
            [](const Message&) {
              const volatile bool on = true;
              while (on) {
              }
            },
            {kPlenty.memory, 1}) == "work: reading it takes longer than a sound file of its size does");
  CHECK(ending([](const Message&) { std::raise(SIGKILL); }) ==
        "machine: the process that reads it was killed; perhaps there is too little memory");
  CHECK(!has_children());
}

TEST_CASE("a child that may open no more files opens none") {
  CHECK(ending([](const Message&) {
          open_no_more_files();
          if (std::fopen("/dev/null", "r") != nullptr) std::raise(SIGSEGV);
        }) == "done");
}

TEST_CASE("what is thrown on hearing a message ends the child, too") {
  const auto endless = [](const Message& tell) {
    for (;;) tell('a', "again");
  };
  CHECK_THROWS_AS(in_child(
                      kPlenty, endless, [](char, std::string_view) { throw std::out_of_range("enough"); }, kGoOn),
                  std::out_of_range);
  CHECK(!has_children());
}

TEST_CASE("a child is given up where a signal says that nobody wants to go on") {
  struct sigaction heard {};
  struct sigaction before {};
  heard.sa_handler = [](int) {};
  REQUIRE(::sigaction(SIGUSR1, &heard, &before) == 0);
  const auto work = [](const Message&) {
    for (;;) {
      ::kill(::getppid(), SIGUSR1);
      ::usleep(50'000);
    }
  };
  CHECK(!in_child(kPlenty, work, kNobody, [] { return false; }));
  CHECK(!has_children());
  ::sigaction(SIGUSR1, &before, nullptr);
}
