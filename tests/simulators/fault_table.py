"""What every simulator does alike when a connection is lost or slow, and how many documents its books hold then."""

import http.client

# (fault, what the caller meets, documents)
LOST = [
    ({"kind": "drop_before_commit"}, http.client.RemoteDisconnected, 0),
    ({"kind": "drop_after_commit"}, http.client.RemoteDisconnected, 1),
    ({"kind": "reset"}, ConnectionResetError, 0),
    ({"kind": "reset", "commit": True}, ConnectionResetError, 1),
    ({"kind": "short_body"}, http.client.IncompleteRead, 1),
]

# (fault, documents) for a caller who does not wait
SLOW = [
    ({"kind": "hang", "seconds": 5}, 0),
    ({"kind": "hang", "seconds": 5, "commit": True}, 1),
    ({"kind": "delay", "seconds": 5}, 1),
]
