"""A Yonyou U8+ (用友) OpenAPI that lives on one machine, for tests and demonstrations.

It speaks the REST protocol of the cloud proxy over real HTTP: token, tradeid or biz_id, synchronous
and asynchronous writes, everything as text. It refuses what the product's documentation does not
name. Where nothing is known for certain, :mod:`.switches` chooses. Start by hand with
``python -m u8.server --port 8091 --ledger books.db`` (in the folder above), or from a test with
:class:`U8Simulator`.
"""

from .runner import U8Simulator

__all__ = ["U8Simulator"]
