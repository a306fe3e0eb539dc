from . import crm_approval_decision
from . import crm_approval_switch
