"""What somebody newly wrote: the text without quotes, forwarded blocks and signatures, by rules that know no single program."""

import re

from channels.email.quote_attributions import attribution_at, begins_between_arrows
from channels.email.quote_blocks import RULE, block_at, inline_block, marker_kind, unquoted
from channels.email.quote_devices import is_of_a_device
from channels.email.quote_words import ABOVE_THIS_LINE, plainly

LINE_WORD = re.compile(r"this line|above|über|oberhalb|dessus|هذا ال")
QUOTED = re.compile(r"\s{0,3}>")
SIGNATURE = re.compile(r"^(?:--|—|–|-- ?)\s*$|^_{2,}\s*$|^-{3,}\s*$")
SIGNED, SIGNATURE_BEGINS, SIGNATURE_ENDS = (f"-----{words}-----" for words in (
    "BEGIN PGP SIGNED MESSAGE", "BEGIN PGP SIGNATURE", "END PGP SIGNATURE"))  # fmt: skip
DASH_ESCAPED = re.compile(r"^- ", re.MULTILINE)
ENDS_A_SENTENCE = re.compile(r"[.!?؟:]\W*$")
MAX_LINES = 5_000


def reply_text(text: str, is_forwarded: bool = False) -> str:
    """The new lines of a mail, in their order; answers between quoted lines stay, the quoted lines go."""
    lines = _without_armour(text).split("\n")
    runs = new_runs(lines)
    if not is_forwarded and not any(line.strip() for run in runs for line in run):
        runs = [_below_first_attribution(lines)]
    runs = [_without_signature(run) for run in runs]
    return "\n\n".join(filter(None, ("\n".join(run).strip("\n") for run in runs))).strip()


def _without_armour(text: str) -> str:
    """The words inside a cleartext signature of OpenPGP (RFC 9580 section 7), and what stands round it."""
    before, begin, signed = text.partition(SIGNED)
    words, end, signature = signed.partition(f"\n{SIGNATURE_BEGINS}")
    if not (begin and end):
        return text
    words = DASH_ESCAPED.sub("", words.partition("\n\n")[2])
    return before + words + signature.partition(SIGNATURE_ENDS)[2]


def new_runs(lines: list[str]) -> list[list[str]]:
    """Runs of lines that are not quoted, up to the point from which on everything is old."""
    runs: list[list[str]] = [[]]
    position = 0
    while position < min(len(lines), MAX_LINES):
        if begins_between_arrows(lines[position]) and not _is_followed_by_quote(lines, position + 1):
            return runs
        if QUOTED.match(lines[position]) or _is_broken_quote(lines, position):
            runs.append([])
            position += 1
            continue
        if begins_old_mail(lines, position):
            return runs
        count = attribution_at(lines, position)
        if count and not _is_followed_by_quote(lines, position + count):
            return runs
        if not count:
            runs[-1].append(lines[position])
        position += count or 1
    runs[-1] += lines[position:]  # so long a mail is not searched to its end
    return runs


def _is_broken_quote(lines: list[str], position: int) -> bool:
    """The end of a long quoted line that some program broke: amid quoted lines, and it begins like the middle of a sentence."""
    if not 0 < position < len(lines) - 1 or not (QUOTED.match(lines[position - 1]) and QUOTED.match(lines[position + 1])):
        return False
    before, line = lines[position - 1].rstrip(), lines[position].strip()
    return len(before) >= 60 and before[-1] not in ".?!:؟…" and line[:1].islower() and len(line) < len(before)


def _below_first_attribution(lines: list[str]) -> list[str]:
    """Nothing new before "… wrote:" and no quote marks after it: what was quoted cannot be told from what was added, so all stays."""
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    count = attribution_at(lines, first)
    return lines[first + count:] if count and not any(map(QUOTED.match, lines)) else []


def begins_old_mail(lines: list[str], position: int) -> bool:
    """Does everything from this line on belong to an earlier mail?"""
    plain = plainly(lines[position])
    if not plain:
        return False
    if len(plain) < 160 and LINE_WORD.search(plain) and ABOVE_THIS_LINE.search(plain):
        return True
    kind, rest = marker_kind(lines[position])
    if kind == "original" or (kind == "forward" and (rest or plain[:1] in "-—_=*" or _block_follows(lines, position + 1, True))):
        return True
    if kind == "perhaps" or RULE.match(plain):
        return _block_follows(lines, position + 1, False)
    return block_at(lines, position) is not None or ("@" in plain and bool(inline_block(plain[:2000])))


def _block_follows(lines: list[str], position: int, announced: bool) -> bool:
    for number in range(position, min(position + 4, len(lines))):
        if unquoted(lines[number]):
            return block_at(lines, number, announced) is not None or attribution_at(lines, number) > 0
    return False


def _is_followed_by_quote(lines: list[str], position: int) -> bool:
    for line in lines[position:position + 4]:
        if line.strip():
            return bool(QUOTED.match(line))
    return True


def _without_signature(run: list[str]) -> list[str]:
    """Cut at the line that announces a signature, and lines that a device added. Rules between paragraphs announce none."""
    marks = [number for number, line in enumerate(run) if SIGNATURE.match(plainly(line)) and (number > 0 or line.lstrip().startswith("--"))]
    if marks and not _divides(run, marks):
        run = next((run[:number] for number in marks if _signs(run, number)), run)
    return _without_device(run)


def _signs(run: list[str], number: int) -> bool:
    """What stands below a mark is a signature: "--" says so (RFC 3676 section 4.3), any other rule where no sentences stand below it."""
    if plainly(run[number]).strip() == "--":
        return True
    below = [line.strip() for line in run[number + 1:] if line.strip()][:4]
    announced = next((line.strip() for line in reversed(run[:number]) if line.strip()), "").endswith((":", "："))
    return not announced and not any(len(line.split()) >= 4 and (ENDS_A_SENTENCE.search(line) or line[:1].islower()) for line in below)


def _divides(run: list[str], marks: list[int]) -> bool:
    """Several long rules with text behind the last one stand between parts of a text, not round a signature."""
    rules = [number for number in marks if len(run[number].strip()) > 3]
    return len(rules) == len(marks) > 1 and any(line.strip() for line in run[rules[-1] + 1:])


def _without_device(run: list[str]) -> list[str]:
    """Lines such as "Sent from my phone" at the end, and up to three lines that stand below one."""
    end, seen = len(run), 0
    for number in reversed(range(len(run))):
        plain = plainly(run[number])
        if not plain or RULE.match(plain):
            continue
        if is_of_a_device(plain):
            end, seen = number, -1
        seen += 1
        if seen > 3:
            break
    while end and (not run[end - 1].strip() or RULE.match(run[end - 1].strip())):
        end -= 1
    return run[:end]
