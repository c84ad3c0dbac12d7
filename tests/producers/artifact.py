"""The engine section of an artifact, cut out and put back. For ELF64 in little-endian, as this machine has it."""
import struct

SECTION_TABLE = 0x28  # where the ELF header says where the section headers are
SECTION_HEADER = struct.Struct("<IIQQQQIIQQ")


def _engine_header(artifact):
    """Where the header of the engine section is, and its fields."""
    (table,) = struct.unpack_from("<Q", artifact, SECTION_TABLE)
    count, names = struct.unpack_from("<HH", artifact, 0x3c)
    headers = [SECTION_HEADER.unpack_from(artifact, table + i * SECTION_HEADER.size) for i in range(count)]
    for index, fields in enumerate(headers):
        start = headers[names][4] + fields[0]
        if artifact[start:artifact.index(b"\0", start)] == b".wasmtime.engine":
            return table + index * SECTION_HEADER.size, fields
    raise ValueError("no engine section")


def engine_section(artifact):
    _, fields = _engine_header(artifact)
    return artifact[fields[4]:fields[4] + fields[5]]


def with_engine_section(artifact, content):
    """The artifact with another engine section: in its place, or behind everything when its length differs."""
    where, fields = _engine_header(artifact)
    out = bytearray(artifact)
    if len(content) == fields[5]:
        out[fields[4]:fields[4] + fields[5]] = content
        return bytes(out)
    SECTION_HEADER.pack_into(out, where, *fields[:4], len(artifact), len(content), *fields[6:])
    return bytes(out) + content
