from . import crm_approval_decision
from . import crm_approval_switch
from . import crm_approval_submit
from . import crm_approval_simulation
from . import crm_approval_check
from . import sale_order_version_compare
from . import sale_quote_share_window
from . import crm_quote_parameters
