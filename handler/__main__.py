"""`python -m handler`: receive webhooks, with everything that it needs in the environment."""

import sys

from handler.process.environment import SettingsError, load_settings
from handler.serve import serve
from handler.settings import WebhookSettings

try:
    settings = load_settings(WebhookSettings)
except SettingsError as error:
    print(error, file=sys.stderr)
    sys.exit(2)
serve(settings)
