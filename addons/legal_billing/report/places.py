"""Where the static files of modules are, within Odoo and in a helper process."""

from pathlib import Path

# Folders that hold modules; None asks the framework, which a helper does not load.
roots = None


def locate(name):
    """Return the path of a module's file such as ``web/static/fonts/a.ttf``.

    :raise FileNotFoundError: no module has it, or it lies outside its module
    """
    if roots is None:
        from odoo.tools.misc import file_path

        return Path(file_path(name))
    for root in roots:
        base = Path(root).resolve()
        path = (base / name).resolve()
        if path.is_relative_to(base) and path.is_file():
            return path
    raise FileNotFoundError(f"No module holds {name}")
