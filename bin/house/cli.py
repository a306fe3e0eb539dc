"""``bin/odoo``: the server's own command line with our settings."""

import os
import sys

from .database import Databases
from .postgres import Cluster


def main(arguments):
    databases = Databases(Cluster(os.environ.get("CRM_SUITE_CLUSTER", "run")))
    databases.cluster.start()
    # a word that is no option names one of Odoo's subcommands
    subcommand = arguments[:1] if arguments and not arguments[0].startswith("-") else []
    try:
        return databases.odoo(*arguments[len(subcommand) :], subcommand=subcommand)
    except KeyboardInterrupt:
        return 130
    finally:
        databases.cluster.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
