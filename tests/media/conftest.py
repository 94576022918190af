"""An object store that speaks S3, and a bucket in it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
import obstore
import pytest
from obstore.store import S3Store as Bucket

from handler.process.listening import bind
from tests import payloads
from tests.media.gallery import FLOW, TOKEN, Gallery
from wa_webhook.dev.server import LocalServer
from wa_webhook.media.folder import FolderStore
from wa_webhook.media.s3 import S3Store
from wa_webhook.meta_stand_in import GraphStandIn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect

SWIFT = str(Path(__file__).parents[2] / ".venv" / "swift" / "bin" / "swift-proxy-server")


@dataclass(frozen=True)
class ObjectStorage:
    """Where S3 is spoken, and to whom."""

    endpoint: str
    access_key_id: str = "test:tester"
    secret_access_key: str = "testing"  # noqa: S105

    def make_bucket(self) -> str:
        """Return the name of a new bucket."""
        name = f"media-{uuid4().hex[:8]}"
        bucket = Bucket(
            name,
            endpoint=self.endpoint,
            access_key_id=self.access_key_id,
            secret_access_key=self.secret_access_key,
            region="us-east-1",
            virtual_hosted_style_request=False,
        )
        httpx.put(obstore.sign(bucket, "PUT", "", timedelta(minutes=1))).raise_for_status()
        return name

    def open(self, bucket: str, **changed: str) -> S3Store:
        """Return a store in a bucket."""
        known = {
            "endpoint": self.endpoint,
            "access_key_id": self.access_key_id,
            "secret_access_key": self.secret_access_key,
        }
        return S3Store(bucket, **(known | changed))


@pytest.fixture(scope="session")
def object_storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStorage]:
    """Run OpenStack Swift until the tests end."""
    folder = tmp_path_factory.mktemp("swift")
    server = Path(__file__).with_name("swift_server.py")
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [Path(SWIFT).with_name("python"), "-W", "ignore", server, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        assert port, (folder / "log").read_text()
        yield ObjectStorage(f"http://127.0.0.1:{port}")
        process.kill()


@pytest.fixture
async def gallery(
    connection: Connection[DictRow], edge: Connection[DictRow], connect: Connect, tmp_path: Path
) -> AsyncIterator[Gallery]:
    """Users, a stand-in for Meta, and a store in a folder."""
    connection.execute(FLOW.encode())
    graph = GraphStandIn(token=TOKEN, app_secret=TOKEN, phone_number_ids={payloads.PHONE_NUMBER_ID})
    async with LocalServer(graph.app, bind("127.0.0.1", 0, "Graph API stand-in", "")) as server:
        store = FolderStore(tmp_path / "media")
        made = Gallery(connection, edge, connect("wa_worker_role"), graph, server.url, store)
        yield made
        await made.client.close()
