from . import recycle_replay
from . import crm_lead
from . import crm_pool
