from . import finance_hook
