from . import approval
from . import kernel
from . import quote
from . import credit
