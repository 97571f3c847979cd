"""Readers of the Dutch registers: one room per source, plain tables and arrays out.

Every reader returns a :class:`~ingest.delivery.Delivery`: a table, and a line for every record
that did not make it into the table. Nothing here knows what the data is used for. Beside the registers
stand designs of architects (:mod:`ingest.ifc`), one building each.
"""
