"""Packs what was built as Debian packages, unpacks them into a folder and runs the program from there."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

BUILD = pathlib.Path(os.environ["GOODHART_BUILD_DIR"])


def run(*command, folder, status=0):
    """Runs a command and returns what it said."""
    done = subprocess.run([str(word) for word in command], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == status, f"{command} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


if not all(map(shutil.which, ("dpkg", "dpkg-deb", "dpkg-shlibdeps", "cpack"))):
    print("left out: there is no dpkg here")
    sys.exit(0)

with tempfile.TemporaryDirectory(prefix="goodhart-package-") as scratch:
    scratch = pathlib.Path(scratch)
    run("cpack", "--config", BUILD / "CPackConfig.cmake", "-B", scratch / "packages", folder=scratch)
    packages = {path.name.split("_")[0]: path for path in (scratch / "packages").glob("*.deb")}
    assert packages.keys() == {"goodhart", "libgoodhart-dev"}, packages

    depends = run("dpkg-deb", "--field", packages["goodhart"], "Depends", folder=scratch)
    for library in ("libc6", "libhdf5", "libmuparser", "libyaml-cpp"):
        assert library in depends, depends

    unpacked = scratch / "unpacked"
    run("dpkg", "-x", packages["goodhart"], unpacked, folder=scratch)
    program = unpacked / "usr/bin/goodhart"
    # A scenario of the catalogue by its name; the results are here.
    here = scratch / "here"
    here.mkdir()
    said = run(program, "run", "first-file", "--replicates", 2, "--steps", 3, "--quiet", folder=here)
    assert said.startswith("Everybody must use the assistant\n"), said
    assert [path.name for path in (here / "results").iterdir()] == ["first-file.h5"]
    # A file here comes before the catalogue.
    (here / "first-file").write_text("no scenario\n")
    assert "first-file:1:1: error" in run(program, "check", "first-file", folder=here, status=2)
    assert "cannot read no-such-scenario" in run(program, "check", "no-such-scenario", folder=here, status=1)

    run("dpkg", "-x", packages["libgoodhart-dev"], scratch / "library", folder=scratch)
    archives = {path.name for path in (scratch / "library").rglob("*.a")}
    assert archives == {f"libgoodhart-{name}.a" for name in ("engine", "io", "report")}, archives
