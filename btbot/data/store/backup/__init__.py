"""A whole database in one file, and back, between SQLite and PostgreSQL as well.

It takes a database that others read and write meanwhile, and gives an archive of one moment of it; what is restored
is checked against the archive's own hashes first, and is there whole or not at all. It never removes anything of a
database that it was not told to replace.
"""

from btbot.data.store.backup.archive import Manifest, read_manifest
from btbot.data.store.backup.restoring import restore
from btbot.data.store.backup.taking import Taken, back_up, is_folder

__all__ = ["Manifest", "Taken", "back_up", "is_folder", "read_manifest", "restore"]
