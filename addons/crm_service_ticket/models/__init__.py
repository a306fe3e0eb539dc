from . import asset
from . import ticket
from . import sla
