"""docs/python.md: what it shows is what comes out."""

import doctest
import pathlib
import re

PAGE = pathlib.Path(__file__).resolve().parents[3] / "docs/python.md"
BLOCK = re.compile(r"^```pycon\n(.*?)^```$", re.M | re.S)


def test_page_shows_what_comes_out():
    text = PAGE.read_text()
    # One session: what stands between the blocks is blanked, so that lines keep their numbers.
    session, end = [], 0
    for block in BLOCK.finditer(text):
        session += ["\n" * text.count("\n", end, block.start(1)), block[1]]
        end = block.end(1)
    assert len(session) > 6
    test = doctest.DocTestParser().get_doctest("".join(session), {}, PAGE.name, str(PAGE), 0)
    told = []
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    doctest.DocTestRunner(optionflags=flags).run(test, out=told.append)
    assert not told, "".join(told)
