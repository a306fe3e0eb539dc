"""The parts of ``make_leads_2376.py``."""
