"""Tillgänglighet: how accessible the service is, what is not, and how to report a fault."""

from ui import shell, statement

shell.title("tillganglighet")
statement.how_accessible()
statement.known_faults()
statement.report()
statement.supervision()
statement.how_tested()
