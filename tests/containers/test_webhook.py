"""The handler's tests once more, with Supabase's images behind the handler."""

from tests.fixtures.machine import requires
from tests.webhook.conftest import webhook
from tests.webhook.test_bad_input import *  # noqa: F403
from tests.webhook.test_deliveries import *  # noqa: F403

__all__ = ["webhook"]

pytestmark = requires("/var/run/docker.sock")
