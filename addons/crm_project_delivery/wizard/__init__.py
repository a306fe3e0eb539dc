from . import crm_delivery_reason
from . import crm_receipt_claim
