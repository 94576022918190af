"""The handler's tests of deliveries once more, with our image as the handler."""

from tests.containers.docker import find_lack_of_ours
from tests.fixtures.machine import requires_that
from tests.webhook.conftest import webhook
from tests.webhook.test_deliveries import *  # noqa: F403

# A thousand messages in each container would tell nothing that those do not which are killed.
del test_a_hundred_users_with_ten_messages_each_over_sixteen_connections  # noqa: F821

__all__ = ["webhook"]

pytestmark = requires_that(find_lack_of_ours)
