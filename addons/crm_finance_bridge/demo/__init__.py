"""Builder functions of the demo company's part in this addon; nothing here is loaded by installing."""
