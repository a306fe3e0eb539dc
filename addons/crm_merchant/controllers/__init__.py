from . import export
from . import intake_form
from . import intake_endpoint
