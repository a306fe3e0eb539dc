from . import crm_pool_give
