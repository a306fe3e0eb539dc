"""A Kingdee EAS (金蝶 EAS) that lives on one machine, for tests and demonstrations.

It speaks SOAP 1.1 as Axis 1 does: EASLogin gives a session, business calls carry it in a header.
The business facades take and return text that holds JSON; on a real site their operations and
fields are the project's own, here they are those of ``wsdl/`` and :mod:`.forms`. What is not known
for certain is a switch in :mod:`.switches`. Start by hand with
``python -m eas.server --port 8092 --ledger books.db`` (in the folder above), or from a test with
:class:`EASSimulator`.
"""

from .runner import EASSimulator

__all__ = ["EASSimulator"]
