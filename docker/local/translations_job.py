"""Compares or updates ``i18n/*.pot`` and ``i18n/fr.po`` with freshly exported terms.

Called by ``translations`` with the linters' Python: ``translations_job.py
check|update <folder of exports>``, the addons' folders as JSON on standard input.
"""

import json
import re
import sys
from pathlib import Path

import polib

PLACEHOLDER = re.compile(r"%\([^)]+\)[a-z]|%[sdf](?![a-z])|\{\{.*?\}\}")
LINE_WIDTH = 88
# What every model brings: Odoo's own French.
COMMON = {
    "Created by": "Créé par",
    "Created on": "Créé le",
    "Display Name": "Nom d'affichage",
    "ID": "ID",
    "Last Updated by": "Mis à jour par",
    "Last Updated on": "Mis à jour le",
}


def terms(po):
    """Return a file's living entries by (context, text)."""
    return {(e.msgctxt, e.msgid): e for e in po if not e.obsolete}


def shown(entry):
    """Return the head of an entry's text on one line."""
    text = " ".join(entry.msgid.split())
    return repr(text[:60] + ("…" if len(text) > 60 else ""))


def same_placeholders(entry):
    """Tell whether a translation has exactly the variables of its source."""
    found = [sorted(PLACEHOLDER.findall(t)) for t in (entry.msgid, entry.msgstr)]
    return found[0] == found[1]


def findings(addon, exported):
    """Return what ``addon``'s translation lacks against the exported terms."""
    name, files = Path(addon).name, Path(addon) / "i18n"
    wanted = terms(polib.pofile(str(exported)))
    if not wanted:
        return
    for file in (files / f"{name}.pot", files / "fr.po"):
        label = f"addons/{name}/i18n/{file.name}"
        if not file.exists():
            yield f"{label}: missing (`make translations` writes it)"
            continue
        have = terms(polib.pofile(str(file)))
        for key, entry in wanted.items():
            if key not in have:
                yield f"{label}: lacks {shown(entry)} (`make translations` adds it)"
        if file.suffix == ".po":
            yield from (f"{label}: {text}" for text in _quality(have.values()))


def _quality(entries):
    for entry in entries:
        if not entry.msgstr:
            yield f"no French for {shown(entry)}"
        elif "fuzzy" in entry.flags:
            yield f"unsure French for {shown(entry)}"
        elif not same_placeholders(entry):
            yield f"other variables in the French of {shown(entry)}"


def update(addon, exported):
    """Write the ``.pot`` and merge it into ``fr.po``, keeping what is translated."""
    name, files = Path(addon).name, Path(addon) / "i18n"
    files.mkdir(exist_ok=True)
    fresh = polib.pofile(str(exported), wrapwidth=LINE_WIDTH)
    for moment in ("POT-Creation-Date", "PO-Revision-Date"):
        fresh.metadata.pop(moment, None)  # they would change the file every time
    target = files / "fr.po"
    old = polib.pofile(str(target)) if target.exists() else polib.POFile()
    known = {key: entry.msgstr for key, entry in terms(old).items()}
    fresh.save(str(files / f"{name}.pot"))
    for entry in fresh:
        common = COMMON.get(entry.msgid, "")
        entry.msgstr = known.get((entry.msgctxt, entry.msgid)) or common
    fresh.metadata.update(
        {"Language": "fr", "Plural-Forms": "nplurals=2; plural=n > 1;"}
    )
    fresh.save(str(target))
    empty = sum(not entry.msgstr for entry in fresh)
    yield f"addons/{name}/i18n/fr.po: {len(fresh)} terms, {empty} to translate"


def main():
    """Run one action over all addons."""
    action = {"check": findings, "update": update}[sys.argv[1]]
    for name, addon in json.load(sys.stdin).items():
        exported = Path(sys.argv[2]) / f"{name}.pot"
        if exported.exists():
            print("\n".join(action(addon, exported)))


if __name__ == "__main__":
    main()
