"""The handler's tests once more, with Supabase's images behind the handler."""

from tests.containers.docker import find_lack_of_supabase
from tests.fixtures.machine import requires_that
from tests.webhook.conftest import webhook
from tests.webhook.test_bad_input import *  # noqa: F403
from tests.webhook.test_deliveries import *  # noqa: F403

__all__ = ["webhook"]

pytestmark = requires_that(find_lack_of_supabase)
