from . import finance_code_import
from . import finance_mark_done
from . import finance_opening_import
from . import finance_preview
from . import finance_preview_line
from . import finance_preview_missing
from . import finance_setup
from . import finance_switch_on
