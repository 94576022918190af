"""Where media are kept, as the environment says it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from pydantic import Field, SecretStr, model_validator

from handler.process.environment import HttpUrl, ProcessSettings
from wa_webhook.media.folder import FolderStore

if TYPE_CHECKING:
    from wa_webhook.media.store import MediaStore

_S3 = "s3://"


class MediaSettings(ProcessSettings):
    """The store of what users send; without one nothing is fetched."""

    wa_media_store: str = Field(
        "", pattern=r"^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[a-z0-9._/-]+)?|[^:]*)$"
    )
    """A folder, or s3://BUCKET/PREFIX."""
    wa_media_s3_endpoint: HttpUrl | None = None
    """Where S3 is spoken, unless it is AWS's own."""
    wa_media_s3_region: str = Field("us-east-1", pattern=r"^[a-z0-9-]+$")
    wa_media_s3_access_key_id: str | None = None
    wa_media_s3_secret_access_key: SecretStr | None = None

    @model_validator(mode="after")
    def _keys_come_together(self) -> Self:
        if (self.wa_media_s3_access_key_id is None) != (self.wa_media_s3_secret_access_key is None):
            raise ValueError(
                "WA_MEDIA_S3_ACCESS_KEY_ID and WA_MEDIA_S3_SECRET_ACCESS_KEY come together"
            )
        return self


class ExtraMissingError(Exception):
    """A library is wanted that an extra of this package brings; the message says which."""


def open_store(settings: MediaSettings) -> MediaStore | None:
    """Return the store, None where there is to be none. Raises ExtraMissingError.

    Nothing is reached yet: a store that does not answer is told where it is used.
    """
    place = settings.wa_media_store
    if not place:
        return None
    if not place.startswith(_S3):
        return FolderStore(Path(place))
    try:
        from wa_webhook.media.s3 import S3Store
    except ImportError:
        raise ExtraMissingError(
            "WA_MEDIA_STORE: S3 takes an extra: pip install 'wa-webhook[s3]'"
        ) from None
    bucket, _, prefix = place.removeprefix(_S3).partition("/")
    secret = settings.wa_media_s3_secret_access_key
    return S3Store(
        bucket,
        prefix=prefix,
        endpoint=settings.wa_media_s3_endpoint,
        region=settings.wa_media_s3_region,
        access_key_id=settings.wa_media_s3_access_key_id,
        secret_access_key=None if secret is None else secret.get_secret_value(),
    )
