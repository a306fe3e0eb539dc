from . import service_sla_policy
from . import service_sla_status
from . import resource_calendar
from . import service_sla_status_cron
from . import service_ticket
from . import res_config_settings
from . import crm_suite_settings
