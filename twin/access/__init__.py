"""Who may see and do what: OpenID Connect tokens, API keys, rates and the record of who read what."""

from twin.access.audience import ANONYMOUS, Audience
from twin.access.gate import Gate
from twin.access.settings import AccessSettings, load_access

__all__ = ["ANONYMOUS", "AccessSettings", "Audience", "Gate", "load_access"]
