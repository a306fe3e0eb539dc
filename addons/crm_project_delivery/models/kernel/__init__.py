from . import project_milestone
from . import project_project
from . import account_payment
