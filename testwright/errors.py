"""The few ways the world can be broken, and who must act.

CampaignError
├── InvalidCampaign      the caller: a parameter, a setting or a source that cannot be used as given
├── CheckoutFailed       the source: it could not be fetched or unpacked
├── SandboxUnavailable   the machine: nothing could be run at all (never: a command that failed)
└── ModelUnavailable     the provider: no language model answers

Expected endings (a failing test, a rejected candidate, a file that cannot be imported) are values of `testwright.model`.
"""


class CampaignError(Exception):
    """Something outside the campaign is broken. The message is one line that says what to do."""


class InvalidCampaign(CampaignError):
    """The campaign cannot be run as it was asked for."""


class CheckoutFailed(CampaignError):
    """A source could not be turned into a workspace."""


class SandboxUnavailable(CampaignError):
    """No sandbox could be asked at all."""


class ModelUnavailable(CampaignError):
    """No language model could be asked."""
