from . import crm_pool_give
from . import crm_pool_grade
from . import crm_pool_switch
from . import crm_duplicate_check
from . import crm_duplicate_check_line
from . import crm_region_switch
from . import crm_work_exception_apply
