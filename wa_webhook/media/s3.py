"""A store in a bucket of whatever speaks S3: Supabase Storage, AWS, MinIO, Ceph, Swift."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store as Bucket

from wa_webhook.media.store import MissingMediaError, StoreError, check_key

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST_LINK = timedelta(days=7)
"""S3 takes no longer one."""
_SECONDS_OF_A_REQUEST = 60
_SECONDS_OF_ALL_TRIES = 90


class S3Store:
    """Objects of `bucket`, beneath `prefix`.

    `endpoint` is a service's own, AWS's where it is None. Without `access_key_id` and
    `secret_access_key` the credentials are those that the machine has.
    """

    def __init__(
        self,
        bucket: str,
        *,
        prefix: str = "",
        endpoint: str | None = None,
        region: str = "us-east-1",
        access_key_id: str | None = None,
        secret_access_key: str | None = None,
    ) -> None:
        given = {
            "endpoint": endpoint,
            "access_key_id": access_key_id,
            "secret_access_key": secret_access_key,
        }
        self._bucket = Bucket(
            bucket,
            prefix=prefix or None,
            region=region,
            # Most services have a certificate for one name, and not for one of each bucket.
            virtual_hosted_style_request=endpoint is None,
            client_options={
                "allow_http": endpoint is not None and endpoint.startswith("http://"),
                "connect_timeout": "5s",
                "timeout": f"{_SECONDS_OF_A_REQUEST}s",
            },
            retry_config={
                "max_retries": 2,
                "retry_timeout": timedelta(seconds=_SECONDS_OF_ALL_TRIES),
            },
            **{name: value for name, value in given.items() if value is not None},  # type: ignore[arg-type]
        )

    async def put(self, key: str, content: bytes, mime_type: str) -> None:
        """Keep the content, with its type for whoever follows a link."""
        check_key(key)
        with _store_errors():
            await obstore.put_async(
                self._bucket,
                key,
                content,
                attributes={"Content-Type": mime_type},
                # In one request: an upload in parts that breaks off leaves parts behind.
                use_multipart=False,
            )

    async def get(self, key: str) -> bytes:
        """Return the content. Raises MissingMediaError."""
        check_key(key)
        with _store_errors():
            found = await obstore.get_async(self._bucket, key)
            return bytes(await found.bytes_async())

    async def size(self, key: str) -> int | None:
        """Return how many bytes there are under a key; None: there is nothing."""
        check_key(key)
        try:
            with _store_errors():
                return (await obstore.head_async(self._bucket, key))["size"]
        except MissingMediaError:
            return None

    async def delete(self, key: str) -> None:
        """Leave nothing under the key."""
        check_key(key)
        with _store_errors(), contextlib.suppress(FileNotFoundError):
            await obstore.delete_async(self._bucket, key)

    async def sign(self, key: str, lifetime: timedelta) -> str:
        """Return a URL that S3 answers for so long, seven days at most."""
        check_key(key)
        with _store_errors():
            return await obstore.sign_async(
                self._bucket, "GET", key, expires_in=min(lifetime, _LONGEST_LINK)
            )


@contextlib.contextmanager
def _store_errors() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise MissingMediaError("the bucket has no such object") from error
    except (BaseError, OSError, ValueError) as error:
        # What follows the first line is for whoever writes object_store.
        raise StoreError(str(error).partition("\n")[0]) from error
