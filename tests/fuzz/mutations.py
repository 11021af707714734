"""Seeded damage to files: the same random state makes the same file, and says what was done to it.

Bytes are damaged blindly and where formats keep their sizes (boxes of mp4, elements of EBML, the headers of safetensors
and GGUF); JSON is also damaged as a tree, so that it stays readable."""
import json
import struct

ODD_BYTES = [0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF]
ODD_NUMBERS = [0, 1, 2, 7, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF,
               1 << 40, (1 << 63) - 1, 1 << 63, (1 << 64) - 1]
ODD_VALUES = [0, 1, -1, 2, 3, 7, 0.5, -0.5, 1e-300, 1e308, 65536, 1 << 31, 1 << 40, 1 << 62, -(1 << 62), True, False, None,
              "", "0", "x" * 5000, "\u0000", "<|video_pad|>", "\ud83d", [], {}, [[[]]], [1, 2, 3], [0] * 2000, {"a": {"b": []}}]
BOXES_WITH_BOXES = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf", b"edts", b"udta", b"mvex", b"dinf")
EBML_WITH_ELEMENTS = ("18538067", "1654ae6b", "ae", "e0", "1f43b675", "a0", "1549a966", "1c53bb6b", "bb", "b7", "114d9b74")


def place(random, data, head):
    """An offset; half of them in the first `head` bytes, where headers are."""
    if not data:
        return 0
    limit = min(len(data), head) if random.random() < 0.5 else len(data)
    return random.randrange(limit)


def stretch(random, data, head):
    at = place(random, data, head)
    return at, min(len(data), at + max(1, int(2 ** random.uniform(0, 12))))


def flip(random, data, head):
    count = random.choice([1, 1, 1, 2, 4, 16, 64])
    for _ in range(count if data else 0):
        at = place(random, data, head)
        data[at] = data[at] ^ (1 << random.randrange(8)) if random.random() < 0.6 else random.choice(ODD_BYTES)
    return f"{count} bytes"


def number(random, data, head):
    width, order = random.choice([1, 2, 4, 8]), random.choice("<>")
    at = place(random, data, head)
    odd = random.choice(ODD_NUMBERS) + random.choice([0, 0, 1, -1])
    raw = struct.pack(order + "Q", odd % (1 << 64))
    data[at:at + width] = raw[-width:] if order == ">" else raw[:width]
    return f"number of {width} bytes at {at}"


def nudge(random, data, head):
    """A number of four bytes becomes a little more or less."""
    order, at = random.choice("<>"), place(random, data, head)
    if at + 4 <= len(data):
        (value,) = struct.unpack_from(order + "I", data, at)
        struct.pack_into(order + "I", data, at, (value + random.randint(-40, 40)) % (1 << 32))
    return f"nudge at {at}"


def zero(random, data, head):
    begin, end = stretch(random, data, head)
    data[begin:end] = bytes(end - begin)
    return f"zeros {begin}-{end}"


def cut(random, data, head):
    at = place(random, data, head) if random.random() < 0.3 else random.randrange(len(data) + 1)
    del data[at:]
    return f"cut at {at}"


def remove(random, data, head):
    begin, end = stretch(random, data, head)
    del data[begin:end]
    return f"without {begin}-{end}"


def insert(random, data, head):
    at, count = place(random, data, head), random.choice([1, 2, 3, 4, 8, 100, 5000])
    data[at:at] = random.randbytes(count) if random.random() < 0.7 else bytes([random.choice(ODD_BYTES)]) * count
    return f"{count} bytes put in at {at}"


def copy(random, data, head):
    begin, end = stretch(random, data, head)
    at = place(random, data, head)
    piece = bytes(data[begin:end])
    if random.random() < 0.5:
        data[at:at] = piece
    else:
        data[at:at + len(piece)] = piece
    return f"{begin}-{end} copied to {at}"


def swap(random, data, head):
    begin, end = stretch(random, data, head)
    at, count = place(random, data, head), end - begin
    one, other = bytes(data[begin:end]), bytes(data[at:at + count])
    data[at:at + count] = one
    data[begin:begin + len(other)] = other
    return f"{begin}-{end} swapped with {at}"


BLIND = [flip, flip, flip, number, number, number, nudge, zero, cut, remove, insert, copy, swap]


def mp4_sizes(data):
    """Offsets of the sizes of an mp4's boxes, and of the counts in its tables."""
    found, waiting = [], [(0, len(data))]
    while waiting:
        at, end = waiting.pop()
        while at + 8 <= end and len(found) < 4000:
            size, kind = struct.unpack_from(">I4s", data, at)
            found.append((at, 4))
            if kind in BOXES_WITH_BOXES:
                waiting.append((at + 8, min(end, at + size)))
            elif kind[:2] in (b"st", b"ct", b"el", b"tr", b"mv", b"tk", b"md"):
                found += [(at + offset, 4) for offset in range(8, min(size, 160) - 3, 4)]
            if size < 8:
                break
            at += size
    return found


def ebml_sizes(data):
    """Offsets of the sizes of Matroska's elements."""
    found, at = [], 0
    while at + 2 <= len(data) and len(found) < 4000:
        id_length = next((n for n in range(1, 5) if data[at] & (0x80 >> (n - 1))), None)
        if id_length is None or at + id_length >= len(data):
            break
        first = data[at + id_length]
        length = next((n for n in range(1, 9) if first & (0x80 >> (n - 1))), None)
        if length is None:
            break
        kind, body = bytes(data[at:at + id_length]).hex(), at + id_length + length
        size = int.from_bytes(data[at + id_length:body], "big") & ((1 << (7 * length)) - 1)
        found.append((at + id_length, length))
        at = body if kind in EBML_WITH_ELEMENTS else body + size
    return found


def gguf_sizes(data):
    """The counts of a GGUF and places among its keys, where a length stands before every text."""
    limit = min(len(data), 4096)
    texts = [(at, 8) for at in range(24, limit - 8) if 0 < int.from_bytes(data[at:at + 8], "little") < 64]
    return [(4, 4), (8, 8), (16, 8)] + texts


def sizes_of(data):
    """(offset, bytes, order) of numbers that say how long something is."""
    if data[4:8] in (b"ftyp", b"moov", b"mdat"):
        return [(at, width, "big") for at, width in mp4_sizes(data)]
    if data[:4] == b"\x1a\x45\xdf\xa3":
        return [(at, width, "big") for at, width in ebml_sizes(data)]
    if data[:4] == b"GGUF":
        return [(at, width, "little") for at, width in gguf_sizes(data)]
    if data[:4] == b"RIFF":
        return [(at + 4, 4, "little") for at in range(0, min(len(data), 2048) - 8, 4)]
    return [(0, 8, "little")] if data[8:9] == b"{" else []


def lengths(random, data, head):
    """A length that the format keeps becomes another."""
    sizes = [one for one in sizes_of(data) if one[0] + one[1] <= len(data)]
    if not sizes:
        return number(random, data, head)
    at, width, order = random.choice(sizes)
    value, most = int.from_bytes(data[at:at + width], order), (1 << (8 * width)) - 1
    odd = random.choice([value + random.randint(-9, 9), value * 2, value // 2, len(data), len(data) - at, 0, 1, most,
                         most >> 1, random.choice(ODD_NUMBERS)])
    data[at:at + width] = (odd & most).to_bytes(width, order)
    return f"length at {at}: {value} to {odd & most}"


def damaged_bytes(random, raw, head):
    """(bytes, what was done). head: how far the headers reach, about."""
    data, done = bytearray(raw), []
    for _ in range(random.choice([1, 1, 1, 2, 3, 6])):
        how = lengths if random.random() < 0.3 else random.choice(BLIND)
        if data or how in (insert,):
            done.append(f"{how.__name__}: {how(random, data, head)}")
    return bytes(data), done


def slots(tree):
    """(container, key) of every value of a JSON tree."""
    found, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        for key in (list(node) if isinstance(node, dict) else range(len(node))):
            found.append((node, key))
            if isinstance(node[key], (dict, list)):
                waiting.append(node[key])
    return found


def damage_slot(random, node, key):
    value = node[key]
    ways = ["odd", "odd", "remove", "odd"]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        ways += ["near", "near", "near", "text"]
    if isinstance(value, list) and value:
        ways += ["shorter", "longer"]
    if isinstance(node, dict):
        ways += ["rename"]
    way = random.choice(ways)
    if way == "odd":
        node[key] = random.choice(ODD_VALUES)
    elif way == "near":
        node[key] = random.choice([value + 1, value - 1, value * 2, -value, value * 1000, value / 3])
    elif way == "text":
        node[key] = str(value)
    elif way == "shorter":
        node[key] = value[:random.randrange(len(value))]
    elif way == "longer":
        node[key] = value + random.choices(value, k=random.choice([1, 3, 50]))
    elif way == "rename":
        node[random.choice([str(key) + "_", "", "model_type", "__metadata__"])] = node.pop(key)
    else:
        del node[key]
    return f"{way} {str(key)[:40]}"


def damaged_json(random, raw):
    """(bytes, what was done): the tree with odd values, or now and then the text damaged as bytes."""
    if random.random() < 0.25:
        return damaged_bytes(random, raw, len(raw))
    tree, done = json.loads(raw), []
    for _ in range(random.choice([1, 1, 2, 4])):
        places = slots(tree)
        if places:
            done.append("json: " + damage_slot(random, *random.choice(places)))
    return json.dumps(tree, ensure_ascii=random.random() < 0.9).encode("utf-8", "surrogatepass"), done


def damaged_safetensors(random, raw):
    """(bytes, what was done): mostly the header, as a tree, so that its length fits."""
    (length,) = struct.unpack_from("<Q", raw)
    if random.random() < 0.4:
        return damaged_bytes(random, raw, 8 + length)
    header, done = damaged_json(random, raw[8:8 + length])
    return struct.pack("<Q", len(header)) + header + raw[8 + length:], done
