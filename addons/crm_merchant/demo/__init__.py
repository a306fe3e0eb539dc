"""Builder functions of the demo company. Nothing here is loaded by installing; ``bin/run`` and the tests call it."""
