"""Installs goodhart into an empty folder, and builds and runs a program of somebody else's against what is there."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

BUILD = pathlib.Path(os.environ["GOODHART_BUILD_DIR"])

# C++ alone: what the package needs of C, it has to see to itself.
PROJECT = """\
cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES CXX)
find_package(goodhart 0.1 REQUIRED)
add_executable(consumer consumer.cpp)
target_link_libraries(consumer PRIVATE goodhart::goodhart)
"""

PROGRAM = """\
#include <goodhart/core/errors.hpp>

int main() {
  const goodhart::Diagnostic diagnostic{.place = {.source = "x.yaml", .line = 1, .column = 1}, .message = "no"};
  return goodhart::UserError({diagnostic}).diagnostics().size() == 1 ? 0 : 1;
}
"""


def cached(name):
    """A setting of the build under test."""
    return re.search(rf"^{name}:\w+=(.*)$", (BUILD / "CMakeCache.txt").read_text(), re.MULTILINE).group(1)


def run(*command):
    """Runs a command and returns what it said; what it said stands in the error too."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


class Installation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="goodhart install ")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.prefix = pathlib.Path(cls.folder.name) / "prefix"
        run("cmake", "--install", BUILD, "--prefix", cls.prefix)

    def test_everything_is_where_it_belongs(self):
        source = pathlib.Path(os.environ["GOODHART_SOURCE_DIR"])
        headers = {f"include/{path.relative_to(source / 'include')}" for path in (source / "include").rglob("*.hpp")}
        libraries, kind = ("engine", "io", "report"), cached("CMAKE_BUILD_TYPE").lower()
        package = {"config", "config-version"}
        package |= {f"{name}-targets{end}" for name in libraries for end in ("", f"-{kind}")}
        expected = headers | {f"lib/cmake/goodhart/goodhart-{name}.cmake" for name in package}
        expected |= {"bin/goodhart"} | {f"lib/libgoodhart-{name}.a" for name in libraries}
        expected |= {f"share/goodhart/scenarios/{path.name}" for path in (source / "scenarios").iterdir()}
        found = {str(path.relative_to(self.prefix)) for path in self.prefix.rglob("*") if path.is_file()}
        # The Python package and the lab, where this build has them. What the program writes of itself, where help2man is: a
        # page for each command; and what Debian wants in a package.
        found = {name for name in found if not name.startswith("lib/python3/") and name != "share/goodhart/lab.html"}
        written = {name for name in found if re.match(r"share/(man/man1|doc|bash-completion|zsh|fish)/", name)}
        self.assertEqual(found - written, expected)
        pages = {name for name in written if name.startswith("share/man/")}
        commands = re.findall(r"^  ([a-z]+) {2,}", run(self.prefix / "bin/goodhart", "--help"), re.MULTILINE)
        if pages:
            self.assertEqual(pages, {"share/man/man1/goodhart.1.gz"} | {f"share/man/man1/goodhart-{name}.1.gz" for name in commands})

    def test_the_installed_program_runs(self):
        self.assertIn("goodhart", run(self.prefix / "bin/goodhart", "--help"))

    def test_a_consumer_builds_and_runs(self):
        project, build = pathlib.Path(self.folder.name) / "consumer", pathlib.Path(self.folder.name) / "build"
        project.mkdir()
        (project / "CMakeLists.txt").write_text(PROJECT)
        (project / "consumer.cpp").write_text(PROGRAM)
        same = [f"-D{name}={cached(name)}" for name in ("CMAKE_BUILD_TYPE", "CMAKE_CXX_COMPILER", "CMAKE_CXX_FLAGS")]
        run("cmake", "-S", project, "-B", build, "-G", cached("CMAKE_GENERATOR"), f"-DCMAKE_PREFIX_PATH={self.prefix}", *same)
        run("cmake", "--build", build)
        run(build / "consumer")


if __name__ == "__main__":
    unittest.main()
