from . import crm_go_no_go
from . import res_partner
from . import res_partner_exposure
from . import res_partner_signals
from . import sale_order
