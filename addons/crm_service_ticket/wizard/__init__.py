from . import service_ticket_solve
from . import service_sla_switch
