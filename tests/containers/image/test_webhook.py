"""The handler's tests of deliveries once more, with our image as the handler."""

from tests.containers.docker import find_lack_of_ours
from tests.fixtures.machine import requires_that
from tests.webhook.conftest import webhook
from tests.webhook.test_deliveries import *  # noqa: F403

__all__ = ["webhook"]

pytestmark = requires_that(find_lack_of_ours)
