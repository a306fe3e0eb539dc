import logging

import psycopg2

_logger = logging.getLogger(__name__)


def run_carefully(batch, method):
    """Calls ``method`` on a batch; if that fails, on one record at a time, so that a bad one never stops the others.

    Bad ones are logged and left as they are. Who is being worked on at this very moment is left to the next run.

    :param batch: records
    :param method: name of a method that takes any number of them
    :return: ids of the records that failed
    """
    bad = []
    try:
        with batch.env.cr.savepoint():
            getattr(batch, method)()
        return bad
    except Exception:
        batch.env.invalidate_all(flush=False)
    for record in batch:
        try:
            with batch.env.cr.savepoint():
                getattr(record, method)()
        except psycopg2.errors.SerializationFailure:
            bad.append(record.id)
        except Exception:
            _logger.exception("%s %s: %s failed", batch._name, record.id, method)
            bad.append(record.id)
            batch.env.invalidate_all(flush=False)
    return bad
