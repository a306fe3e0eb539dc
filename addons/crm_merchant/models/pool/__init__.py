from . import crm_pool
from . import crm_pool_member
from . import crm_pool_ledger
from . import pool_mixin
from . import pool_claim
from . import crm_lead
from . import crm_pool_lead
