"""OpenStack Swift in one process, which speaks S3: `python swift_server.py FOLDER`.

Run by the Python of .venv/swift. Prints its port when it answers, and ends with its standard input.
What S3 clients have to prove is checked as in production: signatures, and when a link ends.
"""

from __future__ import annotations

import sys
from pathlib import Path

import eventlet  # type: ignore[import-not-found]

eventlet.monkey_patch(thread=False)

from eventlet import tpool, wsgi  # noqa: E402
from swift.common import utils  # type: ignore[import-not-found]  # noqa: E402
from swift.common.ring import RingBuilder  # type: ignore[import-not-found]  # noqa: E402
from swift.common.wsgi import SwiftHttpProtocol, loadapp  # type: ignore[import-not-found]  # noqa: E402

HOST = "127.0.0.1"
BEHIND = ("object", "container", "account")

SWIFT = """
[swift-hash]
swift_hash_path_prefix = tests
swift_hash_path_suffix = tests
"""

SERVER = """
[DEFAULT]
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
log_level = CRITICAL
[pipeline:main]
pipeline = app
[app:app]
use = egg:swift#{name}
"""

PROXY = """
[DEFAULT]
swift_dir = {folder}
log_level = CRITICAL
[pipeline:main]
pipeline = catch_errors proxy-logging cache s3api tempauth bulk slo proxy-logging proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:proxy-logging]
use = egg:swift#proxy_logging
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:bulk]
use = egg:swift#bulk
[filter:slo]
use = egg:swift#slo
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
user_test_successor = tested .admin
"""


def serve(folder: Path) -> int:
    """Begin to serve, and return the port."""
    (folder / "devices" / "disk").mkdir(parents=True)
    (folder / "swift.conf").write_text(SWIFT)
    utils.SWIFT_CONF_FILE = str(folder / "swift.conf")
    sockets = {name: eventlet.listen((HOST, 0)) for name in (*BEHIND, "proxy")}
    for name in BEHIND:
        port = sockets[name].getsockname()[1]
        rings = RingBuilder(1, 1, 0)
        rings.add_dev(
            {"id": 0, "region": 1, "zone": 1, "ip": HOST, "port": port, "device": "disk"}
            | {"weight": 1.0, "replication_ip": HOST, "replication_port": port}
        )
        rings.rebalance()
        rings.get_ring().save(str(folder / f"{name}.ring.gz"))
        (folder / f"{name}.conf").write_text(SERVER.format(folder=folder, name=name))
    (folder / "proxy.conf").write_text(PROXY.format(folder=folder))
    for name, socket in sockets.items():
        app = loadapp(str(folder / f"{name}.conf"))
        eventlet.spawn(
            wsgi.server, socket, app, log_output=False, protocol=SwiftHttpProtocol, debug=False
        )
    port_of_all: int = sockets["proxy"].getsockname()[1]
    return port_of_all


if __name__ == "__main__":
    print(serve(Path(sys.argv[1])), flush=True)
    tpool.execute(sys.stdin.read)
