"""Builds goodhart with the kinds that docs/extending.md adds, and runs its scenario: the page must stay true."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

SOURCE = pathlib.Path(os.environ["GOODHART_SOURCE_DIR"])
BUILD = pathlib.Path(os.environ["GOODHART_BUILD_DIR"])


def cached(name):
    """A setting of the build under test."""
    return re.search(rf"^{name}:\w+=(.*)$", (BUILD / "CMakeCache.txt").read_text(), re.MULTILINE).group(1)


def run(*command):
    """Runs a command and returns what it said; what it said stands in the error too."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def apply(page, folder):
    """Writes the files of the page, and changes the lists as it says."""
    files = re.findall(r"^`([\w/.]+)`\n\n```\w+\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert len(files) == 5, [name for name, _ in files]
    for name, text in files:
        (folder / name).write_text(text)
    changes = re.findall(r"^```diff\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert len(changes) == 4
    lists = ["schemes.hpp", "schemes.hpp", "behaviours.hpp", "behaviours.hpp"]
    for name, change in zip(lists, changes):
        path = folder / "include/goodhart/scenario" / name
        lines = change.splitlines()
        before = "\n".join(line[1:] for line in lines if line[0] != "+")
        after = "\n".join(line[1:] for line in lines if line[0] != "-")
        text = path.read_text()
        assert text.count(before) == 1, f"{name} has no single place for\n{before}"
        path.write_text(text.replace(before, after))


with tempfile.TemporaryDirectory() as scratch:
    scratch = pathlib.Path(scratch)
    copy = scratch / "goodhart"
    copy.mkdir()
    for part in ("CMakeLists.txt", "src", "include", "scenarios"):
        origin = SOURCE / part
        shutil.copytree(origin, copy / part) if origin.is_dir() else shutil.copy(origin, copy / part)
    apply((SOURCE / "docs/extending.md").read_text(), copy)

    # Compiled as quickly as can be: what is asked is whether it is right, not whether it is fast.
    run("cmake", "-S", copy, "-B", scratch / "build", "-G", cached("CMAKE_GENERATOR"), "-DCMAKE_BUILD_TYPE=Debug",
        "-DCMAKE_CXX_FLAGS=-O0 -g0", "-DGOODHART_TESTS=OFF", "-DGOODHART_WARNINGS_AS_ERRORS=ON",
        f"-DCMAKE_CXX_COMPILER={cached('CMAKE_CXX_COMPILER')}")
    run("cmake", "--build", scratch / "build", "--target", "goodhart-program")
    program = scratch / "build/bin/goodhart"

    run(program, "check", copy / "band.yaml")
    said = json.loads(run(program, "run", copy / "band.yaml", "-o", scratch / "band.h5", "--quiet", "--json"))
    # A unit of work is worth 1 and takes a step: value is hours.
    hours = {policy["policy"]: policy["value"]["mean"] for policy in said["experiments"][0]["policies"]}
    assert abs(hours["alone"] - 1.075) < 1e-9, hours
    assert abs(hours["within"] - 0.9) < 1e-9, hours
    assert abs(hours["content"] - 0.9) < 1e-9, hours
    schema = run(program, "schema")
    assert '"band"' in schema and '"satisficing"' in schema
    broken = (copy / "band.yaml").read_text().replace("high: 0.9", "high: 0.7", 1)
    (copy / "broken.yaml").write_text(broken)
    done = subprocess.run([program, "check", copy / "broken.yaml"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 2 and "must not be below low, 0.8; got 0.7" in done.stdout, done.stdout
