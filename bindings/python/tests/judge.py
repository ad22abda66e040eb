"""judge.py PART - run the judges one after the other and add up what they say."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv

import pythons
import suite

TESTS = pathlib.Path(__file__).resolve().parent
ROOT = TESTS.parents[2]
BUILD = ROOT / "build"
# PyJWT's own settings: every warning is an error but this one.
SUITE_OPTIONS = ["-p", "no:cacheprovider", "-W", "error",
                 "-W", "ignore::jwt.warnings.InsecureKeyLengthWarning", "-q", "-rfEs"]
# What the suite of tests/callers.txt wants, less PyJWT, which is not there but for ours.
CALLER_NEEDS = ["cryptography==50.0.2", "Flask==3.1.3", "pytest==8.4.2", "python-dateutil==4.0.0"]
COUNTS = re.compile(r"(\d+) (passed|failed|skipped|errors?|xfailed|xpassed|deselected)\b")


class Judge:
    """Sums, and the environment that the judged run in."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1",
                            "PYTHONPATH": str(BUILD / "python"), "LC_ALL": "C.UTF-8",
                            "HYPOTHESIS_STORAGE_DIRECTORY": str(BUILD / "hypothesis")}

    def run(self, command, path=(), cwd=ROOT, **environment):
        """The output of a command, with path in front of the package."""
        where = os.pathsep.join([*map(str, path), self.environment["PYTHONPATH"]])
        result = subprocess.run(
            [str(part) for part in command], cwd=cwd, stdin=subprocess.DEVNULL, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            env={**self.environment, **environment, "PYTHONPATH": where})
        return result.returncode, result.stdout

    def add(self, name, status, output, passed, failed, skipped=0):
        """One judge's verdict; a bad status is a failure whatever was counted."""
        if status and not failed:
            failed = 1
        self.passed += passed
        self.failed += failed
        self.skipped += skipped
        print(f"note: {name}: {passed} passed, {failed} failed, {skipped} skipped", flush=True)
        if failed:
            print(output)

    def pytest(self, name, arguments, path=(), judge=None, python=sys.executable, **environment):
        """judge: of pytest's counts, one line for each that is not as it must be."""
        status, output = self.run([python, "-m", "pytest", *arguments], path, **environment)
        last = output.rstrip().rsplit("\n", 1)[-1]
        counts = {word: int(number) for number, word in COUNTS.findall(last)}
        failed = sum(counts.get(word, 0) for word in ("failed", "error", "errors"))
        skipped = sum(counts.get(word, 0) for word in ("skipped", "xfailed", "xpassed", "deselected"))
        told = judge(counts) if judge and not status else []
        self.add(name, status, output + "".join(line + "\n" for line in told),
                 counts.get("passed", 0), failed + len(told), skipped)

    def compare(self, count):
        seed = [os.environ["LANYARD_SEED"]] if "LANYARD_SEED" in os.environ else []
        status, output = self.run([sys.executable, TESTS / "diff/run.py", count, *seed])
        counts = re.search(r"(\d+) passed, (\d+) failed$", output.rstrip())
        for line in output.splitlines():
            if line.startswith("note: "):
                print(line)
        self.add("calls compared with PyJWT", status, output,
                 int(counts[1]) if counts else 0, int(counts[2]) if counts else 1)

    def suite(self, name="PyJWT's suite", place=None, **environment):
        """PyJWT's suite, unmodified, on the drop-in."""
        report = BUILD / "pyjwt/report.xml"
        report.unlink(missing_ok=True)
        self.pytest(name,
                    [*SUITE_OPTIONS, "-p", "is_ours", "--rootdir", BUILD / "pyjwt", "-c",
                     os.devnull, f"--junitxml={report}", BUILD / "pyjwt/tests"],
                    [*([place] if place else []), BUILD / "python-jwt", TESTS / "plugins"],
                    lambda counts: suite.troubles(report.read_text(), suite.TABLE.read_text(),
                                                  counts), **environment)

    def own(self, level, name="our own", place=None, **environment):
        self.pytest(f"{name} ({level})",
                    ["-p", "no:cacheprovider", "-p", "is_ours", "-q", "-c",
                     TESTS.parent / "pyproject.toml", TESTS],
                    [*([place] if place else []), BUILD / "python-jwt", TESTS / "plugins"],
                    LANYARD_LEVEL=level, **environment)

    def caller(self):
        """The suite of an application that was written for PyJWT, unmodified, on the drop-in."""
        place, pip = BUILD / "python-caller", BUILD / "python-caller/bin/pip"
        shutil.rmtree(place, ignore_errors=True)
        venv.create(place, with_pip=True, symlinks=True)
        for step in (["install", *CALLER_NEEDS],
                     ["download", "--no-deps", "--no-binary", ":all:", "--require-hashes", "-d", place,
                      "-r", TESTS / "callers.txt"]):
            status, output = self.run([pip, *step, "--quiet", "--disable-pip-version-check"])
            if status:
                return self.add("a caller of PyJWT", status, output, 0, 1)
        archive, = place.glob("*.tar.gz")
        with tarfile.open(archive) as tar:
            tar.extractall(place, filter="data")
        sources = archive.with_suffix("").with_suffix("")
        self.pytest(f"the suite of {sources.name}", ["-q", "-p", "no:cacheprovider", sources / "tests"],
                    [BUILD / "python-jwt", sources], python=place / "bin/python")

    def newer(self):
        """Says when PyJWT has a newer release than the one that is pinned."""
        status, output = self.run([sys.executable, "-m", "pip", "index", "versions", "pyjwt"])
        pinned = re.match(r"pyjwt==(\S+)", (TESTS / "pyjwt.txt").read_text())[1]
        newest = re.search(r"^pyjwt \((\S+)\)", output, re.M)
        if status or not newest:
            print("note: whether PyJWT has a newer release could not be asked")
        elif newest[1] != pinned:
            print(f"note: PyJWT {newest[1]} is out; {pinned} is pinned in tests/pyjwt.txt")

    def pip(self):
        """What pip builds, of the checkout and of a source distribution, works without it."""
        made, package = BUILD / "pip-made", TESTS.parent
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
        status, output = self.run(
            [sys.executable, "-c", "import sys; from setuptools import build_meta as backend; "
             "backend.build_sdist(sys.argv[1])", made], cwd=package)
        sources = {"the checkout": package, "a source distribution": next(made.glob("lanyard-*.tar.gz"),
                                                                          made)}
        for name, what in sources.items():
            place = made / name.rsplit(" ", 1)[1]
            venv.create(place, with_pip=True, symlinks=True)
            steps = ([place / "bin/pip", "install", "--quiet", "--disable-pip-version-check", what,
                      package / "drop-in"],
                     [place / "bin/python", "-I", TESTS / "smoke.py"])
            for step in steps:
                if not status:
                    status, output = self.run(step, cwd=made)
            missing = [] if status else self.missing(place)
            self.add(f"pip install of {name}", status or bool(missing),
                     output + "".join(f"not installed: {path}\n" for path in missing),
                     int(not status and not missing), int(bool(status or missing)))

    @staticmethod
    def missing(place):
        """What build/python has, or a package must have, and pip did not install."""
        installed, = place.glob("lib/python3*/site-packages")
        found = {path.relative_to(installed).as_posix() for path in installed.rglob("*")}
        wanted = {path.relative_to(folder).as_posix() for folder in (BUILD / "python",
                                                                     BUILD / "python-jwt")
                  for path in folder.rglob("*") if "__pycache__" not in path.parts}
        licenses = [path for path in found if re.match(r"lanyard-.*/licenses/LICENSE$", path)]
        return sorted(wanted - found) + ([] if licenses else ["LICENSE"])

    def every_python(self):
        """The one build, then what pip builds, on each CPython at hand."""
        tested = []
        for python in pythons.find(self.run):
            if python.is_free_threaded:
                # An abi3 build does not load there, and none of another kind is promised.
                self.skipped += 1
                print(f"note: {python.name}: skipped, free-threading is not declared")
                continue
            status, output = self.run([python.path, "-W", "error", TESTS / "smoke.py"],
                                      [BUILD / "python-jwt"])
            self.add(f"the one build on {python.name}", status, output, int(not status),
                     int(bool(status)))
            if python.has_headers:
                self.one_python(python)
                tested.append(python.version)
            else:
                self.skipped += 1
                print(f"note: {python.name}: skipped but for that, it has no headers")
        print("note: compiled, and run under our own tests and PyJWT's suite, on CPython "
              + ", ".join(tested))

    def one_python(self, python):
        """Our own tests and PyJWT's suite on what that interpreter compiled."""
        place, package = BUILD / "pythons" / python.version, TESTS.parent
        shutil.rmtree(place, ignore_errors=True)
        pip = [place / "bin/python", "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
        # PyJWT itself is there to be compared with: ours, in a folder of its own, is found first.
        for step in ([python.path, "-m", "venv", place],
                     [*pip, "-r", TESTS / "requirements.txt"],
                     [*pip, "--no-deps", *(BUILD / "pyjwt").glob("pyjwt-*.tar.gz")],
                     [*pip, "--no-deps", "--target", place / "ours", package, package / "drop-in"]):
            status, output = self.run(step)
            if status:
                return self.add(f"{python.name}: {step[-1]}", status, output, 0, 1)
        for judge, name in ((self.own, ("check", f"our own on {python.name}")),
                            (self.suite, (f"PyJWT's suite on {python.name}",))):
            judge(*name, place=place / "ours", python=place / "bin/python",
                  LANYARD_PACKAGE=str(place / "ours"))


def asan_environment():
    """The extension of build/asan, and what must be loaded before Python for it."""
    folder = BUILD / "python-asan"
    subprocess.run([TESTS.parent / "link", "build/asan", "build/python-asan",
                    "build/python-asan-jwt"], check=True)
    compiler = sysconfig.get_config_var("CC") or "cc"
    libraries = [subprocess.run([compiler.split()[0], f"-print-file-name={name}"],
                                stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
                 for name in ("libasan.so", "libubsan.so")]
    return {"PYTHONPATH": str(folder), "LD_PRELOAD": " ".join(libraries),
            "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1",
            "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1", "PYTHONMALLOC": "malloc"}


def main():
    judge, part = Judge(), sys.argv[1]
    if part == "asan":
        judge.environment.update(asan_environment())
        judge.own("asan")
        judge.suite()
    else:
        judge.own("all" if part == "all" else "check")
        judge.suite()
        judge.compare(100000 if part == "all" else 2000)
    if part == "all":
        judge.every_python()
        judge.pip()
        judge.caller()
        judge.newer()
    total = f"{judge.passed} passed, {judge.failed} failed"
    print(total + (f", {judge.skipped} skipped" if judge.skipped else ""))
    return 1 if judge.failed else 0


if __name__ == "__main__":
    sys.exit(main())
