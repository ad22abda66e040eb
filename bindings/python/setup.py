"""Builds lanyard._core with the engine's sources in it; libcrypto is linked.

The sources stand two folders up in a checkout, and in engine/ in a source distribution.
"""

import pathlib
import re
import shutil

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext
from setuptools.command.sdist import sdist

HERE = pathlib.Path(__file__).resolve().parent
ENGINE = HERE / "engine" if (HERE / "engine").is_dir() else HERE.parent.parent

LICENSE = (HERE if ENGINE.is_relative_to(HERE) else ENGINE) / "LICENSE"


def families():
    """The line of the registry for each family of algorithms, as src/meson.build writes it."""
    listing = (ENGINE / "src/alg/meson.build").read_text()
    names = re.findall(r"'(\w+)'", re.search(r"families = \[(.*?)\]", listing, re.S)[1])
    template = (ENGINE / "src/families.inc.in").read_text()
    return template.replace("@FAMILIES@", "\n".join(f"FAMILY({name})" for name in names))


class BuildExt(build_ext):
    """Compiles the engine from a copy, so that no object file lands among its sources."""

    def build_extension(self, ext):
        made = pathlib.Path(self.build_temp) / "engine"
        shutil.rmtree(made, ignore_errors=True)
        for folder in ("src", "include"):
            shutil.copytree(ENGINE / folder, made / folder)
        (made / "src/families.inc").write_text(families())
        ext.sources += sorted(str(path) for path in (made / "src").glob("*/*.c"))
        ext.include_dirs += [str(made / "include"), str(made / "src")]
        super().build_extension(ext)


class Wheel(bdist_wheel):
    """Takes the license along, which lies beside the engine."""

    def write_wheelfile(self, wheelfile_base, *args, **kwargs):
        super().write_wheelfile(wheelfile_base, *args, **kwargs)
        place = pathlib.Path(wheelfile_base) / "licenses"
        place.mkdir(exist_ok=True)
        shutil.copy(LICENSE, place)


class Sdist(sdist):
    """Takes the engine along."""

    def make_release_tree(self, base_dir, files):
        super().make_release_tree(base_dir, files)
        for folder in ("src", "include"):
            shutil.copytree(ENGINE / folder, pathlib.Path(base_dir) / "engine" / folder,
                            dirs_exist_ok=True)
        shutil.copy(LICENSE, base_dir)


setup(
    ext_modules=[
        Extension(
            "lanyard._core",
            sources=sorted(f"core/{path.name}" for path in (HERE / "core").glob("*.c")),
            include_dirs=["core"],
            define_macros=[("_DEFAULT_SOURCE", None), ("NDEBUG", None)],
            extra_compile_args=["-std=c17", "-O2", "-fvisibility=hidden", "-fno-common",
                                "-fstack-protector-strong"],
            extra_link_args=["-Wl,-z,relro", "-Wl,-z,now"],
            libraries=["crypto"],
            py_limited_api=True,
        )
    ],
    cmdclass={"bdist_wheel": Wheel, "build_ext": BuildExt, "sdist": Sdist},
    # In a checkout what is compiled lies where make clean removes it.
    options={
        "bdist_wheel": {"py_limited_api": "cp311"},
        "build": {"build_base": "build" if ENGINE.is_relative_to(HERE) else "../../build/pip"},
    },
)
