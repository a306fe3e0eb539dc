from . import res_company
from . import product_template
from . import service_asset
from . import crm_contract
from . import project_milestone
from . import project_project
