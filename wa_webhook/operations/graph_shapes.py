"""What the Graph API answers about app, account, numbers and templates.

Everything but ids is optional: what Meta leaves out is empty.
"""

from __future__ import annotations

from pydantic import BaseModel, Field


class GranularScope(BaseModel):
    """A permission, and the ids of what it was granted for."""

    scope: str
    target_ids: list[str] | None = None


class Token(BaseModel):
    """What a token may do; times are Unix seconds, and 0 is never."""

    app_id: str
    is_valid: bool = True
    expires_at: int = 0
    scopes: list[str] = []
    granular_scopes: list[GranularScope] = []

    def accounts_of(self, scope: str) -> list[str] | None:
        """Return the ids that a scope was granted for; None for all that the user has."""
        granted = [one.target_ids for one in self.granular_scopes if one.scope == scope]
        return granted[0] if granted else None


class SubscribedField(BaseModel):
    """A field of webhooks that an app gets."""

    name: str


class Subscription(BaseModel):
    """Where the webhooks of an app go, and which."""

    object: str
    callback_url: str = ""
    active: bool = True
    fields: list[SubscribedField] = []

    @property
    def field_names(self) -> frozenset[str]:
        """The names of the fields."""
        return frozenset(field.name for field in self.fields)


class App(BaseModel):
    """An app, by its id."""

    id: str


class SubscribedApp(BaseModel):
    """An app that gets an account's webhooks, and where they go in place of the app's callback."""

    app: App = Field(alias="whatsapp_business_api_data")
    override_callback_uri: str = ""


class WebhookConfiguration(BaseModel):
    """The callbacks of a number by who sets them: the last that is there wins."""

    application: str = ""
    whatsapp_business_account: str = ""
    phone_number: str = ""


class PhoneNumber(BaseModel):
    """A business number; what Meta leaves out is empty."""

    id: str
    display_phone_number: str = ""
    quality_rating: str = "UNKNOWN"
    status: str = ""
    name_status: str = ""
    platform_type: str = ""
    webhook_configuration: WebhookConfiguration = WebhookConfiguration()


class Template(BaseModel):
    """A message template in one language."""

    name: str
    language: str
    status: str
    rejected_reason: str = ""
