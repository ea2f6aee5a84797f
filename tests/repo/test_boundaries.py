"""What keeps the addons apart, checked by machine."""

import ast
import csv
import re
import sys
from xml.etree import ElementTree

import pytest

from .addons_tree import ADDONS, code_texts, manifests, models, python_files, tree

# Each may build on those before it, and knows nothing of those after it.
ORDER = ("legal_timesheet", "legal_billing", "legal_dunning")
MANIFESTS = manifests()
OURS = sorted(MANIFESTS)
# Standard modules that read a clock, chance or the world.
IMPURE = {"io", "os", "pathlib", "random", "secrets", "socket", "subprocess", "time"}


def test_main_addons_are_all_there():
    assert set(ORDER) <= set(MANIFESTS)


@pytest.mark.parametrize("addon", ORDER)
def test_dependencies_point_to_the_left_only(addon):
    ours = set(MANIFESTS[addon]["depends"]) & set(MANIFESTS)
    assert ours <= set(ORDER[: ORDER.index(addon)])


def test_dependencies_have_no_cycle():
    left = {name: set(m["depends"]) & set(MANIFESTS) for name, m in MANIFESTS.items()}
    while left:
        free = {name for name, needs in left.items() if not needs & set(left)}
        assert free, f"these depend on each other: {sorted(left)}"
        left = {name: needs for name, needs in left.items() if name not in free}


def forbidden_names(addon):
    """Return a pattern of everything the addons to the right are known by."""
    higher = ORDER[ORDER.index(addon) + 1 :]
    names = {m for other in higher for m in models(other)} | set(higher)
    names |= {f"model_{name.replace('.', '_')}" for name in names if "." in name}
    ordered = sorted(names, key=len, reverse=True)
    return rf"(?<![\w.])(?:{'|'.join(map(re.escape, ordered))})(?![\w])"


@pytest.mark.parametrize("addon", ORDER[:-1])
def test_no_addon_names_one_to_its_right(addon):
    pattern = re.compile(forbidden_names(addon))
    named = {
        f"{file.relative_to(ADDONS)}: {found[0]}"
        for file, text in code_texts(addon)
        # A migration names where a thing came from.
        if "migrations" not in file.parts and (found := pattern.search(text))
    }
    assert not named


def imports_of(file):
    """Yield the absolute modules a file imports."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module


def reads_clock_or_file(node):
    """Tell whether a call depends on more than its arguments."""
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name):
        return node.func.id in ("open", "print", "input")
    clock = ("now", "today", "utcnow")
    return isinstance(node.func, ast.Attribute) and node.func.attr in clock


@pytest.mark.parametrize("addon", OURS)
def test_engine_is_pure(addon):
    impure = []
    for file in sorted((ADDONS / addon / "engine").rglob("*.py")):
        for name in imports_of(file):
            top = name.split(".")[0]
            if top not in sys.stdlib_module_names or top in IMPURE:
                impure.append(f"{file.relative_to(ADDONS)} imports {name}")
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.ImportFrom) and node.level > 1:
                impure.append(f"{file.relative_to(ADDONS)} leaves the engine")
            if reads_clock_or_file(node):
                impure.append(f"{file.relative_to(ADDONS)}:{node.lineno}")
    assert not impure


@pytest.mark.parametrize("addon", OURS)
def test_every_test_file_is_imported(addon):
    folder = ADDONS / addon / "tests"
    files = {file.stem for file in folder.glob("test_*.py")}
    init = folder / "__init__.py"
    nodes = ast.walk(tree(init)) if init.exists() else ()
    imported = {a.name for n in nodes if isinstance(n, ast.ImportFrom) for a in n.names}
    assert files == imported & files


@pytest.mark.parametrize("addon", OURS)
def test_every_python_file_is_imported(addon):
    """A file that nothing imports is dead, and its model silently missing."""
    imported, lost = set(), []
    for file in python_files(addon):
        for node in (n for n in ast.walk(tree(file)) if isinstance(n, ast.ImportFrom)):
            imported |= {alias.name for alias in node.names}
            imported.add((node.module or "").split(".")[-1])
    for file in python_files(addon):
        inside = file.relative_to(ADDONS / addon)
        elsewhere = inside.parts[0] in ("tests", "migrations", "static")
        if not elsewhere and not file.stem.startswith("__"):
            lost += [str(inside)] if file.stem not in imported else []
    assert not lost


def access_records(file):
    """Yield the access lines of an XML file, as a row of the CSV file reads."""
    for record in ElementTree.parse(file).iter("record"):
        if record.get("model") == "ir.model.access":
            refs = {field.get("name"): field.get("ref") for field in record}
            yield {
                "id": record.get("id"),
                "model_id:id": refs["model_id"],
                "group_id:id": refs.get("group_id"),
            }


def access_lines(addon):
    """Return {model xml id: [its access lines]}, of the CSV file and of XML files."""
    found = {}
    for file in sorted((ADDONS / addon / "security").glob("*.xml")):
        for line in access_records(file):
            key = line["model_id:id"].split(".")[-1]
            found.setdefault(key, []).append(line)
    file = ADDONS / addon / "security" / "ir.model.access.csv"
    if file.exists():
        with file.open() as stream:
            for line in csv.DictReader(stream):
                key = line["model_id:id"].split(".")[-1]
                found.setdefault(key, []).append(line)
    return found


@pytest.mark.parametrize("addon", OURS)
def test_every_model_has_access_lines(addon):
    lines = access_lines(addon)
    stored = [m for m, kind in models(addon).items() if kind != "AbstractModel"]
    assert not [m for m in stored if f"model_{m.replace('.', '_')}" not in lines]


@pytest.mark.parametrize("addon", OURS)
def test_every_access_line_names_a_group(addon):
    blank = [
        line["id"]
        for lines in access_lines(addon).values()
        for line in lines
        if not line.get("group_id:id")
    ]
    assert not blank
