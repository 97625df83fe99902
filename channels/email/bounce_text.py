"""Bounces without a report: known by who sent them and by what they say; flufl.bounce knows the formats of many systems."""

import email
import logging
import re
from typing import Any

from channels.email.addresses import people, people_in
from channels.email.bounce_words import FAILED, guessed_status, stated_status
from channels.email.headers import header, raw_headers
from channels.email.parse_mime import Entity
from channels.email.quote_words import FORWARD_PREFIX, REPLY_PREFIX

Recipient = dict[str, Any]
logging.getLogger("flufl.bounce").disabled = True  # a detector that stumbles over a mail says nothing about us
MAX_SCANNED = 256 * 1024
MAX_NOTICE = 16 * 1024
DAEMON = re.compile(r"mailer-?daemon|post_?master|mail deliver|mail-?daemon|maildelivery|mail administrator|delivery (?:sub)?system"
                    r"|mdaemon|bounce"
                    r"|mail ?system|mail ?server|smtpd?@|mta@|microsoftexchange[0-9a-f]{32}@|system ?admin|sysadmin@|interscan"
                    r"|imss@|mailmarshal"
                    r"|content-filter|mail ?gateway|نظام البريد|почтовая система|メール配信|メールサーバ", re.IGNORECASE)
SUBJECT = re.compile(r"undeliver|returned mail|delivery (?:status|failure|failed|notification|report|has failed|problem|unsuccessful"
                     r"|delayed)|failure notice"
                     r"|mail (?:delivery )?fail|non-?deliver|(?:could not|unable to) (?:be )?deliver|not delivered|mail could not"
                     r"|returned to sender"
                     r"|message delayed|could not send|unzustellbar|non remis|no se puede entregar|mail system error"
                     r"|error sending your mail|delivery notification|mail status|onbestelbaar|niet bezorgd|kan inte levereras|ikke leveres"
                     r"|kunne ikke leveres|kan ikke leveres|ei voi(?:da)? toimittaa|toimittamaton|niedostarcz|nie można dostarczyć"
                     r"|nedoruč|doručen[íi]"
                     r" .{0,20}selhal|kézbesíthetetlen|nu poate fi livrat|nelivrabil|teslim edile?m|iletilemedi|не удается доставить"
                     r"|недостав|не доставлен|неможливо доставити|αδυναμία παράδοσης|non recapitabile|mancato recapito"
                     r"|não é possível entregar"
                     r"|falha na entrega"
                     r"|no entregado|entrega fallida|échec de (?:la )?remise|non distribu|配信不能|配信でき|配送失败|配信エラー"
                     r"|送信でき|未配信|无法(?:传递|投递|送达)|退信|投递失败"
                     r"|無法(?:傳遞|投遞|寄送)|배달되지|전송 실패|반송|לא ניתן למסירה|تعذ?ّ?ر (?:ال)?تسليم"
                     r"|غير قابل[ةه]? للتسليم"
                     r"|فشل (?:ال)?تسليم|لم يتم (?:ال)?تسليم|تعذ?ّ?ر (?:ال)?توصيل", re.IGNORECASE)
RETURNED = re.compile(r"^[ \t>]*+(?:-{2,200}+[^\n]{0,60}(?:copy of|original message|returned message|unsent message|message follows"
                      r"|message header|returned mail)"
                      r"|[^\n]{0,30}(?:original message follows|message headers follow|a copy of the original message|below is a copy)"
                      r"|Received: (?:from|by|\()|Return-Path:|From \S+ +\w{3} \w{3})", re.IGNORECASE | re.MULTILINE)
ADDR = r"([\w.+=#$%&'*/?^`{|}~!-]{1,128}@[\w-]{1,63}(?:\.[\w-]{1,63})+)"
MARKED = re.compile(r"(?:RCPT TO|\[?SMTP|Recipient(?: address)?|Failed recipient|To)\s*:\s*<?" + ADDR, re.IGNORECASE)
AT_START = re.compile(r"^[ \t>*\"']*<?" + ADDR + r">?(?=[:\s(\[.,;\"']|$)", re.MULTILINE)
IN_SENTENCE = re.compile(r"(?:\bto|\bfor|recipients?|errors?|address|message|user)(?:\s{0,20}:)?\s{1,20}<?" + ADDR + r">?", re.IGNORECASE)
# Names that a company may bear, too.
VAGUE = re.compile(r"mail ?system|mail ?server|mail ?gateway|system ?admin|bounce(?!s?@)", re.IGNORECASE)
DELIVERED = re.compile(r"successful(?:ly)? deliver|has been (?:successfully )?delivered|was (?:successfully )?delivered to", re.IGNORECASE)
UNDELIVERED = re.compile(r"fatal|fail|unknown|unable|could ?n|can ?not|not been|delay|\b[45]\d\d\b", re.IGNORECASE)
ANYWHERE = re.compile(r"(?<![\w.+-])" + ADDR)
# They belong to systems; who is asked for help is not who was written to.
SYSTEMS = re.compile(r"(?:mailer-?daemon|post_?master|abuse|support|help|no-?reply|.*-admin|microsoftexchange.*)@")


def is_notice(entity: Entity, subject: str, text: str) -> bool:
    """Is it a notice of a mail system? Its sender or path or form must say so, and so must its words."""
    kind = entity.params.get("report-type", "").lower()
    if kind == "feedback-report" or (kind == "disposition-notification" and "rejected" not in text):
        return False
    if raw_headers(entity.fields, "X-Failed-Recipients") or kind == "delivery-status":
        return True
    if raw_headers(entity.fields, "X-MLServer") and "Original mail as follows" in text:  # a list (fml) did not take it
        return True
    paths = [value.strip() for value in raw_headers(entity.fields, "Return-Path")]
    from_nobody = any(path == b"<>" or b"mailer-daemon" in path.lower() for path in paths)
    by_system = from_nobody or bool(DAEMON.search(header(entity.fields, "From")))
    says_so = bool(SUBJECT.search(subject))
    if not (by_system or (says_so and not _answers_or_passes_on(entity, subject))):
        return False
    enclosed = any(child.content_type in ("message/rfc822", "text/rfc822-headers") for child in entity.children)
    encloses = enclosed or bool(RETURNED.search(text[:MAX_SCANNED]))
    notice = notice_text(text)
    fails = bool(FAILED.search(notice))
    if DELIVERED.search(notice) and not UNDELIVERED.search(text[:MAX_NOTICE]):
        return False
    certain = from_nobody or not VAGUE.search(header(entity.fields, "From"))
    by_name = b"mailer-daemon" in b"".join(raw_headers(entity.fields, "From")).lower()
    if _is_answer(entity):  # its subject is that of our own mail
        return by_system and fails and (enclosed or by_name)
    if by_system and (says_so or (fails and (encloses or by_name or certain))):
        return True
    # Neither sign alone: a customer may write "delivery failed" and enclose a mail. A known format decides.
    return bool((says_so and fails and encloses) or ((by_system or (says_so and fails)) and any(_by_flufl(entity.whole))))


def _is_answer(entity: Entity) -> bool:
    """Absence notes also come from nobody; they say that they were sent by themselves."""
    return header(entity.fields, "Auto-Submitted").lower().startswith("auto-replied")


def _answers_or_passes_on(entity: Entity, subject: str) -> bool:
    """A person writes about a delivery: mail systems begin a thread of their own, with a subject of their own."""
    named = raw_headers(entity.fields, "In-Reply-To") or raw_headers(entity.fields, "References")
    return bool(named or REPLY_PREFIX.match(subject) or FORWARD_PREFIX.match(subject))


def notice_text(text: str) -> str:
    """The system's own words, up to the mail that it returns."""
    text = text[:MAX_SCANNED]
    returned = RETURNED.search(text, min(80, len(text)))
    return text[:returned.start() if returned else None][:MAX_NOTICE]


def text_recipients(entity: Entity, notice: str) -> list[Recipient]:
    """Whom the mail did not reach, each with the status that stands nearest."""
    failed = {person["address"].lower() for value in raw_headers(entity.fields, "X-Failed-Recipients") for person in people_in(value)}
    temporary, permanent = (set(), failed) if failed else _by_flufl(entity.whole)
    if not permanent and not temporary:
        found = _by_words(notice, {person["address"].lower() for name in ("From", "To") for person in people(entity.fields, name)})
        return [_recipient(address, notice, found, None) for address in found]
    everybody = sorted(permanent | temporary)
    return [_recipient(address, notice, everybody, address in permanent) for address in everybody]


def _by_flufl(raw: bytes) -> tuple[set[str], set[str]]:
    from flufl.bounce import all_failures  # a fifth of what a reader takes to start: loaded when first needed

    try:
        temporary, permanent = all_failures(email.message_from_bytes(raw[:MAX_SCANNED]))
    except Exception:  # noqa: BLE001  its parsers were written for well-formed notices
        return set(), set()
    return _texts(temporary), _texts(permanent)


def _texts(addresses: Any) -> set[str]:
    return {item.decode("utf-8", "replace").lower() if isinstance(item, bytes) else str(item).lower() for item in addresses}


def _by_words(notice: str, ours: set[str]) -> list[str]:
    """Addresses where systems write them: after RCPT TO, at the start of a line, in "to …"."""
    for pattern in (MARKED, AT_START, IN_SENTENCE, ANYWHERE):
        found = [address.lower().rstrip(".") for address in pattern.findall(notice)]
        kept = list(dict.fromkeys(address for address in found if address not in ours))
        if pattern is ANYWHERE:
            kept = [address for address in kept if not SYSTEMS.match(address)][:1]
        if kept:
            return kept[:50]
    return []


def _recipient(address: str, notice: str, everybody: list[str], is_permanent: bool | None) -> Recipient:
    """The status is looked for after the address, up to the next one; then anywhere in the notice."""
    near = _near(address, notice, everybody)
    stated = stated_status(near) or stated_status(notice)
    status = stated or guessed_status(near) or guessed_status(notice)
    permanent = not status.startswith("4") if stated or is_permanent is None else is_permanent or status.startswith("5")
    return {"address": address, "status": status, "permanent": permanent}


def _near(address: str, notice: str, everybody: list[str]) -> str:
    lower = notice.lower()
    start = lower.find(address)
    if start < 0:
        return ""
    ends = [place for other in everybody if other != address and (place := lower.find(other, start + len(address))) > 0]
    return notice[start:min(ends, default=start + 1500)]
