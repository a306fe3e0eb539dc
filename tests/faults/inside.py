"""The Odoo process of the experiments: it holds the loaded registry, from which workers are forked within milliseconds."""

import importlib
import json
import os
import sys
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "simulators"))

from bench.inside import load_registry


def main(arguments):
    """Answers requests until standard input ends."""
    # what prints by itself must not come between the answers
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    os.environ["CRM_FINANCE_ONPREM_CIDR"] = "127.0.0.0/8"
    registry = load_registry(arguments)
    from .world import Worlds

    worlds = Worlds(registry)
    print("ready", file=answers, flush=True)
    try:
        for line in sys.stdin:
            request = json.loads(line)
            try:
                experiment = getattr(importlib.import_module(request["module"]), request["function"])
                answer = {"result": worlds.run(experiment, **request["arguments"])}
            except Exception as error:
                traceback.print_exc()
                answer = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(answer), file=answers, flush=True)
    finally:
        worlds.close()


if __name__ == "__main__":
    main(sys.argv[1:])
