"""The types of lanyard.client and of what stands on a web framework."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import lanyard

PACKAGE = Path(lanyard.__file__).parent
# lanyard.jwt is checked by bindings/python/tests, where its optional packages are.
ARGUMENTS = ["--follow-imports=silent", "-p", "lanyard.client", "-p", "lanyard.flask",
             "-m", "lanyard.fastapi", "-m", "lanyard.starlette", "-m", "lanyard.django"]


@pytest.mark.everything
def test_types_hold(tmp_path):
    told = subprocess.run([sys.executable, "-m", "mypy", *ARGUMENTS], text=True, cwd=tmp_path,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, "MYPYPATH": str(PACKAGE.parent)}, check=False)
    assert told.returncode == 0, told.stdout
