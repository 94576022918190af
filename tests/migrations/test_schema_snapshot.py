from __future__ import annotations

from tests.fixtures.names import about_default_names
from wa_webhook.dev.schema_snapshot import FILE_NAME, take_snapshot
from wa_webhook.migrate import find_db_folder


@about_default_names("the committed snapshot has the default names")
def test_the_committed_snapshot_is_what_the_files_make() -> None:
    folder = find_db_folder()
    assert (folder / FILE_NAME).read_text() == take_snapshot(folder), "run `make schema`"
