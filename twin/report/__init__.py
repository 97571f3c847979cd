"""Looking at single panden of a twin on disk: which are worst, and a picture of one."""

from twin.report.pand import PandReport, read_pand
from twin.report.worst import worst

__all__ = ["PandReport", "read_pand", "worst"]
