from . import crm_approval_decision
from . import crm_approval_switch
from . import crm_approval_submit
from . import crm_approval_simulation
from . import crm_approval_check
