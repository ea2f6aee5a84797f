"""Odoo's file stores: the part of a database that lives outside PostgreSQL."""

import os
import shutil

from local import paths


def folder(database):
    """Return the file store of a database."""
    return paths.DATA / "filestore" / database


def remove(database):
    """Remove a database's file store."""
    shutil.rmtree(folder(database), ignore_errors=True)


def rename(old, new):
    """Move a file store with its database."""
    remove(new)
    if folder(old).exists():
        os.replace(folder(old), folder(new))


def _link(source, target):
    """Share the file: stores name files by content and never change one."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def copy(source, target):
    """Give ``target`` the files of ``source``."""
    remove(target)
    if folder(source).exists():
        shutil.copytree(folder(source), folder(target), copy_function=_link)
