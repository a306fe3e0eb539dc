from . import counted
from . import recycle_replay
from . import crm_lead
from . import res_partner
from . import crm_pool
from . import crm_followup_rule
