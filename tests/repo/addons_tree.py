"""Reads the addons as text and syntax trees, without importing them."""

import ast
import re
from pathlib import Path

ADDONS = Path(__file__).resolve().parents[2] / "addons"
CODE_SUFFIXES = (".py", ".xml", ".csv", ".js", ".scss")


def manifests():
    """Return every addon's manifest by name."""
    files = sorted(ADDONS.glob("*/__manifest__.py"))
    return {file.parent.name: ast.literal_eval(file.read_text()) for file in files}


def python_files(addon):
    """Return the Python files of an addon."""
    return sorted((ADDONS / addon).rglob("*.py"))


def tree(file):
    """Return a file's syntax tree."""
    return ast.parse(file.read_text(), filename=str(file))


def _assigned(cls, name):
    """Return the literal that a class body assigns to ``name``, or None."""
    for node in cls.body:
        names = [t.id for t in getattr(node, "targets", ()) if isinstance(t, ast.Name)]
        if name in names:
            try:
                return ast.literal_eval(node.value)
            except ValueError:
                return None
    return None


def models(addon):
    """Return {model name: kind} of the models an addon creates.

    A class that names itself what it inherits extends a model; it creates none.
    """
    found = {}
    for file in python_files(addon):
        if "tests" in file.relative_to(ADDONS / addon).parts:
            continue
        for cls in (n for n in ast.walk(tree(file)) if isinstance(n, ast.ClassDef)):
            kinds = [base.attr for base in cls.bases if isinstance(base, ast.Attribute)]
            name, inherited = _assigned(cls, "_name"), _assigned(cls, "_inherit")
            extended = [inherited] if isinstance(inherited, str) else inherited or []
            if name and name not in extended and kinds:
                found[name] = kinds[0]
    return found


def _docstrings(root):
    for node in ast.walk(root):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield first.value


def code_texts(addon):
    """Yield (file, text) of what an addon's code says, comments left out."""
    for file in sorted((ADDONS / addon).rglob("*")):
        if file.suffix not in CODE_SUFFIXES or "readme" in file.parts:
            continue
        if file.suffix == ".py":
            root = tree(file)
            prose = {id(node) for node in _docstrings(root)}
            names = [
                node.value
                for node in ast.walk(root)
                if isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in prose
            ]
            names += [n.module or "" for n in ast.walk(root) if _is_import_from(n)]
            names += [a.name for n in ast.walk(root) if _is_import(n) for a in n.names]
            yield file, "\n".join(names)
        else:
            comments = r"<!--.*?-->|/\*.*?\*/|^\s*//.*?$"
            yield file, re.sub(comments, "", file.read_text(), flags=re.S | re.M)


def _is_import_from(node):
    return isinstance(node, ast.ImportFrom)


def _is_import(node):
    return isinstance(node, ast.Import | ast.ImportFrom)
