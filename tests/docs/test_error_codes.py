"""docs/reference/errors.md lists the SQLSTATEs that routines raise, all of them and no others."""

import re

from tests.docs.code_blocks import PROJECT


def test_every_error_code_is_documented_once() -> None:
    sources = (PROJECT / "db").rglob("*.sql")
    raised = {
        code
        for source in sources
        for code in re.findall(r"errcode = '(WA\d{3})'", source.read_text())
    }
    listed = re.findall(
        r"^\| `(WA\d{3})` \|",
        (PROJECT / "docs" / "reference" / "errors.md").read_text(),
        re.MULTILINE,
    )
    assert listed == sorted(raised)
