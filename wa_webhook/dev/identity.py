"""Who the local bot is to the local Meta: secrets that protect nothing, and a number."""

from wa_webhook.meta_stand_in.webhooks import DISPLAY_NUMBER

APP_SECRET = "local-app-secret"  # noqa: S105
VERIFY_TOKEN = "local-verify-token"  # noqa: S105
ACCESS_TOKEN = "local-access-token"  # noqa: S105
PHONE_NUMBER_ID = "106540352242922"
BOT_NUMBER = f"+{DISPLAY_NUMBER}"
