"""Buildings that architects deliver as IFC (ISO 16739): their outside, and what the file says of it.

What is read was written by anybody, and the library that reads it is not Python: it runs in a process of its
own, with an end to its time and memory, and what it trips over stays there.
"""

from ingest.ifc.reading import Building, Fault, IfcError, TooMuchError, read

__all__ = ["Building", "Fault", "IfcError", "TooMuchError", "read"]
