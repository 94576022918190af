"""Writes what a team begins with: a flow that asks one question, and a project around it."""

from wa_webhook.scaffold.files import ScaffoldError
from wa_webhook.scaffold.flow import find_untranslated, make_flow
from wa_webhook.scaffold.project import make_project

__all__ = ["ScaffoldError", "find_untranslated", "make_flow", "make_project"]
