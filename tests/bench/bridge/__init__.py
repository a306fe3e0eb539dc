"""The finance bridge: documents out, what it costs meanwhile; a file a topic."""

from . import comparing, idle, posting, receipts, sending
