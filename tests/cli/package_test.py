"""Packs what was built as Debian packages, unpacks them into a folder and runs the program, and Python, from there."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

BUILD = pathlib.Path(os.environ["GOODHART_BUILD_DIR"])


def run(*command, folder, status=0, **variables):
    """Runs a command, with some variables of the environment, and returns what it said."""
    done = subprocess.run([str(word) for word in command], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, **variables})
    assert done.returncode == status, f"{command} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


if not all(map(shutil.which, ("dpkg", "dpkg-deb", "dpkg-shlibdeps", "cpack"))):
    print("left out: there is no dpkg here")
    sys.exit(0)

with tempfile.TemporaryDirectory(prefix="goodhart-package-") as scratch:
    scratch = pathlib.Path(scratch)
    cache = (BUILD / "CMakeCache.txt").read_text()
    has_python = "GOODHART_PYTHON_PACKAGE:BOOL=ON" in cache
    has_documents = shutil.which("help2man") and "GOODHART_HELP2MAN:FILEPATH=/" in cache
    if has_documents:
        run("cmake", "--build", BUILD, "--target", "documents", folder=scratch)
    for place in ("packages", "again"):
        run("cpack", "--config", BUILD / "CPackConfig.cmake", "-B", scratch / place, folder=scratch, SOURCE_DATE_EPOCH="1700000000")
    packages = {path.name.split("_")[0]: path for path in (scratch / "packages").glob("*.deb")}
    assert packages.keys() == {"goodhart", "libgoodhart-dev"} | ({"python3-goodhart"} if has_python else set()), packages
    for package in packages.values():
        assert package.read_bytes() == (scratch / "again" / package.name).read_bytes(), f"{package.name} has other bytes each time"
    if shutil.which("lintian"):
        said = run("lintian", "--tag-display-limit", "0", "--fail-on", "error", *packages.values(), folder=scratch)
        assert "\nE:" not in "\n" + said, said

    depends = run("dpkg-deb", "--field", packages["goodhart"], "Depends", folder=scratch)
    for library in ("libc6", "libhdf5", "libmuparser", "libnlopt", "libyaml-cpp"):
        assert library in depends, depends

    unpacked = scratch / "unpacked"
    run("dpkg", "-x", packages["goodhart"], unpacked, folder=scratch)
    program = unpacked / "usr/bin/goodhart"
    if has_documents:
        pages = {path.name for path in (unpacked / "usr/share/man/man1").iterdir()}
        assert {"goodhart.1.gz", "goodhart-run.1.gz", "goodhart-completion.1.gz"} <= pages, pages
        for name in ("bash-completion/completions/goodhart", "zsh/vendor-completions/_goodhart",
                     "fish/vendor_completions.d/goodhart.fish"):
            assert "goodhart" in (unpacked / "usr/share" / name).read_text()
    # A scenario of the catalogue by its name; the results are here.
    here = scratch / "here"
    here.mkdir()
    said = run(program, "run", "first-file", "--replicates", 2, "--steps", 3, "--quiet", folder=here)
    assert said.startswith("Everybody must use the assistant\n"), said
    assert [path.name for path in (here / "results").iterdir()] == ["first-file+replicates=2+steps=3.h5"]
    # A file here comes before the catalogue.
    (here / "first-file").write_text("no scenario\n")
    assert "first-file:1:1: error" in run(program, "check", "first-file", folder=here, status=2)
    assert "cannot read no-such-scenario" in run(program, "check", "no-such-scenario", folder=here, status=1)

    run("dpkg", "-x", packages["libgoodhart-dev"], scratch / "library", folder=scratch)
    archives = {path.name for path in (scratch / "library").rglob("*.a")}
    assert archives == {f"libgoodhart-{name}.a" for name in ("engine", "io", "report")}, archives

    if has_python:
        run("dpkg", "-x", packages["python3-goodhart"], scratch / "python", folder=scratch)
        modules = scratch / "python/usr/lib/python3/dist-packages"
        code = "import goodhart, sys; print(goodhart.__file__, goodhart.results(sys.argv[1], replicates=2, steps=3).digest)"
        said = run(sys.executable, "-c", code, unpacked / "usr/share/goodhart/scenarios/first-file.yaml", folder=here,
                   PYTHONPATH=str(modules)).split()
        assert said[0].startswith(str(modules)), said
        digest = run("ncdump", "-h", here / "results/first-file+replicates=2+steps=3.h5", folder=here) if shutil.which("ncdump") else said[1]
        assert said[1] in digest, (said, digest)
