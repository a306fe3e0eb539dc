"""The plain Python library of crm_merchant, loaded without Odoo as ``merchant_lib``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.loading import load_package

load_package("addons/crm_merchant/lib", "merchant_lib")
