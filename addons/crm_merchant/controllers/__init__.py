from . import intake_form
from . import intake_endpoint
