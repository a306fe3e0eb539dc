# the kernel first: the folders below build on it, it knows none of them
from . import kernel
from . import region
from . import pool
from . import followup
from . import assignment
from . import customer
from . import intake
from . import rehearsal
from . import settings
