from . import test_cron
from . import test_delivery
from . import test_exactly_once
from . import test_money_comes_back
from . import test_posting
from . import test_receipts
from . import test_rights
from . import test_switch_on
