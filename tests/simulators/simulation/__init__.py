"""What the simulated accounting systems have in common: books, faults, HTTP, process.

A simulator is a package beside this one. It adds the protocol, the checks of the product and the
words in which it refuses; how a call is hit by a fault and what the books remember is here.
"""
