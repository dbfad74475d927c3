"""Saving a rule as a draft: for those who may edit rules, and never into the pack that judges calls."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from auditor.review.roles import require
from auditor.store import drafts
from auditor.store.drafts import Draft
from auditor.store.home import Home
from auditor.store.people import Person


def save(home: Home, who: Person, base: Path, name: str, version: str, draft: Draft, at: datetime) -> Draft:
    """Keep a draft over an archived pack; what is kept is a pack that extends it.

    Args:
        home: the home.
        who: the author.
        base: the folder of the pack in the home's archive, named by its hash.
        name: the pack's name.
        version: the pack's version.
        draft: the checked text, its path in the pack, and the version of the draft that its author started from.
        at: when.

    Raises:
        NotAllowedError: the author may not edit rules.
        ConflictError: somebody saved this draft meanwhile.
        HomeError: it can't be written.
    """
    require(who, "edit_rules")
    title = json.dumps(f"{name} {version} 的草稿", ensure_ascii=False)
    about = f"name: {name}-draft\nversion: {version}\ntitle: {title}\nextends: ../../packs/{base.name}\n"
    return drafts.save(home, drafts.folder_of(home, name, base.name), about, draft, who.name, at)
