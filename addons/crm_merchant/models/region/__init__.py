from . import crm_region
from . import region_mixin
from . import crm_lead
from . import res_partner
from . import sale_order
from . import sale_report
