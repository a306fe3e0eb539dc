from . import finance_switch_on
from . import finance_mark_done
