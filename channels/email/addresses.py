"""People in address fields: a tokeniser that is linear whatever the field holds (RFC 5322 section 3.4, loosely read)."""

import re

from channels.email.headers import Fields, decoded, raw_headers

Person = dict[str, str]
MAX_PEOPLE = 500
TOKEN = re.compile(
    rb'"((?:[^"\\]|\\.)*)"|(<[^<>]*>?)|(\()|([,;])|(:)|([^"<>(),;:\s]+)|(\s+)|(.)', re.DOTALL)
COMMENT_MARK = re.compile(rb"\\.|[()]", re.DOTALL)
ADDRESS = re.compile(r"(?<![^\s@<>\"(),:;])[^\s@<>\"(),:;]++@[^\s@<>\"(),:;]+")
# One addr-spec, as it may stand in an identity: a dot-atom, an @ and a host name or U-label (RFC 5322 section 3.4.1). The classes say
# what is not in them, because one that lists all of Unicode takes milliseconds to be made.
ATOM, ALNUM = r"""[^\x00-\x20"(),.:;<>@\[\\\]\x7f]+""", r"[^\x00-/:-@\[-`{-\x7f]"
ALPHA, LDH = r"[^\x00-@\[-`{-\x7f]", r"[^\x00-,./:-@\[-`{-\x7f]"
STRICT = re.compile(rf"{ATOM}(?:\.{ATOM})*@(?:{ALNUM}(?:{LDH}{{0,61}}{ALNUM})?\.)+{ALPHA}{LDH}{{0,61}}{ALNUM}")


def people(fields: Fields, name: str) -> list[Person]:
    """Everybody in the fields of that name, as {"name", "address"}."""
    return [person for value in raw_headers(fields, name) for person in people_in(value)][:MAX_PEOPLE]


def people_in(value: bytes) -> list[Person]:
    """Everybody in one address list; names are decoded, group names and comments left out."""
    found: list[Person] = []
    current = _Mailbox()
    position = 0
    while position < len(value) and len(found) < MAX_PEOPLE:
        token = TOKEN.match(value, position)
        assert token is not None  # the last alternative takes any byte
        position = token.end()
        if token.group(8) == b'"':  # a quote that never ends; from here on quotes mean nothing
            value, position = value[position:].replace(b'"', b""), 0
        elif token.group(3):
            comment, position = _comment(value, position)
            current.comments.append(comment)
        elif token.group(4):
            found += current.person()
            current = _Mailbox()
        elif token.group(5):
            current.colon()
        else:
            current.take(token)
    return found + current.person()


class _Mailbox:
    """What has been read of one mailbox."""

    def __init__(self) -> None:
        self.words: list[bytes] = []
        self.comments: list[bytes] = []
        self.angle: bytes | None = None

    def take(self, token: re.Match[bytes]) -> None:
        if token.group(2):
            inner = token.group(2).strip(b"<>").strip()
            self.angle = inner if self.angle is None or b"@" not in self.angle else self.angle
        elif token.group(1) is not None:
            self.words.append(re.sub(rb"\\(.)", rb"\1", token.group(1)))
        else:
            self.words.append(token.group())

    def colon(self) -> None:
        """A group's name ends here, unless an address came before."""
        text = b"".join(self.words)
        self.words = [text + b":"] if b"@" in text or b"=?" in text else []

    def person(self) -> list[Person]:
        words, angle = b"".join(self.words).strip(), self.angle
        if angle is None:
            bare = next((word for word in re.split(rb"[\s\"]+", words) if b"@" in word.strip(b"@")), None)
            if not bare:
                name = decoded(words)
                if re.fullmatch(r"[\w.+-]+", name):
                    return [{"name": "", "address": name}]  # a local name, as machines write to themselves
                return people_in(name.encode()) if ADDRESS.search(name) and b"=?" in words else []
            angle, words = bare, b""
        name = decoded(words or (self.comments[-1] if self.comments else b""))
        address = decoded(angle.rpartition(b":")[2] if angle.startswith(b"@") else angle)
        return [{"name": _bare(name), "address": "".join(address.split())}]


def _bare(name: str) -> str:
    """A name without the quotes that some programs put round it a second time."""
    name = name.strip()
    return name[1:-1].strip() if len(name) > 2 and name[0] in "'\"" and name[0] == name[-1] else name


def _comment(value: bytes, position: int) -> tuple[bytes, int]:
    """The inside of a comment that opened just before `position`, and where it ends; nesting is counted, not followed."""
    depth, start = 1, position
    for mark in COMMENT_MARK.finditer(value, start):
        depth += {b"(": 1, b")": -1}.get(mark.group(), 0)
        if depth == 0:
            return value[start:mark.start()], mark.end()
    return b"", len(value)


def sender_of(fields: Fields) -> dict[str, object]:
    """Who may be taken for the sender: {"address", "verified_form"}.

    `verified_form` is true only for exactly one From field with exactly one addr-spec that, written again, is what was
    read; everything else has been used to show one address to people and another to programs (safety F3, S3).
    """
    values = raw_headers(fields, "From")
    found = people_in(values[0]) if values else []
    address = found[0]["address"].lower() if found else None
    return {"address": address, "verified_form": len(values) == 1 and len(found) == 1 and _round_trips(values[0], found[0])}


def _round_trips(field: bytes, person: Person) -> bool:
    """Is the field `addr`, `<addr>`, `name <addr>` or `"name" <addr>`, and nothing else?"""
    address = person["address"]
    if not STRICT.fullmatch(address) or len(address) > 254:
        return False
    try:
        text = b" ".join(field.split()).decode("utf-8")
    except UnicodeDecodeError:
        return False
    if text in (address, f"<{address}>"):
        return True
    head, angle, tail = text.rpartition(f"<{address}>")
    quoted = re.fullmatch(r'"(?:[^"\\]|\\[^\r\n])*"\s*', head)
    return bool(angle) and not tail and bool(quoted or not re.search(r'[<>@"(),:;\\\[\]]', head))
