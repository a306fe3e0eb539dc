import sys
from pathlib import Path

HERE = Path(__file__).parent
# a file of tests run alone finds them as well
for folder in (HERE, HERE.parents[1] / "bin", HERE.parent / "simulators"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
