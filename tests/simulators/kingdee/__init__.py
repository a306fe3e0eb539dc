"""A Kingdee Cloud Galaxy (金蝶云星空) that lives on one machine, for tests and demonstrations.

It speaks the WebAPI over real HTTP, keeps its own books in an SQLite file and can be told to fail
in every way the real one was seen to fail. Start by hand with
``python -m kingdee.server --port 8090 --ledger books.db`` (in the folder above), or from a test
with :class:`KingdeeSimulator`.
"""

from .runner import KingdeeSimulator

__all__ = ["KingdeeSimulator"]
