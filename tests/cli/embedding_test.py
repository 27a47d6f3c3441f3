"""Installs the engine alone, and builds and runs the example of docs/embedding.md against it: the page must stay true."""

import os
import pathlib
import re
import subprocess
import tempfile

SOURCE = pathlib.Path(os.environ["GOODHART_SOURCE_DIR"])
BUILD = pathlib.Path(os.environ["GOODHART_BUILD_DIR"])
PAGE = (SOURCE / "docs/embedding.md").read_text()


def cached(name):
    """A setting of the build under test."""
    return re.search(rf"^{name}:\w+=(.*)$", (BUILD / "CMakeCache.txt").read_text(), re.MULTILINE).group(1)


def run(*command, status=0):
    """Runs a command and returns what it said."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == status, f"{command} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


with tempfile.TemporaryDirectory(prefix="goodhart embedding ") as scratch:
    scratch = pathlib.Path(scratch)
    prefix, project, build = scratch / "prefix", scratch / "project", scratch / "build"
    run("cmake", "--install", BUILD, "--component", "engine", "--prefix", prefix)
    assert [path.name for path in prefix.rglob("*.a")] == ["libgoodhart-engine.a"]
    headers = {path.name for path in (prefix / "include/goodhart").iterdir()}
    assert headers == {"core", "scenario", "model", "engine", "analysis", "study"}, headers

    project.mkdir()
    files = dict(re.findall(r"^`([\w/.]+)`\n\n```\w+\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
    assert files.keys() == {"CMakeLists.txt", "quota.cpp"}, files.keys()
    for name, text in files.items():
        (project / name).write_text(text)
    # The libraries of the other components are hidden: the engine's package must not even look for them.
    hidden = [f"-DCMAKE_DISABLE_FIND_PACKAGE_{name}=ON"
              for name in ("Eigen3", "HDF5", "OpenSSL", "fmt", "nlohmann_json", "yaml-cpp", "Boost")]
    settings = [f"-D{name}={cached(name)}" for name in ("CMAKE_BUILD_TYPE", "CMAKE_CXX_COMPILER", "CMAKE_CXX_FLAGS")]
    configure = ["cmake", "-S", project, "-B", build, "-G", cached("CMAKE_GENERATOR"), f"-DCMAKE_PREFIX_PATH={prefix}"]
    run(*configure, *hidden, *settings)
    said = run("cmake", "--build", build, "--verbose")
    link = [line for line in said.splitlines() if "libgoodhart-engine.a" in line]
    assert link and "muparser" in link[-1], said
    for library in ("hdf5", "yaml", "ssl", "crypto", "fmt", "libgoodhart-io", "libgoodhart-report"):
        assert library not in link[-1], f"{library} is linked: {link[-1]}"

    printed = run(build / "quota")
    shown = re.search(r"^It prints:\n\n```text\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL).group(1)
    # All that it says, and its numbers: the last digit is the processor's affair.
    numbers = [float(number) for number in re.findall(r"-?\d+\.\d+", printed)]
    expected = [float(number) for number in re.findall(r"-?\d+\.\d+", shown)]
    assert re.sub(r"-?\d+\.\d+", "#", printed) == re.sub(r"-?\d+\.\d+", "#", shown), printed
    assert all(abs(one - other) <= 2e-3 for one, other in zip(numbers, expected)), printed

    # A component that is not installed is missed in a sentence, not at the linker.
    (project / "CMakeLists.txt").write_text(files["CMakeLists.txt"].replace("COMPONENTS engine", "COMPONENTS engine io"))
    assert "io" in run(*configure, "--fresh", status=1)
