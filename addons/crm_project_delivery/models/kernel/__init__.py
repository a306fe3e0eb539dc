from . import project_milestone
from . import account_payment
