"""`python -m handler`: receive webhooks, with everything that it needs in the environment."""

import sys

from handler.process.businesses import load_businesses
from handler.process.environment import SettingsError
from handler.process.listening import PortRefusedError
from handler.serve import serve
from handler.settings import WebhookSettings

try:
    serve(load_businesses(WebhookSettings, "serve"))
except SettingsError as error:
    print(error, file=sys.stderr)
    sys.exit(2)
except PortRefusedError as error:
    print(error, file=sys.stderr)
    sys.exit(1)
