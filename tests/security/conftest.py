import sys
from pathlib import Path

HERE = Path(__file__).parent
# the harness is that of the end-to-end tests
for folder in (HERE, HERE.parent / "e2e"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
