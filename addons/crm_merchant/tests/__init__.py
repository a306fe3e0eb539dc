from . import test_ledger
from . import test_region
from . import test_pool
from . import test_assignment
