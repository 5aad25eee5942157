# SPDX-License-Identifier: MIT
"""Downloads a target by python-tuf: client.py ROOT STATE METADATA_URL TARGETS_URL NAME FILE."""

import sys

from tuf.ngclient import Updater


def main(root: str, state: str, metadata_url: str, targets_url: str, name: str, file: str) -> None:
    with open(root, "rb") as f:
        pinned = f.read()
    updater = Updater(metadata_dir=state, metadata_base_url=metadata_url, target_base_url=targets_url, bootstrap=pinned)
    info = updater.get_targetinfo(name)
    if info is None:
        raise SystemExit(f"{name} is not listed")
    updater.download_target(info, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
