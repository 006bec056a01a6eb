from .files import new_folder as new_folder
from .files import write_atomically as write_atomically
from .memory import memory_bytes as memory_bytes
from .processors import usable_processors as usable_processors
from .versions import package_versions as package_versions
from .versions import source_digest as source_digest
