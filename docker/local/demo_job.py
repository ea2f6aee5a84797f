"""Runs inside ``odoo shell``: loads the demo firm and runs its month-end.

Both methods do only what is not done yet, so a repeated run changes nothing. Their
prints reach the screen; what the caller needs afterwards goes into files.
"""

import json
import os
import sys
from pathlib import Path

out = Path(os.environ["LEGAL_OUT"])
if "legal.demo" not in env:  # noqa: F821
    sys.exit("the installed addons bring no demo firm (model legal.demo)")
firm = env["legal.demo"]  # noqa: F821

firm._load()
env.cr.commit()  # noqa: F821
firm._run_main_job(str(out))
env.cr.commit()  # noqa: F821

documents = sorted(str(f.relative_to(out)) for f in out.rglob("*") if f.is_file())
Path(os.environ["LEGAL_DOCUMENTS"]).write_text(json.dumps(documents))
logins = [list(row) for row in firm._logins()]
Path(os.environ["LEGAL_LOGINS"]).write_text(json.dumps(logins))
