"""Local bootstrap: everything the Makefile needs, from nothing, without root.

Each module holds one concept; ``cli`` maps commands onto them. Only the standard
library is imported here, because this code runs before any environment exists.

=================  ==========================================================
``pins``           what is fetched, in which tested version
``system``         shared libraries, programs, disk room of the host
``debian``         a private apt configuration; download, check, unpack
``odoo_source``    which Odoo 19 is used
``venv``           the Python environments
``postgres``       the embedded PostgreSQL cluster
``server``         which PostgreSQL is used, and how clients reach it
``databases``      create, copy, drop, with their file stores
``odoo_run``       the configuration file and calls of Odoo
``templates``      databases kept to be copied
``environment``    all of the above, in order, under one lock
=================  ==========================================================
"""
