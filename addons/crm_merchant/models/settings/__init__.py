from . import crm_settings_ledger
from . import crm_suite_settings
from . import lead_settings
