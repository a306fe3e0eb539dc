from . import crm_assignment_rule
from . import crm_assignment_target
from . import crm_lead
