"""The picture in ARCHITECTURE.md is what the code's includes say, and the files that the page names exist."""

import os
import pathlib
import shutil
import subprocess
import tempfile

SOURCE = pathlib.Path(os.environ["GOODHART_SOURCE_DIR"])


def check(root):
    """What the script says of a source tree, and how it ends."""
    done = subprocess.run([root / "scripts/architecture.py", "--check"], stdout=subprocess.PIPE, text=True)
    return done.returncode, done.stdout


status, said = check(SOURCE)
assert status == 0, said

# The test can fail: an arrow that is not drawn, and a file that is not there.
with tempfile.TemporaryDirectory() as scratch:
    copy = pathlib.Path(scratch)
    for part in ("include", "src", "scripts", "tests/law"):
        shutil.copytree(SOURCE / part, copy / part)
    for name in ("CMakeLists.txt", "ARCHITECTURE.md"):
        shutil.copy(SOURCE / name, copy / name)
    page = copy / "ARCHITECTURE.md"
    page.write_text(page.read_text().replace("  app --> io\n", "").replace("`io/yaml.cpp`", "`io/toml.cpp`"))
    status, said = check(copy)
    assert status == 1, said
    assert "names io/toml.cpp, which does not exist" in said and "write it anew with scripts/architecture.py" in said, said
